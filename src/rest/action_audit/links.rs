//! The pages beside a page, as headers name them (contract action_audit 3).

use super::BASE;
use super::parameters::Listing;

/// The value of `Link` beside a page of a list; none where there is no other page.
pub fn pages(resource: &str, listing: &Listing, count: usize, total: u64) -> Option<String> {
    if listing.limit == 0 {
        return None;
    }
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    let next = listing.offset.saturating_add(count) < total;
    let link = |offset: u64, rel: &str| format!("<{}>; rel=\"{rel}\"", page(resource, listing, offset));
    let mut links = Vec::new();
    if next {
        links.push(link(listing.offset.saturating_add(listing.limit), "next"));
    }
    if listing.offset > 0 {
        links.push(link(listing.offset.saturating_sub(listing.limit), "prev"));
    }
    if links.is_empty() { None } else { Some(links.join(", ")) }
}

/// The address of another page of the same list.
fn page(resource: &str, listing: &Listing, offset: u64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let columns = listing.columns.as_ref().map(|columns| columns.join(","));
    for (name, value) in [("sort_by", &listing.sort_by), ("sort_dir", &listing.sort_dir), ("columns", &columns)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.append_pair("limit", &listing.limit.to_string()).append_pair("offset", &offset.to_string());
    format!("{BASE}/{resource}.json?{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_that_are_there_are_named() {
        let told = |offset, limit, count, total| {
            let listing = Listing {
                sort_by: Some("number".to_owned()),
                sort_dir: None,
                offset,
                limit,
                columns: Some(vec!["number".to_owned(), "stage".to_owned()]),
                order: "number",
            };
            pages("audits", &listing, count, total)
        };
        let link = |offset: u64, limit: u64, rel: &str| {
            format!(
                "</xapi/v1/audits.json?sort_by=number&columns=number%2Cstage&limit={limit}&offset={offset}>; rel=\"{rel}\""
            )
        };
        assert_eq!(told(0, 100, 5, 5), None);
        assert_eq!(told(2, 2, 2, 5), Some(format!("{}, {}", link(4, 2, "next"), link(0, 2, "prev"))));
        assert_eq!(told(1, 2, 2, 3), Some(link(0, 2, "prev")));
        assert_eq!(told(9, 2, 0, 3), Some(link(7, 2, "prev")));
        assert_eq!((told(0, 0, 0, 3), told(2, 0, 0, 3)), (None, None));
    }
}
