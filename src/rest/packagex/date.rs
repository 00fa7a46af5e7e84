//! Instants as filters name them, and what they are compared with: whole seconds (contract packagex 4.3).

use chrono::{DateTime, NaiveDate, NaiveTime};

use crate::domain::ask::{Expr, Test};
use crate::domain::cell::Cell;

/// The seconds since 1970 that a text names; the same whether written as a number or as ISO 8601.
pub fn read(text: &str) -> Option<i64> {
    epoch(text).or_else(|| iso(text))
}

fn digits(text: &str, most: usize) -> Option<u32> {
    let fits = text.len() == most && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn epoch(text: &str) -> Option<i64> {
    let number = text.strip_prefix('-').unwrap_or(text);
    let fits = (1..=12).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn iso(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(i32::try_from(digits(year, 4)?).ok()?, digits(month, 2)?, digits(day, 2)?)?;
    let Some(time) = time else { return Some(date.and_time(NaiveTime::MIN).and_utc().timestamp()) };
    let (time, offset) = match time.find(['Z', '+', '-']) {
        None => (time, 0),
        Some(at) => {
            let (time, zone) = time.split_at_checked(at)?;
            (time, seconds_east(zone)?)
        }
    };
    Some(date.and_time(time_of_day(time)?).and_utc().timestamp() - offset)
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    let mut parts = text.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = match parts.next() {
        None => 0,
        Some(second) => {
            let (whole, fraction) = second.split_once('.').unwrap_or((second, "0"));
            if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            digits(whole, 2)?
        }
    };
    if parts.next().is_some() { None } else { NaiveTime::from_hms_opt(hour, minute, second) }
}

fn seconds_east(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    (hours < 24 && minutes < 60).then(|| sign * (i64::from(hours) * 3_600 + i64::from(minutes) * 60))
}

/// The last second that the store can hold, and the first one.
const LAST: i64 = 253_402_300_799;
const FIRST: i64 = -62_135_596_800;

/// Comparisons of one field.
#[derive(Clone, Copy, Debug)]
pub struct Field(pub usize);

impl Field {
    /// It has a value.
    pub fn is_there(self) -> Expr {
        Expr::field(self.0, Test::IsNull(false))
    }

    /// From this second on.
    pub fn from(self, second: i64) -> Expr {
        match bound(second) {
            Bound::TooEarly => self.is_there(),
            Bound::At(instant) => Expr::field(self.0, Test::Gte(instant)),
            Bound::TooLate => Expr::never(),
        }
    }

    /// Before this second.
    pub fn before(self, second: i64) -> Expr {
        match bound(second) {
            Bound::TooEarly => Expr::never(),
            Bound::At(instant) => Expr::field(self.0, Test::Lt(instant)),
            Bound::TooLate => self.is_there(),
        }
    }

    /// Within this second.
    pub fn within(self, second: i64) -> Expr {
        Expr::all([self.from(second), self.before(second + 1)])
    }

    /// There, and not within this second.
    pub fn without(self, second: i64) -> Expr {
        Expr::all([self.is_there(), Expr::Or(vec![self.before(second), self.from(second + 1)])])
    }
}

/// Where a second lies: before, among or behind those that the store can hold.
enum Bound {
    TooEarly,
    At(Cell),
    TooLate,
}

fn bound(second: i64) -> Bound {
    match DateTime::from_timestamp(second, 0) {
        _ if second < FIRST => Bound::TooEarly,
        Some(instant) if second <= LAST => Bound::At(instant.into()),
        _ => Bound::TooLate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_16_a_number_and_a_date_name_the_same_instant() {
        let day = 1_893_456_000;
        for (text, second) in [
            ("1893456000", day),
            ("2030-01-01", day),
            ("2030-01-01T00:00", day),
            ("2030-01-01T00:00:00", day),
            ("2030-01-01T00:00:00.999Z", day),
            ("2030-01-01T02:30:01+02:30", day + 1),
            ("2029-12-31T23:00Z", day - 3_600),
            ("2029-12-31T23:00-01:00", day),
            ("-1", -1),
            ("0", 0),
        ] {
            assert_eq!(read(text), Some(second), "{text}");
        }
    }

    #[test]
    fn item_19_what_is_no_date_is_refused() {
        for text in [
            "",
            "-",
            "1234567890123",
            "2030-1-01",
            "2030-01-32",
            "2030-01-01 00:00",
            "2030-01-01t00:00",
            "2030-01-01T",
            "2030-01-01T24:00",
            "2030-01-01T00:00:60",
            "2030-01-01T00:00:00.",
            "2030-01-01T00:00 02:00",
            "2030-01-01T00:00+24:00",
            "2030-01-01T00:00+0200",
            "20300101x",
            "+1",
            " 1",
            "2030-01-01T00:00ZZ",
            "é",
            "2030-01-01-01",
            "2030-01-01T00:00:00:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn bounds_beyond_all_time_are_never_or_always_passed() {
        let field = Field(3);
        assert_eq!((field.from(999_999_999_999), field.before(999_999_999_999)), (Expr::never(), field.is_there()));
        assert_eq!((field.from(-999_999_999_999), field.before(-999_999_999_999)), (field.is_there(), Expr::never()));
    }
}
