//! The operators of filters: `op:item,item` (contract packagex 4.1).

/// What an operator asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Equal to the item.
    Eq,
    /// There, and not equal to it.
    NotEq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Between two, both included.
    Bwi,
    /// Between two, both left out.
    Bwe,
    /// One of the items.
    In,
    /// There, and none of them.
    NotIn,
}

/// Every spelling.
pub const SPELLINGS: [(&str, Operator); 13] = [
    ("eq", Operator::Eq),
    ("equals", Operator::Eq),
    ("!eq", Operator::NotEq),
    ("not_equals", Operator::NotEq),
    ("gt", Operator::Gt),
    ("gte", Operator::Gte),
    ("lt", Operator::Lt),
    ("lte", Operator::Lte),
    ("bwi", Operator::Bwi),
    ("bwe", Operator::Bwe),
    ("in", Operator::In),
    ("!in", Operator::NotIn),
    ("not_in", Operator::NotIn),
];

/// The most items of a list.
pub const MOST: usize = 100;

/// The operator as it was written, where there is one, and what follows.
pub fn split(value: &str) -> (Option<&str>, &str) {
    match value.split_once(':') {
        Some((word, rest)) if !word.is_empty() && word.bytes().all(is_operator) => (Some(word), rest),
        _ => (None, value),
    }
}

fn is_operator(byte: u8) -> bool {
    matches!(byte, b'!' | b'a'..=b'z' | b'_')
}

/// A filter's value as it was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked<'v> {
    /// What is asked.
    pub operator: Operator,
    /// With what.
    pub items: Vec<&'v str>,
}

/// Reads a value of a filter that knows `known` operators; else says what is wrong with it.
pub fn read<'v>(value: &'v str, known: &[Operator]) -> Result<Asked<'v>, String> {
    let (word, rest) = split(value);
    let word = word.unwrap_or("eq");
    let found = SPELLINGS.iter().find(|(spelling, _)| *spelling == word);
    let (_, operator) = found.ok_or_else(|| format!("unknown operator \"{word}\""))?;
    if !known.contains(operator) {
        return Err(format!("operator \"{word}\" is not supported"));
    }
    let items: Vec<&str> = rest.split(',').collect();
    match operator {
        Operator::In | Operator::NotIn if items.len() > MOST => {
            Err(format!("operator \"{word}\" takes at most {MOST} values"))
        }
        Operator::Bwi | Operator::Bwe if items.len() != 2 => {
            Err(format!("operator \"{word}\" needs exactly two values"))
        }
        Operator::In | Operator::NotIn | Operator::Bwi | Operator::Bwe => Ok(Asked { operator: *operator, items }),
        _ if items.len() != 1 => Err(format!("operator \"{word}\" needs exactly one value")),
        _ => Ok(Asked { operator: *operator, items }),
    }
}
