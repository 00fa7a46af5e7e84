//! The same data in GraphQL: where a client that moves finds what it reads here.

use super::read::{AUDITS, FUTURE_AUDITS, ISSUES, List, PRODUCT_AUDITS};
use super::route::{Number, Slug};
use crate::domain::model::model;
use crate::rest::kit::native::{Native, order_argument, tail};

/// What GraphQL says in place of fields that are only for this interface.
const NATIVES: &[Native] = &[
    Native { noun: "Asset", field: "productUuid", from: &["ancestors.kind", "ancestors.uuid"] },
    Native { noun: "Audit", field: "assetSlug", from: &["asset.slug"] },
];

/// The most rows that GraphQL gives at once.
const MOST: usize = 200;

fn query(list: &List, first: usize, filter: &str) -> String {
    let Some(noun) = model().noun(list.form.noun) else { return String::new() };
    let order = if first == 1 { String::new() } else { order_argument(noun, list.order) };
    let filter = if filter.is_empty() { String::new() } else { format!(", filter: {{{filter}}}") };
    format!("{{ {}(first: {first}{order}{filter}) {{ nodes {}", noun.plural, tail(list.form, NATIVES))
}

/// A text as a document has it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn product(slug: &Slug) -> String {
    format!("asset: {{slug: {{eq: {}}}, kind: {{eq: PRODUCT}}}}", quoted(slug.as_deref().unwrap_or_default()))
}

fn audit_of(slug: &Slug, number: Number) -> String {
    format!("{}, assetSequence: {{eq: {}}}", product(slug), number.unwrap_or_default())
}

/// The audits of all products in use.
pub fn audits() -> String {
    query(&AUDITS, MOST, "asset: {kind: {eq: PRODUCT}, archivedAt: {isNull: true}}")
}

/// The full audits that are to come.
pub fn future_audits() -> String {
    query(&FUTURE_AUDITS, MOST, "")
}

/// The audits of a product.
pub fn product_audits(slug: &Slug) -> String {
    query(&PRODUCT_AUDITS, MOST, &product(slug))
}

/// One audit.
pub fn audit(slug: &Slug, number: Number) -> String {
    query(&PRODUCT_AUDITS, 1, &audit_of(slug, number))
}

/// What an audit found.
pub fn issues(slug: &Slug, number: Number) -> String {
    query(&ISSUES, MOST, &format!("audit: {{{}}}", audit_of(slug, number)))
}
