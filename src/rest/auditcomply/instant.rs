//! Reading instants and days (contract auditcomply 6.2).

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};

/// Digits from the front: at least `least`, at most `most`.
fn digits<'t>(text: &mut &'t str, least: usize, most: usize) -> Option<&'t str> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least {
        return None;
    }
    let (found, rest) = text.split_at_checked(count)?;
    *text = rest;
    Some(found)
}

fn number(text: &mut &str, least: usize, most: usize) -> Option<u32> {
    digits(text, least, most)?.parse().ok()
}

fn skip(text: &mut &str, letter: char) -> Option<()> {
    *text = text.strip_prefix(letter)?;
    Some(())
}

fn day_at(text: &mut &str) -> Option<NaiveDate> {
    let year = digits(text, 4, 4)?.parse().ok().filter(|year| *year > 0)?;
    skip(text, '-')?;
    let month = number(text, 1, 2)?;
    skip(text, '-')?;
    NaiveDate::from_ymd_opt(year, month, number(text, 1, 2)?)
}

/// `YYYY-MM-DD`; month and day may have one digit.
pub fn day(text: &str) -> Option<NaiveDate> {
    let mut rest = text;
    day_at(&mut rest).filter(|_| rest.is_empty())
}

fn time_at(text: &mut &str) -> Option<NaiveTime> {
    let hour = number(text, 1, 2)?;
    skip(text, ':')?;
    let minute = number(text, 1, 2)?;
    let (mut second, mut micro) = (0, 0);
    if skip(text, ':').is_some() {
        second = number(text, 1, 2)?;
        if text.starts_with(['.', ',']) {
            *text = text.get(1..)?;
            let fraction = digits(text, 1, 12)?;
            micro = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
        }
    }
    NaiveTime::from_hms_micro_opt(hour, minute, second, micro)
}

fn offset_at(text: &mut &str) -> Option<FixedOffset> {
    let sign = match text.chars().next() {
        None => return FixedOffset::east_opt(0),
        Some('Z') => {
            *text = text.get(1..)?;
            return FixedOffset::east_opt(0);
        }
        Some('+') => 1,
        Some('-') => -1,
        Some(_) => return None,
    };
    *text = text.get(1..)?;
    let hours = i32::try_from(number(text, 2, 2)?).ok()?;
    let minutes = if text.is_empty() {
        0
    } else {
        let _colon = skip(text, ':');
        i32::try_from(number(text, 2, 2)?).ok().filter(|minutes| *minutes < 60)?
    };
    FixedOffset::east_opt(sign * (hours * 3_600 + minutes * 60))
}

/// An instant: a day, `T` or one blank, a time, and an offset from UTC where it is not UTC itself.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    let mut rest = text;
    let day = day_at(&mut rest)?;
    rest = rest.strip_prefix(['T', ' '])?;
    let time = time_at(&mut rest)?;
    let offset = offset_at(&mut rest)?;
    if !rest.is_empty() {
        return None;
    }
    // What both stores and the written form can hold.
    let found = offset.from_local_datetime(&NaiveDateTime::new(day, time)).single()?.to_utc();
    let (least, most) = (NaiveDate::from_ymd_opt(1, 1, 1)?, NaiveDate::from_ymd_opt(9999, 12, 31)?);
    (least..=most).contains(&found.date_naive()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_25_instants_are_read_as_the_grammar_says() {
        for (text, meant) in [
            ("2031-04-02T08:15:00Z", "2031-04-02T08:15:00Z"),
            ("2031-4-2 8:5", "2031-04-02T08:05:00Z"),
            ("2031-04-02T08:15:00.1234567", "2031-04-02T08:15:00.123456Z"),
            ("2031-04-02T08:15:00,5+01:00", "2031-04-02T07:15:00.500Z"),
            ("2031-04-02T08:15+0130", "2031-04-02T06:45:00Z"),
            ("2031-04-02T08:15-02", "2031-04-02T10:15:00Z"),
        ] {
            assert_eq!(instant(text), Some(meant.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "2031-04-02",
            "2031-04-02t08:15:00",
            "2031-04-02T08:15:00z",
            " 2031-04-02T08:15",
            "2031-04-02T24:00",
            "2031-04-02T08:15:60",
            "2031-04-02T08",
            "2031-04-02  08:15",
            "2031-04-02T08:15:00 01:00",
            "2031-04-02T08:15:00.",
            "2031-04-02T08:15:00.1234567890123",
            "2031-02-30T08:15",
            "31-04-02T08:15",
            "0000-01-01T00:00",
            "0001-01-01T00:00+01:00",
            "9999-12-31T23:59-01:00",
            "2031-04-02T08:15+1",
            "2031-04-02T08:15+01:60",
            "2031-04-02T08:15+99:00",
            "1700000000",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
        assert_eq!(day("2031-4-2"), NaiveDate::from_ymd_opt(2031, 4, 2));
        assert_eq!(day("2031-4-2 "), None);
    }
}
