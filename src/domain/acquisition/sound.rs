//! What JSON must be, beyond being valid, to be kept and read again on both stores.

/// Why a JSON text is refused although its syntax is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsound {
    /// Nested deeper than readers follow, or half of a surrogate pair, which is no character.
    Unreadable,
    /// The character U+0000, which PostgreSQL cannot keep.
    Nul,
}

/// The deepest nesting that common JSON readers follow.
const DEPTH: usize = 127;

/// Checks a text whose syntax is known to be valid.
pub fn sound(json: &str) -> Result<(), Unsound> {
    let bytes = json.as_bytes();
    let (mut depth, mut in_string, mut high) = (0_usize, false, false);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if in_string && *byte == b'\\' {
            let escaped = bytes.get(at).copied().unwrap_or_default();
            at += 1;
            let low = if escaped == b'u' {
                let unit = json.get(at..at + 4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
                let unit = unit.ok_or(Unsound::Unreadable)?;
                at += 4;
                if unit == 0 {
                    return Err(Unsound::Nul);
                }
                if (0xD800..0xDC00).contains(&unit) && !high {
                    high = true;
                    continue;
                }
                (0xDC00..0xE000).contains(&unit)
            } else {
                false
            };
            if low != high {
                return Err(Unsound::Unreadable);
            }
            high = false;
            continue;
        }
        if high {
            return Err(Unsound::Unreadable);
        }
        match byte {
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > DEPTH {
                    return Err(Unsound::Unreadable);
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_are_no_nesting() {
        let deep = format!("\"{}\"", "[".repeat(5_000));
        assert_eq!(sound(&deep), Ok(()));
        assert_eq!(sound(&("[".repeat(DEPTH) + &"]".repeat(DEPTH))), Ok(()));
        assert_eq!(sound(&("[".repeat(DEPTH + 1) + &"]".repeat(DEPTH + 1))), Err(Unsound::Unreadable));
    }

    #[test]
    fn halves_of_pairs_and_nul_are_refused() {
        for (json, expected) in [
            (r#""\ud83d\ude00 \u00e9 \\u0000 \" [""#, Ok(())),
            (r#""\ud83d""#, Err(Unsound::Unreadable)),
            (r#""\ud83d\ud83d""#, Err(Unsound::Unreadable)),
            (r#""\ude00""#, Err(Unsound::Unreadable)),
            (r#""\ud83dx""#, Err(Unsound::Unreadable)),
            (r#""\ud83d\n""#, Err(Unsound::Unreadable)),
            (r#""\u0000""#, Err(Unsound::Nul)),
        ] {
            assert_eq!(sound(json), expected, "{json}");
        }
    }
}
