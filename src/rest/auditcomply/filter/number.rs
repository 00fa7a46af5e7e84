//! Numbers of filters: exact, whatever their size.

use std::cmp::Ordering;

/// Sign, digits before the point, digits behind it and the exponent of a number.
struct Parts {
    negative: bool,
    whole: String,
    fraction: String,
    exponent: i64,
}

fn parts(text: &str) -> Option<Parts> {
    let negative = text.starts_with('-');
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        None => (text, 0),
        Some((mantissa, exponent)) => {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            // Beyond this a number is as good as without end, or nothing.
            let magnitude = digits.parse::<i64>().unwrap_or(i64::MAX).min(1 << 40);
            (mantissa, if exponent.starts_with('-') { -magnitude } else { magnitude })
        }
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    Some(Parts { negative, whole: whole.to_owned(), fraction: fraction.to_owned(), exponent })
}

/// The whole part of a number: nothing where the text is no number, none where it is one that no row can have.
#[expect(clippy::option_option, reason = "no number and a number beyond all rows are told apart by every caller")]
pub fn whole(text: &str) -> Option<Option<i64>> {
    let Parts { negative, whole, fraction, exponent } = parts(text)?;
    let point = i64::try_from(whole.len()).unwrap_or(i64::MAX).saturating_add(exponent);
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    // The place of the first digit that counts, before the point.
    let leading = point.saturating_sub(i64::try_from(digits.len() - significant.len()).unwrap_or(i64::MAX));
    if significant.is_empty() || leading <= 0 {
        return Some(Some(0));
    }
    if leading > 19 {
        return Some(None);
    }
    let mut kept: String = significant.chars().take(usize::try_from(leading).unwrap_or(19)).collect();
    while i64::try_from(kept.len()).is_ok_and(|length| length < leading) {
        kept.push('0');
    }
    let signed = if negative { format!("-{kept}") } else { kept };
    Some(signed.parse().ok())
}

/// What a number that is too large for any row is taken for, so that "greater" and "less" still say what they say.
pub fn beyond(text: &str, ordering: Ordering) -> Option<i64> {
    let negative = text.starts_with('-');
    match ordering {
        Ordering::Equal => None,
        Ordering::Less | Ordering::Greater => Some(if negative { i64::MIN } else { i64::MAX }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_26_numbers_are_cut_toward_zero() {
        for (text, meant) in [
            ("1", Some(1)),
            ("+1.9", Some(1)),
            ("-1.9", Some(-1)),
            ("-.5", Some(0)),
            ("5.", Some(5)),
            ("1e2", Some(100)),
            ("1.5E+1", Some(15)),
            ("125e-2", Some(1)),
            ("1e-99999999999999999999", Some(0)),
            ("0e99999999999999999999", Some(0)),
            ("9007199254740993", Some(9_007_199_254_740_993)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("1e99999999999999999999", None),
            ("0001.0", Some(1)),
        ] {
            assert_eq!(whole(text), Some(meant), "{text}");
        }
        for text in ["", ".", "nan", "inf", "1,2", "1 2", "0x1", "1e", "1e+", "--1", "1.2.3", "٣"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }
}
