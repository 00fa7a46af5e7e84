//! Found text with marks around what was found, safe to be put into a page as it is.

/// Characters shown before the first mark of a long text.
const BEFORE: usize = 60;
/// Characters shown of a long text in all.
const SHOWN: usize = 240;

/// `value` as HTML, with `<mark>` around every occurrence of `text`, whose letters are small. Of a long value only the
/// surroundings of the first one.
pub fn highlight(value: &str, text: &str) -> String {
    // Letters are made small without a change of length, so places in one are places in the other.
    let small = value.to_ascii_lowercase();
    let first = small.find(text).unwrap_or_default();
    let (start, end) = window(value, first, first + text.len());
    let mut html = String::with_capacity(end - start + 32);
    if start > 0 {
        html.push('…');
    }
    let mut at = start;
    for (found, _) in small.match_indices(text).filter(|(found, _)| !text.is_empty() && *found >= start) {
        if found + text.len() > end {
            break;
        }
        escape(value.get(at..found).unwrap_or_default(), &mut html);
        html.push_str("<mark>");
        at = found + text.len();
        escape(value.get(found..at).unwrap_or_default(), &mut html);
        html.push_str("</mark>");
    }
    escape(value.get(at..end).unwrap_or_default(), &mut html);
    if end < value.len() {
        html.push('…');
    }
    html
}

/// The part of a value that is shown: around the first occurrence, and the whole of that.
fn window(value: &str, first: usize, behind: usize) -> (usize, usize) {
    if value.chars().count() <= SHOWN {
        return (0, value.len());
    }
    let before = value.get(..first).unwrap_or_default();
    let start = before.char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
    let rest = value.get(start..).unwrap_or_default();
    let end = rest.char_indices().nth(SHOWN).map_or(value.len(), |(at, _)| start + at);
    (start, end.max(behind))
}

fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_occurrence_is_marked_whatever_its_letters() {
        assert_eq!(highlight("Cold store, COLD room", "cold"), "<mark>Cold</mark> store, <mark>COLD</mark> room");
    }

    #[test]
    fn everything_else_is_escaped_and_so_is_what_was_found() {
        assert_eq!(
            highlight("<mark>a</mark> & 'b'", "a"),
            "&lt;m<mark>a</mark>rk&gt;<mark>a</mark>&lt;/m<mark>a</mark>rk&gt; &amp; &#39;b&#39;"
        );
        assert_eq!(highlight("x <b> \"y\"", "<b>"), "x <mark>&lt;b&gt;</mark> &quot;y&quot;");
    }

    #[test]
    fn a_text_outside_ascii_keeps_its_letters() {
        assert_eq!(highlight("Größe ÄÖ 😀 kühl", "ühl"), "Größe ÄÖ 😀 k<mark>ühl</mark>");
        assert_eq!(highlight("Ä ä", "ä"), "Ä <mark>ä</mark>");
    }

    #[test]
    fn of_a_long_text_the_surroundings_are_shown() {
        let long = format!("{}needle{}", "ä".repeat(500), "ö".repeat(500));
        let html = highlight(&long, "needle");
        assert_eq!(html, format!("…{}<mark>needle</mark>{}…", "ä".repeat(60), "ö".repeat(174)));
        let text = "n".repeat(200);
        let html = highlight(&format!("{}{text}{}", "a".repeat(100), "b".repeat(100)), &text);
        assert_eq!(html, format!("…{}<mark>{text}</mark>…", "a".repeat(60)));
    }
}
