//! Numbered pages and their links (contract auditcomply 3).

use crate::rest::kit::{Out, Query};

/// Rows of a page where no number is asked for.
pub const DEFAULT: u64 = 25;
/// Most rows of a page.
pub const MOST: u64 = 100;

/// Which page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The page of a number, from 1 on.
    Number(u64),
    /// The last one.
    Last,
}

/// A page that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its number, from 1 on.
    pub number: u64,
    /// Most rows on it.
    pub size: u64,
    /// Rows on all pages.
    pub count: u64,
}

/// A whole number as Python reads one: blanks around it, and a sign.
fn whole(text: &str) -> Option<i128> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let magnitude: i128 = digits.parse().unwrap_or(i128::MAX);
    Some(if text.starts_with('-') { -magnitude } else { magnitude })
}

/// Most rows on a page.
pub fn size(query: &Query) -> u64 {
    let asked = query.last("page_size").and_then(whole).and_then(|size| u64::try_from(size.min(i128::from(MOST))).ok());
    asked.filter(|size| *size > 0).unwrap_or(DEFAULT)
}

/// Which page is asked for; none that could be there where the text is not a number from 1 on.
pub fn wanted(query: &Query) -> Option<Wanted> {
    match query.last("page") {
        None => Some(Wanted::Number(1)),
        Some("last") => Some(Wanted::Last),
        Some(text) => {
            let number = whole(text)?;
            // No list has a page beyond this one.
            u64::try_from(number.min(1 << 56)).ok().filter(|number| *number > 0).map(Wanted::Number)
        }
    }
}

impl Page {
    /// The number of the last page; the first one is always there.
    pub fn last(count: u64, size: u64) -> u64 {
        count.div_ceil(size).max(1)
    }

    /// Writes the envelope up to the rows: number, next and previous.
    pub fn open(self, address: &str, query: &Query, out: &mut Out<'_>) {
        let last = Self::last(self.count, self.size);
        out.raw("{");
        out.key("count");
        out.value(&self.count);
        out.key("next");
        if self.number < last {
            out.text(&link(address, query, self.number + 1));
        } else {
            out.null();
        }
        out.key("previous");
        if self.number > 1 {
            out.text(&link(address, query, self.number - 1));
        } else {
            out.null();
        }
        out.key("results");
    }
}

/// The address of a page: the query as it came, in the order of its keys, with another number.
fn link(address: &str, query: &Query, page: u64) -> String {
    let mut pairs: Vec<(&str, &str)> = query.pairs().filter(|(name, _)| *name != "page").collect();
    let number = page.to_string();
    if page > 1 {
        pairs.push(("page", &number));
    }
    // Stable, so that repetitions stay in their order.
    pairs.sort_by_key(|(name, _)| *name);
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    if pairs.is_empty() { address.to_owned() } else { format!("{address}?{}", pairs.join("&")) }
}

/// Percent-encoded for a query, a blank as `+`.
pub fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_17_every_row_of_the_table_of_parameters_holds() {
        for (text, expected) in [
            ("", Some(Wanted::Number(1))),
            ("page=3", Some(Wanted::Number(3))),
            ("page=%2B3", Some(Wanted::Number(3))),
            ("page=+3+", Some(Wanted::Number(3))),
            ("page=last", Some(Wanted::Last)),
            ("page=0", None),
            ("page=-1", None),
            ("page=", None),
            ("page=1.0", None),
            ("page=x&page=2", Some(Wanted::Number(2))),
        ] {
            assert_eq!(wanted(&Query::parse(text)), expected, "{text}");
        }
        for (text, expected) in [
            ("", 25),
            ("page_size=1", 1),
            ("page_size=100", 100),
            ("page_size=1000", 100),
            ("page_size=99999999999999999999999999999999999999999999", 100),
            ("page_size=0", 25),
            ("page_size=-5", 25),
            ("page_size=", 25),
            ("page_size=ten", 25),
            ("page_size=ten&page_size=10", 10),
        ] {
            assert_eq!(size(&Query::parse(text)), expected, "{text}");
        }
    }

    #[test]
    fn item_19_links_are_sorted_and_encoded() {
        let query = Query::parse("z=&status=a+b%2Cc&page=9&b=2&b=1&page_size=1000&%C3%A4=~");
        assert_eq!(
            link("https://gw.example/audits/", &query, 3),
            "https://gw.example/audits/?b=2&b=1&page=3&page_size=1000&status=a+b%2Cc&z=&%C3%A4=~"
        );
        assert_eq!(link("http://x/a/", &Query::parse("page=2"), 1), "http://x/a/");
    }
}
