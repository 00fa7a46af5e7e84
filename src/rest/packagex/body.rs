//! Bodies: JSON of which only what is asked for is looked at, its numbers exact (contract packagex 5.4).

use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::ident;
use super::refusal::Refusal;

/// The members of an object, in their order; of equal names the last.
pub type Members = IndexMap<String, Box<RawValue>>;

/// What a member is.
#[derive(Clone, Debug)]
pub enum Value<'b> {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as it was written.
    Number(&'b str),
    /// A string.
    Text(String),
    /// An array, as it was written.
    List(&'b RawValue),
    /// An object, as it was written.
    Object(&'b RawValue),
}

/// The members of the body.
pub fn read(body: &[u8]) -> Result<Result<Members, String>, Refusal> {
    serde_json::from_slice::<IgnoredAny>(body).map_err(|error| refused(&error))?;
    let raw: &RawValue = serde_json::from_slice(body).map_err(|error| refused(&error))?;
    sound(raw).map_err(|error| refused(&error))?;
    match value(raw) {
        Value::Object(_) => serde_json::from_slice(body).map(Ok).map_err(|error| refused(&error)),
        _ => Ok(Err("body: must be an object".to_owned())),
    }
}

/// Refuses strings that no text can be: half of a surrogate pair.
fn sound(raw: &RawValue) -> serde_json::Result<()> {
    match raw.get().as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(raw.get()).map(drop),
        Some(b'{') => serde_json::from_str::<Members>(raw.get())?.values().try_for_each(|value| sound(value)),
        Some(b'[') => serde_json::from_str::<Vec<&RawValue>>(raw.get())?.into_iter().try_for_each(sound),
        _ => Ok(()),
    }
}

fn refused(error: &serde_json::Error) -> Refusal {
    Refusal::json(error.line(), error.column())
}

/// What a value is.
pub fn value(raw: &RawValue) -> Value<'_> {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'{') => Value::Object(raw),
        Some(b'[') => Value::List(raw),
        Some(b'"') => Value::Text(serde_json::from_str(text).unwrap_or_default()),
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'n') | None => Value::Null,
        Some(_) => Value::Number(text),
    }
}

/// The elements of an array.
pub fn elements(raw: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

/// The members of an object.
pub fn members(raw: &RawValue) -> Members {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

/// Something is wrong with a value: in words, for the path it is at.
pub type Fault = String;

/// The row that an identifier names. One that no row can have names the row without a UUID, which there is not.
pub fn row(prefix: &str, value: &Value<'_>) -> Result<Uuid, Fault> {
    let Value::Text(text) = value else { return Err("must be a string".to_owned()) };
    let found = ident::read(prefix, text).ok_or_else(|| super::filter::no_prefix(&[prefix]))?;
    Ok(found.unwrap_or_default())
}

/// What every quantity is below.
pub const QUANTITY: i64 = 1_000_000_000_000;

/// What is wrong with a number that has more decimals than any quantity.
pub const FINE: &str = "at most 6 decimals";

/// An exact number.
pub fn decimal(text: &str) -> Result<Decimal, Fault> {
    let too_large = || "must be less than 1000000000000".to_owned();
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).any(|digit| digit != b'0');
    if !digits {
        return Ok(Decimal::ZERO);
    }
    let exponent: i64 = match exponent.trim_start_matches('+').parse() {
        Ok(exponent) => exponent,
        Err(_) if exponent.starts_with('-') => i64::MIN / 2,
        Err(_) => i64::MAX / 2,
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction_length = i64::try_from(fraction.len()).unwrap_or(i64::MAX / 4);
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let all = format!("{whole}{fraction}");
    let all = all.trim_start_matches('0');
    let significant = all.trim_end_matches('0');
    // The number is the significant digits, with the point so many places from their end.
    let zeros = i64::try_from(all.len() - significant.len()).unwrap_or(i64::MAX / 4);
    let scale = fraction_length.saturating_sub(exponent).saturating_sub(zeros);
    let length = i64::try_from(significant.len()).unwrap_or(i64::MAX / 4);
    if length.saturating_sub(scale) > 12 {
        return Err(too_large());
    }
    if scale > 6 {
        return Err(FINE.to_owned());
    }
    let value: i128 = significant.parse().map_err(|_| too_large())?;
    let number = if scale >= 0 {
        Decimal::from_i128_with_scale(value, u32::try_from(scale).unwrap_or_default())
    } else {
        let times = 10_i128.checked_pow(u32::try_from(-scale).unwrap_or(u32::MAX)).ok_or_else(too_large)?;
        Decimal::from_i128_with_scale(value.checked_mul(times).ok_or_else(too_large)?, 0)
    };
    let number = if sign.is_empty() { number } else { -number };
    if number.abs() >= QUANTITY.into() { Err(too_large()) } else { Ok(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_35_numbers_are_read_exactly() {
        for (text, wanted) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("12.50", "12.5"),
            ("999999999999.999999", "999999999999.999999"),
            ("1e2", "100"),
            ("1.5E-3", "0.0015"),
            ("-1.000000000", "-1"),
            ("100000000000000e-6", "100000000"),
            ("0e999999999999999999999", "0"),
        ] {
            assert_eq!(decimal(text).map(|number| number.normalize().to_string()), Ok(wanted.to_owned()), "{text}");
        }
        for text in ["1000000000000", "1e12", "1e999999999999999999999", "-1000000000000"] {
            assert_eq!(decimal(text), Err("must be less than 1000000000000".to_owned()), "{text}");
        }
        for text in ["0.0000001", "1e-7", "1e-999999999999999999999", "1.0000001"] {
            assert_eq!(decimal(text), Err("at most 6 decimals".to_owned()), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_place() {
        assert_eq!(read(b"{\"a\":1,}").unwrap_err(), Refusal::json(1, 8));
        assert_eq!(read(b"").unwrap_err().code, "invalid_json");
        assert_eq!(read(b"\xff").unwrap_err().code, "invalid_json");
        assert_eq!(read(b"[]").unwrap().unwrap_err(), "body: must be an object");
        for half in [r#"{"a":"\ud800b"}"#, r#"{"a":{"\udc00":1}}"#, r#"{"a":[{"b":["\ud800"]}]}"#] {
            assert_eq!(read(half.as_bytes()).unwrap_err().code, "invalid_json", "{half}");
        }
        assert_eq!(read(b"{\"a\":1,\"a\":2}").unwrap().unwrap()["a"].get(), "2");
    }
}
