//! Parts of JSON from outside that are not shown, named by JSON pointers (RFC 6901).

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// What stands in place of a part that is not shown.
const HIDDEN: &str = r#""[redacted]""#;

/// The parts that are not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mask {
    pointers: Vec<Vec<String>>,
}

/// A text that is no JSON pointer to a part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a JSON pointer such as /edi/ediFtp/password")]
pub struct BadPointer(String);

impl Mask {
    /// Hides what these pointers name.
    pub fn of<'p>(pointers: impl IntoIterator<Item = &'p str>) -> Result<Self, BadPointer> {
        let pointers = pointers.into_iter().map(|pointer| {
            let parts = pointer.strip_prefix('/').ok_or_else(|| BadPointer(pointer.to_owned()))?;
            parts.split('/').map(|part| unescaped(part).ok_or_else(|| BadPointer(pointer.to_owned()))).collect()
        });
        Ok(Self { pointers: pointers.collect::<Result<_, _>>()? })
    }

    /// Whether nothing is hidden.
    pub fn is_empty(&self) -> bool {
        self.pointers.is_empty()
    }

    /// Writes valid JSON without what is hidden. Everything else keeps its text, the digits of numbers too.
    pub fn write(&self, json: &str, into: &mut Vec<u8>) {
        let pointers: Vec<&[String]> = self.pointers.iter().map(Vec::as_slice).collect();
        let start = into.len();
        if write(json, &pointers, into).is_err() {
            // Not JSON after all: better nothing than what was to be hidden.
            into.truncate(start);
            into.extend_from_slice(HIDDEN.as_bytes());
        }
    }
}

/// A part of a pointer; none where `~` stands before anything but 0 and 1.
fn unescaped(part: &str) -> Option<String> {
    let mut pieces = part.split('~');
    let mut text = pieces.next()?.to_owned();
    for piece in pieces {
        text.push(match piece.chars().next()? {
            '0' => '~',
            '1' => '/',
            _ => return None,
        });
        text.push_str(piece.get(1..)?);
    }
    Some(text)
}

fn write(json: &str, pointers: &[&[String]], into: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    if pointers.iter().any(|pointer| pointer.is_empty()) {
        into.extend_from_slice(HIDDEN.as_bytes());
        return Ok(());
    }
    let json = json.trim_start();
    let (open, close) = match json.as_bytes().first() {
        Some(b'{') => (b'{', b'}'),
        Some(b'[') => (b'[', b']'),
        _ => {
            into.extend_from_slice(json.as_bytes());
            return Ok(());
        }
    };
    if pointers.is_empty() {
        into.extend_from_slice(json.as_bytes());
        return Ok(());
    }
    let mut parts = serde_json::Deserializer::from_str(json);
    let parts = parts.deserialize_any(Parts)?;
    into.push(open);
    for (index, (name, part)) in parts.iter().enumerate() {
        if index > 0 {
            into.push(b',');
        }
        if open == b'{' {
            serde_json::to_writer(&mut *into, name)?;
            into.push(b':');
        }
        let below = pointers.iter().filter_map(|pointer| pointer.split_first());
        let below: Vec<&[String]> = below.filter(|(first, _)| *first == name).map(|(_, rest)| rest).collect();
        write(part.get(), &below, into)?;
    }
    into.push(close);
    Ok(())
}

/// Reads the members of an object, or the elements of an array by their positions.
struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Self::Value, M::Error> {
        let mut parts = Vec::new();
        while let Some(member) = members.next_entry()? {
            parts.push(member);
        }
        Ok(parts)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<Self::Value, S::Error> {
        let mut parts = Vec::new();
        while let Some(element) = elements.next_element()? {
            parts.push((parts.len().to_string(), element));
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pointers: &[&str], json: &str) -> String {
        let mut bytes = Vec::new();
        Mask::of(pointers.iter().copied()).unwrap().write(json, &mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn only_what_is_named_is_hidden_and_numbers_keep_their_digits() {
        let json = r#"{ "edi": {"ediFtp": {"password": "secret", "port": 22.50}}, "password": 1.0, "a/b~": [1, {"c": 4.50}] }"#;
        assert_eq!(
            shown(&["/edi/ediFtp/password", "/nothing/there"], json),
            r#"{"edi":{"ediFtp":{"password":"[redacted]","port":22.50}},"password":1.0,"a/b~":[1, {"c": 4.50}]}"#
        );
        assert_eq!(
            shown(&["/a~1b~0/1/c", "/edi"], json),
            r#"{"edi":"[redacted]","password":1.0,"a/b~":[1,{"c":"[redacted]"}]}"#
        );
        assert_eq!(shown(&["/edi"], r#"{"edi":1,"\u0065di":2}"#), r#"{"edi":"[redacted]","edi":"[redacted]"}"#);
        assert_eq!(shown(&["/a"], "{broken"), HIDDEN);
    }

    #[test]
    fn what_is_no_pointer_is_refused() {
        for pointer in ["", "edi", "/a~2", "/a~"] {
            assert_eq!(Mask::of([pointer]), Err(BadPointer(pointer.to_owned())));
        }
    }
}
