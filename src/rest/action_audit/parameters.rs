//! The parameters of a request, checked in the contract's order (action_audit 3 and 6).

use super::refusal::Refusal;
use super::resource::{is_field, order_field};
use crate::rest::kit::{Form, Query};

/// The most rows of a page.
pub const LIMIT_MOST: u64 = 1_000;
/// The rows of a page where nothing is said.
pub const LIMIT: u64 = 100;
/// The most rows that are passed over.
pub const OFFSET_MOST: u64 = 2_147_483_647;

/// The field that lists are ordered by where nothing is said.
const CREATED: &str = "createdAt";

/// The parameters of a list, in the order they are echoed and checked.
pub const OF_LIST: &[&str] = &["sort_by", "sort_dir", "offset", "limit", "columns"];
/// The parameters of a record.
pub const OF_RECORD: &[&str] = &["columns"];

/// What a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// As sent.
    pub sort_by: Option<String>,
    /// As sent.
    pub sort_dir: Option<String>,
    /// In force.
    pub offset: u64,
    /// In force.
    pub limit: u64,
    /// In the order sent.
    pub columns: Option<Vec<String>>,
    /// The field that the list is ordered by first.
    pub order: &'static str,
}

impl Listing {
    /// Where nothing is said.
    pub fn plain() -> Self {
        Self { sort_by: None, sort_dir: None, offset: 0, limit: LIMIT, columns: None, order: CREATED }
    }

    /// Reads the parameters of a list whose rows have this form.
    pub fn read(query: &Query, row: &Form) -> Result<Self, Refusal> {
        once(query, OF_LIST)?;
        let sort_by = query.last("sort_by");
        let order = match sort_by {
            None => CREATED,
            Some(name) => {
                let member = row.members.iter().find(|member| member.key == name);
                member.and_then(order_field).ok_or_else(|| Refusal::column("sort_by", name))?
            }
        };
        let sort_dir = query.last("sort_dir");
        if sort_dir.is_some_and(|word| !["asc", "desc"].contains(&word)) {
            return Err(Refusal::parameter("sort_dir: must be asc or desc"));
        }
        let offset = number(query, "offset", (0, OFFSET_MOST))?;
        let limit = number(query, "limit", (LIMIT, LIMIT_MOST))?;
        let columns = columns(query, row)?;
        let own = |text: &str| text.to_owned();
        Ok(Self { sort_by: sort_by.map(own), sort_dir: sort_dir.map(own), offset, limit, columns, order })
    }

    /// From the greatest down.
    pub fn is_descending(&self) -> bool {
        self.sort_dir.as_deref() == Some("desc")
    }
}

/// Refuses a parameter that is given twice.
pub fn once(query: &Query, names: &[&str]) -> Result<(), Refusal> {
    match names.iter().find(|name| query.all(name).count() > 1) {
        Some(name) => Err(Refusal::parameter(&format!("{name}: given more than once"))),
        None => Ok(()),
    }
}

/// The fields asked for; none where nothing is said.
pub fn columns(query: &Query, form: &Form) -> Result<Option<Vec<String>>, Refusal> {
    let Some(text) = query.last("columns") else { return Ok(None) };
    let known = |name: &str| form.members.iter().any(|member| member.key == name && is_field(member));
    let names: Vec<String> = text.split(',').map(ToOwned::to_owned).collect();
    match names.iter().find(|name| !known(name)) {
        Some(name) => Err(Refusal::column("columns", name)),
        None => Ok(Some(names)),
    }
}

fn number(query: &Query, name: &str, (default, most): (u64, u64)) -> Result<u64, Refusal> {
    let Some(text) = query.last(name) else { return Ok(default) };
    let digits = (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let value = text.parse().ok().filter(|value| digits && *value <= most);
    value.ok_or_else(|| Refusal::parameter(&format!("{name}: must be an integer from 0 to {most}")))
}
