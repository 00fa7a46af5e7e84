//! Reading a request's body: no more than the limit, no longer than the wait.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use bytes::BytesMut;
use http_body_util::BodyExt;

use super::refusal::Refusal;

/// How much is read, and for how long.
#[derive(Clone, Copy)]
pub struct Patience {
    /// Most bytes.
    pub limit: u64,
    /// Most time.
    pub wait: Duration,
}

/// A client that is still sending does not read; one whose connection is closed meanwhile never sees why. So what is
/// too much is read and thrown away for a while, up to so many times the limit.
const THROWN_AWAY: u64 = 16;
const THROWING_AWAY: Duration = Duration::from_secs(1);

/// Reads a body. A client that `asks_first` (`Expect: 100-continue`) sends nothing before its body is read.
pub async fn collect(mut body: Body, patience: Patience, asks_first: bool) -> Result<Bytes, Refusal> {
    let announced = body.size_hint().lower();
    let (found, is_coming) = if announced > patience.limit {
        (announced, !asks_first)
    } else {
        match tokio::time::timeout(patience.wait, read(&mut body, patience.limit)).await {
            Ok(Ok(bytes)) => return Ok(bytes),
            Ok(Err(Stop::TooLong(found))) => (found, true),
            Ok(Err(Stop::Broken)) => return Err(Refusal::bad_request("the body broke off")),
            Err(_) => return Err(Refusal::bad_request("the body did not arrive in time").closing()),
        }
    };
    let refusal = Refusal::body_too_long(patience.limit, found);
    let finished = is_coming && throw_away(&mut body, patience.limit.saturating_mul(THROWN_AWAY)).await;
    Err(if finished { refusal } else { refusal.closing() })
}

enum Stop {
    TooLong(u64),
    Broken,
}

async fn read(body: &mut Body, limit: u64) -> Result<Bytes, Stop> {
    let mut first = Bytes::new();
    let mut more = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Stop::Broken)?.into_data() else { continue };
        let length = u64::try_from(first.len() + more.len() + data.len()).unwrap_or(u64::MAX);
        if length > limit {
            return Err(Stop::TooLong(length));
        }
        // Nearly every body comes in one piece, which then need not be copied.
        if first.is_empty() && more.is_empty() {
            first = data;
        } else {
            if more.is_empty() {
                more.extend_from_slice(&std::mem::take(&mut first));
            }
            more.extend_from_slice(&data);
        }
    }
    Ok(if more.is_empty() { first } else { more.freeze() })
}

/// Whether the body came to its end.
async fn throw_away(body: &mut Body, most: u64) -> bool {
    let reading = async {
        let mut thrown = 0_u64;
        while let Some(frame) = body.frame().await {
            let length = frame.ok()?.data_ref().map_or(0, Bytes::len);
            thrown = thrown.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
            if thrown > most {
                return None;
            }
        }
        Some(())
    };
    tokio::time::timeout(THROWING_AWAY, reading).await.is_ok_and(|ended| ended.is_some())
}
