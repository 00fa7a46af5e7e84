//! The least of an HTTP/1.1 client: one request after the other on a connection that is kept. Small, because the driver
//! shares the cores with the servers it measures.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection to a server.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    whole: Vec<u8>,
}

/// The bytes of a request.
pub fn request(method: &str, path: &str, token: Option<&str>, body: &str) -> Vec<u8> {
    let bearer = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n{bearer}\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The bytes of a request of FOLIO's clients.
pub fn tenant_request(path: &str, tenant: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-okapi-tenant: {tenant}\r\nx-okapi-token: {token}\r\n\r\n")
        .into_bytes()
}

/// The bytes of a request that only reads, under what `Authorization` says.
pub fn reading_request(path: &str, authorization: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\nauthorization: {authorization}\r\n\r\n"
    )
    .into_bytes()
}

/// How the length of a body is told.
enum Length {
    Known(usize),
    Chunked,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(256 << 10), whole: Vec::new() })
    }

    /// Sends a request and gives the body of the answer, which must have the status 200.
    pub async fn ask(&mut self, request: &[u8]) -> Result<&[u8]> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.more().await?;
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
        };
        let (status, length) = read_head(self.buffer.get(..head).unwrap_or_default())?;
        let body = match length {
            Length::Known(length) => {
                while self.buffer.len() < head + length {
                    self.more().await?;
                }
                self.buffer.get(head..head + length).unwrap_or_default()
            }
            Length::Chunked => {
                while !(self.buffer.ends_with(b"0\r\n\r\n")
                    && join_chunks(self.buffer.get(head..).unwrap_or_default(), &mut self.whole))
                {
                    self.more().await?;
                }
                &self.whole
            }
        };
        if status != 200 {
            bail!("the answer has the status {status}: {}", String::from_utf8_lossy(body));
        }
        Ok(body)
    }

    async fn more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

/// Where some bytes stand first.
pub fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn read_head(head: &[u8]) -> Result<(u16, Length)> {
    let head = std::str::from_utf8(head).context("the head of the answer is no text")?;
    let mut lines = head.lines();
    let status =
        lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).context("the answer has no status")?;
    let mut length = Length::Known(0);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = Length::Known(value.trim().parse().context("content-length")?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") && value.trim().eq_ignore_ascii_case("chunked") {
            return Ok((status, Length::Chunked));
        }
    }
    Ok((status, length))
}

/// Joins the chunks of a body into `whole`. Gives whether the body is complete.
fn join_chunks(mut bytes: &[u8], whole: &mut Vec<u8>) -> bool {
    whole.clear();
    loop {
        let Some(end) = find(bytes, b"\r\n") else { return false };
        let size = bytes.get(..end).and_then(|line| std::str::from_utf8(line).ok());
        let Some(size) = size.and_then(|line| usize::from_str_radix(line.trim(), 16).ok()) else { return false };
        let Some((chunk, rest)) = bytes.get(end + 2..).and_then(|rest| rest.split_at_checked(size)) else {
            return false;
        };
        if size == 0 {
            return rest.starts_with(b"\r\n");
        }
        whole.extend_from_slice(chunk);
        let Some(rest) = rest.strip_prefix(b"\r\n") else { return false };
        bytes = rest;
    }
}
