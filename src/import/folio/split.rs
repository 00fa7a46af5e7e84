//! Cuts a text into the events it holds, without reading all of it into memory.

use std::io::{self, BufRead};

use crate::domain::acquisition::Kind;

/// Most bytes of one event.
pub const LONGEST: usize = 1024 * 1024;

/// One event's text and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Line, or position in the array, from 1.
    pub place: u64,
    /// Type that the collection tells.
    pub kind: Option<Kind>,
    /// The text; none where it is longer than [`LONGEST`].
    pub text: Option<Vec<u8>>,
}

/// Bytes up to [`LONGEST`]; more are forgotten.
#[derive(Default)]
struct Capped {
    bytes: Vec<u8>,
    over: bool,
}

impl Capped {
    fn extend(&mut self, more: &[u8]) {
        if self.bytes.len() + more.len() > LONGEST {
            self.over = true;
            self.bytes = Vec::new();
        }
        if !self.over {
            self.bytes.extend_from_slice(more);
        }
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        let taken = std::mem::take(self);
        (!taken.over).then_some(taken.bytes)
    }
}

/// One event a line. Empty lines are skipped, but counted.
pub struct Lines<R> {
    input: R,
    place: u64,
}

impl<R: BufRead> Lines<R> {
    /// The lines of `input`.
    pub fn new(input: R) -> Self {
        Self { input, place: 0 }
    }

    /// The next line that is not empty.
    pub fn next(&mut self) -> io::Result<Option<Piece>> {
        loop {
            let mut line = Capped::default();
            if !self.read_line(&mut line)? {
                return Ok(None);
            }
            self.place += 1;
            let text = line.take();
            if text.as_deref().is_none_or(|text| !text.trim_ascii().is_empty()) {
                return Ok(Some(Piece { place: self.place, kind: None, text }));
            }
        }
    }

    fn read_line(&mut self, line: &mut Capped) -> io::Result<bool> {
        let mut any = false;
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return Ok(any);
            }
            any = true;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            line.extend(chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default());
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.input.consume(used);
            if end.is_some() {
                return Ok(true);
            }
        }
    }
}

/// The events of one JSON value: an array, a collection object, or one event. The syntax of the text must have been
/// found valid before.
pub struct Elements<R> {
    input: R,
    state: State,
    place: u64,
    /// The value from its beginning, while it may turn out to be one event.
    whole: Option<Capped>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    /// Between members of the outermost object.
    Members,
    /// Between elements of the array, and whether it is a member of a collection of that type.
    Array(Option<Kind>),
    End,
}

impl<R: BufRead> Elements<R> {
    /// The events of `input`.
    pub fn new(input: R) -> Self {
        Self { input, state: State::Start, place: 0, whole: Some(Capped::default()) }
    }

    /// The next event.
    pub fn next(&mut self) -> io::Result<Option<Piece>> {
        loop {
            match self.state {
                State::Start => match self.skip_to_token()? {
                    Some(b'[') => {
                        self.whole = None;
                        self.advance()?;
                        self.state = State::Array(None);
                    }
                    Some(b'{') => {
                        self.advance()?;
                        self.state = State::Members;
                    }
                    Some(_) => {
                        self.whole = None;
                        self.state = State::End;
                        return self.element(None).map(Some);
                    }
                    None => self.state = State::End,
                },
                State::Members => match self.skip_to_token()? {
                    Some(b'"') => self.member()?,
                    Some(_) => {
                        self.advance()?;
                        self.state = State::End;
                        if let Some(mut whole) = self.whole.take() {
                            self.place += 1;
                            return Ok(Some(Piece { place: self.place, kind: None, text: whole.take() }));
                        }
                    }
                    None => self.state = State::End,
                },
                State::Array(kind) => match self.skip_to_token()? {
                    Some(b']') => {
                        self.advance()?;
                        self.state = if kind.is_some() { State::Members } else { State::End };
                    }
                    Some(_) => return self.element(kind).map(Some),
                    None => self.state = State::End,
                },
                State::End => return Ok(None),
            }
        }
    }

    /// A member of the outermost object: the events of a collection, or something to pass over.
    fn member(&mut self) -> io::Result<()> {
        let mut key = Capped::default();
        self.value(&mut key)?;
        let key = key.take().and_then(|key| serde_json::from_slice::<String>(&key).ok()).unwrap_or_default();
        let first = self.skip_to_token()?;
        match Kind::of_collection(&key) {
            Some(kind) if first == Some(b'[') => {
                self.whole = None;
                self.advance()?;
                self.state = State::Array(Some(kind));
                Ok(())
            }
            _ => self.value(&mut Capped { over: true, ..Capped::default() }),
        }
    }

    fn element(&mut self, kind: Option<Kind>) -> io::Result<Piece> {
        let mut text = Capped::default();
        self.value(&mut text)?;
        self.place += 1;
        Ok(Piece { place: self.place, kind, text: text.take() })
    }

    /// Copies one value: a nested one to its closing bracket, a string to its quote, another to what cannot be in it.
    fn value(&mut self, copy: &mut Capped) -> io::Result<()> {
        let (mut depth, mut in_string) = (0_usize, false);
        while let Some(byte) = self.peek()? {
            match byte {
                b'\\' if in_string => {
                    copy.extend(&[byte]);
                    self.advance()?;
                    // What follows is part of the string, a quote too.
                    if let Some(escaped) = self.peek()? {
                        copy.extend(&[escaped]);
                        self.advance()?;
                    }
                    continue;
                }
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => depth += 1,
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if !in_string && depth == 0 => return Ok(()),
                b'}' | b']' if !in_string => {
                    if depth == 0 {
                        return Ok(());
                    }
                    depth -= 1;
                }
                _ => {}
            }
            copy.extend(&[byte]);
            self.advance()?;
            if depth == 0 && !in_string && matches!(byte, b'}' | b']' | b'"') {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Passes over white space, commas and colons, and gives the byte behind them.
    fn skip_to_token(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\r' | b'\n' | b',' | b':') => self.advance()?,
                other => return Ok(other),
            }
        }
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    fn advance(&mut self) -> io::Result<()> {
        let byte = self.peek()?;
        if let (Some(whole), Some(byte)) = (&mut self.whole, byte) {
            whole.extend(&[byte]);
        }
        self.input.consume(usize::from(byte.is_some()));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
