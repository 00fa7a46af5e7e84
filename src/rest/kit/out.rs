//! JSON as it is written: members in their order, nothing in between.

use chrono::{DateTime, Datelike, SecondsFormat, Timelike, Utc};

use super::mask::Mask;
use crate::domain::cell::Cell;

/// What the writing of a request's values depends on beside the values.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The instant of the request.
    pub now: DateTime<Utc>,
    /// Scheme and authority that the client called.
    pub base_url: String,
    /// What stands between names that are written in a row.
    pub separator: String,
}

/// The cells a value is worked out of.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    row: &'a [Cell],
    at: &'a [usize],
}

impl<'a> Cells<'a> {
    /// The cells of a row at these columns.
    pub fn new(row: &'a [Cell], at: &'a [usize]) -> Self {
        Self { row, at }
    }

    /// One of them; null behind the last.
    pub fn get(&self, index: usize) -> &'a Cell {
        self.at.get(index).and_then(|column| self.row.get(*column)).unwrap_or(&Cell::Null)
    }

    /// Those from a place on.
    pub fn from(&self, index: usize) -> Self {
        Self { row: self.row, at: self.at.get(index..).unwrap_or_default() }
    }

    /// The first.
    pub fn first(&self) -> &'a Cell {
        self.get(0)
    }
}

/// JSON under way.
pub struct Out<'a> {
    /// The text so far.
    pub bytes: Vec<u8>,
    /// The terms of the request.
    pub terms: &'a Terms,
    /// What of JSON from outside is not shown.
    pub mask: Option<&'a Mask>,
}

impl<'a> Out<'a> {
    /// Nothing so far.
    pub fn new(terms: &'a Terms) -> Self {
        Self { bytes: Vec::with_capacity(4_096), terms, mask: None }
    }

    /// The same, not showing all of the JSON from outside.
    #[must_use]
    pub fn masked(self, mask: &'a Mask) -> Self {
        Self { mask: (!mask.is_empty()).then_some(mask), ..self }
    }

    /// JSON from outside, as it came in but for what is not shown.
    pub fn json(&mut self, text: &str) {
        match self.mask {
            Some(mask) => mask.write(text, &mut self.bytes),
            None => self.raw(text),
        }
    }

    /// The members of a JSON object from outside, among those of the object under way.
    pub fn members(&mut self, object: &str) {
        let inner = object.trim().strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
        if !inner.trim().is_empty() {
            self.comma();
            self.raw(inner);
        }
    }

    /// Text that is JSON already.
    pub fn raw(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// A string.
    pub fn text(&mut self, text: &str) {
        // Writing to memory does not fail.
        let _written = serde_json::to_writer(&mut self.bytes, text);
    }

    /// A value.
    pub fn value(&mut self, value: &impl serde::Serialize) {
        let _written = serde_json::to_writer(&mut self.bytes, value);
    }

    /// An instant in UTC: with so many fraction digits, none or three or six, the rest cut off.
    pub fn instant(&mut self, instant: &DateTime<Utc>, fraction: usize) {
        let (date, time) = (instant.date_naive(), instant.time());
        let (Ok(year), 1..=9_999) = (u32::try_from(date.year()), date.year()) else {
            // Years of other lengths are rare, and not worth a way of their own.
            let digits = match fraction {
                0 => SecondsFormat::Secs,
                3 => SecondsFormat::Millis,
                _ => SecondsFormat::Micros,
            };
            return self.text(&instant.to_rfc3339_opts(digits, true));
        };
        // A leap second is the 60th.
        let (second, nanos) = match time.nanosecond() {
            nanos @ 1_000_000_000.. => (time.second() + 1, nanos - 1_000_000_000),
            nanos => (time.second(), nanos),
        };
        self.bytes.push(b'"');
        self.digits(year, 4);
        for (sign, number) in
            [(b'-', date.month()), (b'-', date.day()), (b'T', time.hour()), (b':', time.minute()), (b':', second)]
        {
            self.bytes.push(sign);
            self.digits(number, 2);
        }
        match fraction {
            0 => {}
            3 => {
                self.bytes.push(b'.');
                self.digits(nanos / 1_000_000, 3);
            }
            _ => {
                self.bytes.push(b'.');
                self.digits(nanos / 1_000, 6);
            }
        }
        self.bytes.extend_from_slice(b"Z\"");
    }

    /// The last so many digits of a number.
    fn digits(&mut self, number: u32, count: u32) {
        for place in (0..count).rev() {
            let digit = number / 10_u32.pow(place) % 10;
            self.bytes.extend(char::from_digit(digit, 10).and_then(|digit| u8::try_from(digit).ok()));
        }
    }

    /// `null`.
    pub fn null(&mut self) {
        self.raw("null");
    }

    /// A whole number.
    pub fn number(&mut self, number: i64) {
        self.value(&number);
    }

    /// The comma between two members or elements, unless this is the first behind the opening bracket.
    pub fn comma(&mut self) {
        if !matches!(self.bytes.last(), Some(b'{' | b'[')) {
            self.raw(",");
        }
    }

    /// The name of a member, with what stands around it.
    pub fn key(&mut self, key: &str) {
        self.comma();
        // Names of documents are plain words.
        if key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.bytes.push(b'"');
            self.raw(key);
            self.raw("\":");
        } else {
            self.text(key);
            self.raw(":");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Out<'_>)) -> String {
        let terms = Terms { now: DateTime::UNIX_EPOCH, base_url: String::new(), separator: String::new() };
        let mut out = Out::new(&terms);
        write(&mut out);
        String::from_utf8(out.bytes).unwrap()
    }

    #[test]
    fn an_instant_is_written_as_chrono_writes_it() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2026-11-22T20:44:59.999999Z",
            "2024-02-29T09:08:07.001Z",
            "0001-01-01T00:00:00.000001Z",
            "9999-12-31T23:59:59.999999999Z",
            "2016-12-31T23:59:60.5Z",
            "+12026-01-02T03:04:05.678901Z",
            "-0044-03-15T12:00:00Z",
        ] {
            let instant: DateTime<Utc> = text.parse().unwrap();
            for (fraction, digits) in [(0, SecondsFormat::Secs), (3, SecondsFormat::Millis), (6, SecondsFormat::Micros)]
            {
                let expected = format!("\"{}\"", instant.to_rfc3339_opts(digits, true));
                assert_eq!(written(|out| out.instant(&instant, fraction)), expected);
            }
        }
    }

    #[test]
    fn a_key_that_is_no_plain_word_is_escaped() {
        let keyed = |key: &str| {
            written(|out| {
                out.raw("{");
                out.key(key);
            })
        };
        assert_eq!(keyed("last_name2"), r#"{"last_name2":"#);
        assert_eq!(keyed("a \"b\""), r#"{"a \"b\"":"#);
        assert_eq!(keyed("ü"), r#"{"ü":"#);
    }
}
