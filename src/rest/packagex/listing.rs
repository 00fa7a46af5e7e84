//! The parameters of the addresses, all that is wrong with them in the order sent (contract packagex 2.2 and 5.3).

use super::filter::{self, FILTERS, no_word};
use super::form::{GROUPINGS, Grouping};
use super::refusal::Refusal;
use crate::domain::ask::{Expr, OrderBy, named_order};
use crate::domain::describe::Noun;
use crate::domain::search::number::{CHARACTERS, LEAST, Sought, TERMS, Wrong};
use crate::rest::kit::Query;

/// The rows of a page where nothing is said.
pub const LIMIT: u64 = 25;
/// The most rows of a page.
pub const LIMIT_MOST: u64 = 100;
/// The last page that can be asked for.
pub const PAGE_MOST: u64 = 2_147_483_647;

/// The orders: the word, the field, and whether it may be missing. The first is that of a list.
pub const ORDERS: [(&str, &str); 5] = [
    ("created_at", "createdAt"),
    ("updated_at", "updatedAt"),
    ("complete_at", "completeBy"),
    ("finished_at", "finishedAt"),
    ("priority", "priority"),
];

/// The directions, in document order.
pub const DIRECTIONS: [&str; 2] = ["asc", "desc"];

/// What a list is asked for.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The page's number.
    pub page: u64,
    /// Rows of a page.
    pub limit: u64,
    /// How counts are shown.
    pub grouping: Grouping,
    /// The field of the order, where one is asked for.
    pub order: Option<&'static str>,
    /// From the greatest down.
    pub descending: bool,
    /// All filters.
    pub condition: Expr,
    /// What is searched for.
    pub search: Option<Sought>,
}

impl Default for Listing {
    fn default() -> Self {
        Self {
            page: 1,
            limit: LIMIT,
            grouping: Grouping::None,
            order: None,
            descending: true,
            condition: Expr::always(),
            search: None,
        }
    }
}

/// Which parameters an address takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Those of the list.
    All,
    /// The grouping.
    Grouping,
    /// None.
    Nothing,
}

impl Listing {
    /// Reads the parameters.
    pub fn read(query: &Query, noun: &Noun, takes: Takes) -> Result<Self, Refusal> {
        let (mut listing, mut errors) = (Self::default(), Vec::new());
        let (mut seen, mut conditions): (Vec<&str>, Vec<Expr>) = (Vec::new(), Vec::new());
        for (name, value) in query.pairs() {
            let known = match takes {
                Takes::All => is_known(name),
                Takes::Grouping => name == "group_by",
                Takes::Nothing => false,
            };
            let fault = if !known {
                vec!["unknown parameter".to_owned()]
            } else if seen.contains(&name) {
                vec!["given more than once".to_owned()]
            } else if value.is_empty() && name != "search" {
                vec!["value is required".to_owned()]
            } else if let Some((_, kind)) = FILTERS.iter().find(|(known, _)| *known == name) {
                filter::condition(noun, *kind, value).map_or_else(
                    |faults| faults,
                    |condition| {
                        conditions.push(condition);
                        Vec::new()
                    },
                )
            } else {
                listing.take(name, value)
            };
            errors.extend(fault.into_iter().map(|fault| format!("{name}: {fault}")));
            seen.push(name);
        }
        listing.condition = Expr::all(conditions);
        if errors.is_empty() { Ok(listing) } else { Err(Refusal::query(errors)) }
    }

    fn take(&mut self, name: &str, value: &str) -> Vec<String> {
        let fault = match name {
            "page" => match integer(value, PAGE_MOST) {
                Some(page) => {
                    self.page = page;
                    None
                }
                None => Some("must be an integer of at least 1".to_owned()),
            },
            "limit" => match integer(value, LIMIT_MOST) {
                Some(limit) => {
                    self.limit = limit;
                    None
                }
                None => Some(format!("must be an integer from 1 to {LIMIT_MOST}")),
            },
            "group_by" => match GROUPINGS.iter().find(|(word, _)| *word == value) {
                Some((_, grouping)) => {
                    self.grouping = *grouping;
                    None
                }
                None => Some(no_word(value, GROUPINGS.map(|(word, _)| word))),
            },
            "order_by" => match ORDERS.iter().find(|(word, _)| *word == value) {
                Some((_, field)) => {
                    self.order = Some(field);
                    None
                }
                None => Some(no_word(value, ORDERS.map(|(word, _)| word))),
            },
            "direction" if DIRECTIONS.contains(&value) => {
                self.descending = value == "desc";
                None
            }
            "direction" => Some(no_word(value, DIRECTIONS)),
            _ => return self.search(value),
        };
        fault.into_iter().collect()
    }

    fn search(&mut self, value: &str) -> Vec<String> {
        match Sought::read(value) {
            Ok(sought) => {
                self.search = sought;
                Vec::new()
            }
            Err(wrongs) => wrongs.into_iter().map(said).collect(),
        }
    }

    /// Rows before the page.
    pub fn offset(&self) -> u64 {
        (self.page - 1).saturating_mul(self.limit)
    }

    /// The order of the list, or that which takes the place of the relevance.
    pub fn steps(&self, noun: &Noun) -> Vec<OrderBy> {
        let field = self.order.unwrap_or("createdAt");
        named_order(noun, &[(field, self.descending)]).into_iter().map(OrderBy::absent_last).collect()
    }
}

fn said(wrong: Wrong) -> String {
    match wrong {
        Wrong::TooLong => format!("at most {CHARACTERS} characters"),
        Wrong::TooMany => format!("at most {TERMS} terms"),
        Wrong::TooShort => format!("every term needs at least {LEAST} characters"),
    }
}

fn is_known(name: &str) -> bool {
    ["page", "limit", "group_by", "order_by", "direction", "search"].contains(&name)
        || FILTERS.iter().any(|(known, _)| *known == name)
}

fn integer(text: &str, most: u64) -> Option<u64> {
    let fits = (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| fits && (1..=most).contains(number))
}
