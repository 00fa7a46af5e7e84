//! A page of a search: each audit says how well it fits, and where (contract packagex 4.4).

use std::collections::HashMap;

use super::listing::Listing;
use super::refusal::Refusal;
use super::{Packagex, envelope, ident, retrieved, terms};
use crate::domain::ask::{Expr, Window};
use crate::domain::cell::Cell;
use crate::domain::search::number::{self, Found, Hit, Part, Sought};
use crate::rest::kit::{Answer, Call, Out, Wanted, at};

impl Packagex {
    /// Finds the page's audits, then reads them.
    pub(super) async fn search(&self, call: &Call, listing: &Listing, sought: Sought) -> Result<Answer, Refusal> {
        let shape = self.shapes.of(listing.grouping);
        let order = if listing.order.is_some() { listing.steps(shape.noun) } else { Vec::new() };
        let part = Part { order, limit: listing.limit, offset: listing.offset() };
        let Found { hits, total } = number::find(&call.cx, sought, listing.condition.clone(), part).await?;
        let ids = hits.iter().map(|hit| Cell::Int(hit.id)).collect();
        let expr = at(shape.noun, "legacyId", crate::domain::ask::Test::In(ids));
        let window = Window { limit: Some(hits.len()), ..Window::default() };
        let expr = Expr::all([super::inventory(shape.noun), expr]);
        let level = shape.read(&call.cx, Wanted { expr, order: Vec::new(), window, total: false }).await?;
        let rows: HashMap<i64, usize> =
            level.rows.iter().enumerate().filter_map(|(at, row)| Some((row.first()?.as_int()?, at))).collect();
        Ok(envelope::success(&terms(call), &call.path, retrieved(listing, total), |out| {
            out.raw("[");
            for hit in &hits {
                // One that was removed in between is not there any more.
                let Some(row) = rows.get(&hit.id) else { continue };
                out.comma();
                shape.write(&level, *row, out);
                reopen(out);
                write(hit, level.rows.row(*row), out);
                out.raw("}");
            }
            out.raw("]");
        }))
    }
}

/// Takes back the end of the object that was written last, for one more member.
fn reopen(out: &mut Out<'_>) {
    if out.bytes.last() == Some(&b'}') {
        out.bytes.pop();
    }
}

fn write(hit: &Hit, row: &[Cell], out: &mut Out<'_>) {
    out.key("_search");
    out.raw("{");
    out.key("id");
    let uuid = row.iter().find_map(Cell::as_uuid).unwrap_or_default();
    out.text(&ident::write(ident::AUDIT, uuid));
    out.key("number");
    out.text(&marked(&hit.number, &hit.spans));
    out.key("relevance_score");
    out.raw(&share(hit.relevance));
    out.raw("}");
}

/// Ten-thousandths as a number without trailing zeros.
fn share(parts: u64) -> String {
    let text = format!("{}.{:04}", parts / 10_000, parts % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A number for a page of HTML, these spans of its characters marked.
fn marked(number: &str, spans: &[(usize, usize)]) -> String {
    let mut text = String::with_capacity(number.len() + 32);
    for (at, letter) in number.chars().chain(std::iter::once('\0')).enumerate() {
        if spans.iter().any(|(_, to)| *to == at) {
            text.push_str("</mark>");
        }
        if spans.iter().any(|(from, _)| *from == at) {
            text.push_str("<mark>");
        }
        match letter {
            '\0' => {}
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            letter => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_25_shares_have_at_most_four_decimals() {
        assert_eq!([10_000, 9_500, 8_667, 3_000, 1].map(share), ["1", "0.95", "0.8667", "0.3", "0.0001"]);
    }

    #[test]
    fn item_28_what_html_would_read_is_escaped() {
        assert_eq!(marked("A<1>&B", &[(1, 3), (4, 5)]), "A<mark>&lt;1</mark>&gt;<mark>&amp;</mark>B");
        assert_eq!(marked("AB", &[(0, 2)]), "<mark>AB</mark>");
        assert_eq!(marked("AB", &[]), "AB");
    }
}
