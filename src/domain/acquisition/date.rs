//! Instants as events carry them: RFC 3339, the same with an offset without a colon, or epoch milliseconds.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, TimeZone, Utc};

/// The instant of a JSON text, cut to microseconds; none for any other text, also for one without an offset.
pub fn instant(json: &str) -> Option<DateTime<Utc>> {
    let instant =
        if json.starts_with('"') { written(&serde_json::from_str::<String>(json).ok()?)? } else { counted(json)? };
    // Beyond these years the order of written instants is not the order of time.
    (0..=9999).contains(&instant.year()).then_some(instant)
}

fn counted(text: &str) -> Option<DateTime<Utc>> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Utc.timestamp_millis_opt(text.parse().ok()?).single()
}

fn written(text: &str) -> Option<DateTime<Utc>> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, rest) = rest.strip_prefix(['T', 't'])?.split_at_checked(8)?;
    let (micros, rest) = fraction(rest)?;
    let offset = offset(rest)?;

    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    // A leap second is the first instant of the next minute: neither store has a place for it.
    let leap = second == 60;
    let time = NaiveTime::from_hms_micro_opt(hour, minute, if leap { 59 } else { second }, micros)?;
    let local = Utc.from_utc_datetime(&date.and_time(time));
    local.checked_add_signed(Duration::seconds(i64::from(leap)))?.checked_sub_signed(offset)
}

/// Numbers of the given lengths with a separator between them.
fn numbers(text: &str, separator: char, lengths: [usize; 3]) -> Option<[u32; 3]> {
    let mut parts = text.split(separator);
    let mut next = |length: usize| parts.next().filter(|part| part.len() == length).and_then(digits);
    let [first, second, third] = lengths.map(&mut next);
    let found = [first?, second?, third?];
    parts.next().is_none().then_some(found)
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Microseconds of the fraction, and the text behind it.
fn fraction(text: &str) -> Option<(u32, &str)> {
    let Some(rest) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (kept, rest) = rest.split_at_checked(length)?;
    if !(1..=9).contains(&length) {
        return None;
    }
    let micros = digits(kept.get(..6).unwrap_or(kept))?;
    let missing = u32::try_from(6_usize.saturating_sub(length)).ok()?;
    Some((micros * 10_u32.pow(missing), rest))
}

fn offset(text: &str) -> Option<Duration> {
    if matches!(text, "Z" | "z") {
        return Some(Duration::zero());
    }
    let west = match text.bytes().next()? {
        b'+' => false,
        b'-' => true,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_at_checked(2)?;
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    if minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let east = Duration::minutes(i64::from(hours * 60 + minutes));
    Some(if west { -east } else { east })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::cell::instant_text;

    fn shown(json: &str) -> Option<String> {
        instant(json).map(|instant| instant_text(&instant))
    }

    #[test]
    fn every_documented_form_is_read() {
        for (json, expected) in [
            (r#""2031-02-03T04:05:06Z""#, "2031-02-03T04:05:06.000000Z"),
            (r#""2031\u002d02-03T04:05:06Z""#, "2031-02-03T04:05:06.000000Z"),
            (r#""2031-02-03T04:05:06.1+00:00""#, "2031-02-03T04:05:06.100000Z"),
            (r#""2031-02-03T04:05:06.123456789Z""#, "2031-02-03T04:05:06.123456Z"),
            (r#""2031-02-03T04:05:06+0530""#, "2031-02-02T22:35:06.000000Z"),
            (r#""2031-02-03T04:05:06-03:30""#, "2031-02-03T07:35:06.000000Z"),
            (r#""2016-12-31T23:59:60Z""#, "2017-01-01T00:00:00.000000Z"),
            ("1714979289125", "2024-05-06T07:08:09.125000Z"),
            ("-1", "1969-12-31T23:59:59.999000Z"),
        ] {
            assert_eq!(shown(json).as_deref(), Some(expected), "{json}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for json in [
            r#""2031-02-03T04:05:06""#,
            r#""2031-02-03""#,
            r#""2031-02-03 04:05:06Z""#,
            r#""2031-02-30T04:05:06Z""#,
            r#""2031-02-03T24:05:06Z""#,
            r#""2031-02-03T04:05:61Z""#,
            r#""2031-02-03T04:05:06.Z""#,
            r#""2031-02-03T04:05:06.1234567890Z""#,
            r#""2031-02-03T04:05:06+5""#,
            r#""2031-02-03T04:05:06+24:00""#,
            r#""2031-2-3T04:05:06Z""#,
            r#""+031-02-03T04:05:06Z""#,
            r#""9999-12-31T23:59:59-01:00""#,
            r#""1714979289125""#,
            "1.5",
            "1e3",
            "99999999999999999999",
            "null",
            "true",
            "{}",
            r#""""#,
            "\"",
            "\"ä031-02-03T04:05:06Z\"",
        ] {
            assert_eq!(shown(json), None, "{json}");
        }
    }
}
