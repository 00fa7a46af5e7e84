//! Strings: their values, which are text that both stores can hold.

use super::{Lexer, Refusal, Token};

const NUL: &str = "U+0000 is not allowed in a string";
const LONE: &str = "a lone surrogate is not a character; write the pair, or the character itself";
const ESCAPE: &str = "syntax error: a backslash is followed by one of \" \\ / b f n r t u";
const DIGITS: &str = "syntax error: \\u takes four hexadecimal digits, or some in braces";

impl<'a> Lexer<'a> {
    pub(super) fn block_string(&mut self) -> Result<Token<'a>, Refusal> {
        let start = self.position();
        self.pass(3);
        let mut raw = String::new();
        loop {
            let rest = self.rest();
            let Some((before, _)) = rest.split_once("\"\"\"") else {
                return Err(self.refuse(start, "syntax error: this block string has no end"));
            };
            if let Some(nul) = before.find('\0') {
                self.pass(nul);
                return Err(self.refuse(self.position(), NUL));
            }
            self.pass(before.len() + 3);
            match before.strip_suffix('\\') {
                Some(before) => raw.extend([before, "\"\"\""]),
                None => {
                    raw.push_str(before);
                    return Ok(Token::Text(block_value(&raw)));
                }
            }
        }
    }

    pub(super) fn string(&mut self) -> Result<Token<'a>, Refusal> {
        let start = self.position();
        self.pass(1);
        let mut value = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(['"', '\\', '\n', '\r', '\0']).unwrap_or(rest.len());
            value.push_str(rest.get(..plain).unwrap_or_default());
            self.pass(plain);
            match self.byte(0) {
                Some(b'"') => break,
                Some(b'\\') => value.push(self.escape()?),
                Some(0) => return Err(self.refuse(self.position(), NUL)),
                _ => return Err(self.refuse(start, "syntax error: this string has no end")),
            }
        }
        self.pass(1);
        Ok(Token::Text(value))
    }

    fn escape(&mut self) -> Result<char, Refusal> {
        let character = match self.byte(1) {
            Some(b'u') => return self.unicode(),
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => return Err(self.refuse(self.position(), ESCAPE)),
        };
        self.pass(2);
        Ok(character)
    }

    /// `\u` and four digits, twice where they are surrogates, or digits in braces.
    fn unicode(&mut self) -> Result<char, Refusal> {
        let start = self.position();
        let rest = self.rest().get(2..).unwrap_or_default();
        let (character, length) = if let Some(rest) = rest.strip_prefix('{') {
            let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
            let code = rest.get(..digits).and_then(hexadecimal).filter(|_| rest.as_bytes().get(digits) == Some(&b'}'));
            let code = code.ok_or_else(|| self.refuse(start, DIGITS))?;
            (char::from_u32(code), digits + 4)
        } else {
            let code = rest.get(..4).and_then(hexadecimal).ok_or_else(|| self.refuse(start, DIGITS))?;
            let next = rest.get(4..10).and_then(|next| next.strip_prefix("\\u")).and_then(hexadecimal).unwrap_or(0);
            let units = [code, next].map(|unit| u16::try_from(unit).unwrap_or_default());
            let character = char::decode_utf16(units).next().and_then(Result::ok);
            (character, if char::from_u32(code).is_some() { 6 } else { 12 })
        };
        match character {
            None => Err(self.refuse(start, LONE)),
            Some('\0') => Err(self.refuse(start, NUL)),
            Some(character) => {
                self.pass(length);
                Ok(character)
            }
        }
    }
}

fn hexadecimal(digits: &str) -> Option<u32> {
    let proper = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    proper.then(|| u32::from_str_radix(digits, 16).unwrap_or(u32::MAX))
}

/// BlockStringValue of the specification.
fn block_value(raw: &str) -> String {
    let raw = raw.replace("\r\n", "\n").replace('\r', "\n");
    let blanks = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines: Vec<&str> = raw.split('\n').collect();
    let held = |line: &&str| blanks(line) < line.len();
    let indent = lines.iter().skip(1).copied().filter(held).map(blanks).min().unwrap_or(0);
    let first = lines.iter().position(held).unwrap_or(lines.len());
    let last = lines.iter().rposition(held).map_or(0, |last| last + 1);
    let cut = |(index, line): (usize, &&'_ str)| match index {
        0 => (*line).to_owned(),
        _ => line.get(indent..).unwrap_or_default().to_owned(),
    };
    lines.iter().enumerate().take(last).skip(first).map(cut).collect::<Vec<_>>().join("\n")
}
