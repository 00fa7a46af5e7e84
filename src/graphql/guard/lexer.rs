//! The text as tokens, each byte read once. Counts tokens and open brackets as it goes: the parser recurses only into
//! brackets, so what bounds them bounds its stack.

mod strings;

use async_graphql::Pos;

use super::{DEEPEST, Limits, Refusal, exceeded, invalid, short};

/// A token of the specification's lexical grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// One of `! $ & ( ) : = @ [ ] { | }`.
    Mark(char),
    /// `...`
    Spread,
    Name(&'a str),
    Number(&'a str),
    /// A string's value.
    Text(String),
    End,
}

impl Token<'_> {
    /// In words for a message; a text of the client's is never repeated at length.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Mark(mark) => format!("`{mark}`"),
            Self::Spread => "`...`".to_owned(),
            Self::Name(name) => format!("`{}`", short(name)),
            Self::Number(_) => "a number".to_owned(),
            Self::Text(_) => "a string".to_owned(),
            Self::End => "the end".to_owned(),
        }
    }
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    limits: &'a Limits,
    at: usize,
    tokens: u32,
    open: u32,
    line: usize,
    /// Where the line begins, and how many bytes of it so far only continue a character.
    line_at: usize,
    continued: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, limits: &'a Limits) -> Self {
        Self { text, limits, at: 0, tokens: 0, open: 0, line: 1, line_at: 0, continued: 0 }
    }

    /// The next token and where it begins.
    pub(super) fn next(&mut self) -> Result<(Pos, Token<'a>), Refusal> {
        let byte = loop {
            match self.byte(0) {
                Some(b' ' | b'\t' | b',' | b'\n' | b'\r') => self.pass(1),
                Some(0xEF) if self.rest().starts_with('\u{feff}') => self.pass('\u{feff}'.len_utf8()),
                Some(b'#') => self.pass(self.rest().find(['\n', '\r']).unwrap_or(self.rest().len())),
                Some(byte) => break byte,
                None => return Ok((self.position(), Token::End)),
            }
        };
        let start = self.position();
        let token = self.token(byte)?;
        self.tokens += 1;
        let nesting = self.limits.nesting.min(DEEPEST);
        if self.tokens > self.limits.tokens {
            let error = exceeded("query tokens", self.limits.tokens, self.tokens);
            return Err(Refusal { error, locations: vec![start] });
        }
        if self.open > nesting {
            return Err(Refusal { error: exceeded("nesting", nesting, self.open), locations: vec![start] });
        }
        Ok((start, token))
    }

    fn token(&mut self, byte: u8) -> Result<Token<'a>, Refusal> {
        match byte {
            b'!' | b'$' | b'&' | b'(' | b')' | b':' | b'=' | b'@' | b'[' | b']' | b'{' | b'|' | b'}' => {
                self.at += 1;
                match byte {
                    b'(' | b'[' | b'{' => self.open += 1,
                    b')' | b']' | b'}' => self.open = self.open.saturating_sub(1),
                    _ => {}
                }
                Ok(Token::Mark(char::from(byte)))
            }
            b'.' if self.rest().starts_with("...") => {
                self.at += 3;
                Ok(Token::Spread)
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Ok(Token::Name(self.take(is_name))),
            b'-' | b'0'..=b'9' => self.number(),
            b'"' if self.rest().starts_with("\"\"\"") => self.block_string(),
            b'"' => self.string(),
            _ => {
                let character = self.rest().chars().next().unwrap_or_default();
                Err(self.refuse(self.position(), format!("syntax error: unexpected character {character:?}")))
            }
        }
    }

    fn number(&mut self) -> Result<Token<'a>, Refusal> {
        let start = self.position();
        let whole = self.rest();
        let from = self.at;
        self.at += usize::from(self.byte(0) == Some(b'-'));
        let digits = self.take(is_digit);
        let mut proper = !digits.is_empty() && (digits == "0" || !digits.starts_with('0'));
        if self.byte(0) == Some(b'.') {
            self.at += 1;
            proper &= !self.take(is_digit).is_empty();
        }
        if matches!(self.byte(0), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(0), Some(b'+' | b'-')));
            proper &= !self.take(is_digit).is_empty();
        }
        if !proper || self.byte(0).is_some_and(|byte| is_name(byte) || byte == b'.') {
            return Err(self.refuse(start, "syntax error: this is not a number"));
        }
        Ok(Token::Number(whole.get(..self.at - from).unwrap_or_default()))
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    /// Takes characters of one byte that end no line.
    fn take(&mut self, accepted: fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.bytes().take_while(|byte| accepted(*byte)).count();
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Goes on by so many bytes of any kind.
    fn pass(&mut self, bytes: usize) {
        for _ in 0..bytes {
            let byte = self.byte(0);
            self.at += 1;
            match byte {
                Some(b'\r') if self.byte(0) == Some(b'\n') => {}
                Some(b'\n' | b'\r') => (self.line, self.line_at, self.continued) = (self.line + 1, self.at, 0),
                Some(0x80..=0xBF) => self.continued += 1,
                _ => {}
            }
        }
    }

    fn position(&self) -> Pos {
        Pos { line: self.line, column: self.at - self.line_at - self.continued + 1 }
    }

    fn refuse(&self, at: Pos, message: impl Into<String>) -> Refusal {
        Refusal { error: invalid(message), locations: vec![at] }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}
