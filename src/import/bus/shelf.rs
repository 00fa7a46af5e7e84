//! Where messages are set aside that cannot be taken: always in the log, and whole in a file where one is named.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::Message;
use crate::domain::acquisition::Refusal;

/// Characters of a key or identifier that are told.
const TOLD: usize = 255;

/// Where messages are set aside.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// A file that a line is appended to for each.
    pub file: Option<PathBuf>,
}

/// A message that was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// The message.
    pub message: Message,
    /// Why.
    pub refusal: Refusal,
}

/// A line of the file.
#[derive(Serialize)]
struct Line<'a> {
    topic: &'a str,
    partition: i32,
    offset: i64,
    tenant: Option<&'a str>,
    id: Option<&'a str>,
    field: &'a str,
    message: &'static str,
    /// The body, where it is text.
    value: Option<&'a str>,
    /// The body in base64, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

impl Shelf {
    /// Sets messages aside: when this comes back well, they are on disk.
    pub async fn put(&self, asides: Vec<Aside>) -> io::Result<()> {
        if asides.is_empty() {
            return Ok(());
        }
        if let Some(file) = self.file.clone() {
            let lines = lines(&asides)?;
            let written = tokio::task::spawn_blocking(move || append(&file, &lines));
            written.await.map_err(io::Error::other)??;
        }
        for Aside { message, refusal } in &asides {
            let (place, cut) = (&message.place, |text: &str| text.chars().take(TOLD).collect::<String>());
            tracing::warn!(
                topic = place.topic,
                partition = place.partition,
                offset = place.offset,
                id = refusal.id.as_deref().map(cut),
                field = cut(&refusal.field),
                reason = refusal.message,
                "a message was set aside"
            );
        }
        Ok(())
    }
}

fn lines(asides: &[Aside]) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for Aside { message, refusal } in asides {
        let value = message.value.as_deref().map(std::str::from_utf8);
        let line = Line {
            topic: &message.place.topic,
            partition: message.place.partition,
            offset: message.place.offset,
            tenant: message.tenant.as_deref(),
            id: refusal.id.as_deref(),
            field: &refusal.field,
            message: refusal.message,
            value: value.and_then(Result::ok),
            base64: value.and_then(Result::err).and(message.value.as_ref()).map(|value| STANDARD.encode(value)),
        };
        serde_json::to_writer(&mut lines, &line)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

fn append(file: &PathBuf, lines: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    // Snapshots may hold what only their owners may see.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    file.write_all(lines)?;
    file.sync_data()
}
