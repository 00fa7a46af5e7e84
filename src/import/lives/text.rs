//! What LIVES writes as text: days, notes of correction, and names that become parts of addresses.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};

/// The instant that stands for a day of which no time is known: noon in UTC, which is the same day in nearly every
/// time zone. Midnight would be the day before in all of America.
pub fn noon(day: NaiveDate) -> DateTime<Utc> {
    Utc.from_utc_datetime(&day.and_time(NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default()))
}

/// A day as `YYYYMMDD`, or with dashes.
pub fn day(text: &str) -> Option<NaiveDate> {
    let format = if text.len() == 8 { "%Y%m%d" } else { "%Y-%m-%d" };
    let shaped = matches!(text.len(), 8 | 10) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    shaped.then(|| NaiveDate::parse_from_str(text, format).ok())?
}

/// What a violation's text says about its correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Correction {
    /// Nothing.
    None,
    /// The day it was corrected.
    On(NaiveDate),
    /// A note whose day cannot be read.
    Unreadable(String),
}

/// A violation's text without the note of correction at its end, and what the note says.
pub fn correction(text: &str) -> (&str, Correction) {
    let Some((title, note)) = text.rsplit_once('[') else {
        return (text.trim(), Correction::None);
    };
    let said = note.trim_end().strip_suffix(']').map(str::trim);
    let Some(day) = said.and_then(|note| note.strip_prefix("date violation corrected:")) else {
        return (text.trim(), Correction::None);
    };
    let correction = match NaiveDate::parse_from_str(day.trim(), "%m/%d/%Y") {
        Ok(day) => Correction::On(day),
        Err(_) => Correction::Unreadable(format!("[{}", note.trim_end())),
    };
    (title.trim(), correction)
}

/// A part of an address: letters a to z, digits and single dashes between them. Empty for a text without any.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.chars().flat_map(char::to_lowercase).map(plain) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if letter != '\'' && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// The letter without its accent.
fn plain(letter: char) -> char {
    match letter {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        '’' => '\'',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn days_are_read_in_both_forms_only() {
        assert_eq!(day("20240229"), Some(date(2024, 2, 29)));
        assert_eq!(day("2024-02-29"), Some(date(2024, 2, 29)));
        for text in ["", "20230229", "2024022", "202402291", "2/29/2024", "+2024229", "2024-2-029"] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn a_note_of_correction_is_taken_off_the_text() {
        for (text, title, expected) in [
            ("Dirty floor", "Dirty floor", Correction::None),
            ("Dirty floor  [ date violation corrected: 3/7/2021 ]", "Dirty floor", Correction::On(date(2021, 3, 7))),
            ("Dirty floor [date violation corrected:12/31/2021]  ", "Dirty floor", Correction::On(date(2021, 12, 31))),
            ("Dirty [back] floor", "Dirty [back] floor", Correction::None),
            (
                "Dirty floor [ date violation corrected: 3:07:21 AM ]",
                "Dirty floor",
                Correction::Unreadable("[ date violation corrected: 3:07:21 AM ]".to_owned()),
            ),
            ("[ date violation corrected: 3/7/2021 ]", "", Correction::On(date(2021, 3, 7))),
        ] {
            assert_eq!(correction(text), (title, expected), "{text}");
        }
    }

    #[test]
    fn a_name_becomes_part_of_an_address() {
        for (name, expected) in [
            ("LAGUNA CAFÉ", "laguna-cafe"),
            ("Norman's  Ice-Cream & Freezes!", "normans-ice-cream-freezes"),
            ("--", ""),
            ("茶 House", "house"),
            ("TropisueÑo", "tropisueno"),
        ] {
            assert_eq!(slug(name), expected);
        }
    }
}
