//! What texts must be, for the description: the grammars of filters, search and numbers as regular expressions.

use serde_json::{Value as Json, json};

use super::input::NUMBER;
use super::operator::{MOST, Operator, SPELLINGS};
use crate::domain::search::number::{LEAST, TERMS};

/// An identifier with a prefix, as a filter that takes no operator has it: none stands before it.
pub fn plain_id(prefix: &str) -> String {
    format!(r"^{prefix}[!a-z_]*([^!a-z_:][\s\S]*)?$")
}

/// What is between terms: white space, as Unicode has it.
const BLANK: &str = r"\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
/// Text of several lines.
pub const PROSE: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";
/// Control characters.
const CONTROL: &str = r"\u0000-\u001f\u007f-\u009f";

/// The terms of a search.
pub fn terms() -> String {
    let (least, more) = (LEAST, TERMS - 1);
    format!("^[{BLANK}]*([^{BLANK}]{{{least},}}([{BLANK}]+[^{BLANK}]{{{least},}}){{0,{more}}}[{BLANK}]*)?$")
}

/// A number, without the blanks around it.
pub fn number() -> Json {
    let (inner, between) = (format!("[^{CONTROL}{BLANK}]"), NUMBER - 2);
    let pattern = format!("^[{BLANK}]*{inner}([^{CONTROL}]{{0,{between}}}{inner})?[{BLANK}]*$");
    json!({ "type": "string", "pattern": pattern, "examples": ["AUD-1042"] })
}

/// The value of a filter by an instant.
pub fn instants() -> Json {
    let day = "[0-9]{4}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)";
    let leap = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29";
    let zone = "Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]";
    let time = format!(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?({zone})?");
    let one = format!("(-?[0-9]{{1,12}}|({day}|{leap})(T{time})?)");
    let spelled = |of: &[Operator]| {
        let words = SPELLINGS.iter().filter(|(_, operator)| of.contains(operator)).map(|(word, _)| *word);
        words.collect::<Vec<_>>().join("|")
    };
    let two = spelled(&[Operator::Bwi, Operator::Bwe]);
    let many = spelled(&[Operator::In, Operator::NotIn]);
    let sole = spelled(&[Operator::Eq, Operator::NotEq, Operator::Gt, Operator::Gte, Operator::Lt, Operator::Lte]);
    let more = MOST - 1;
    let pattern = format!("^((({sole}):)?{one}|({two}):{one},{one}|({many}):{one}(,{one}){{0,{more}}})$");
    json!({ "type": "string", "pattern": pattern, "examples": ["bwi:1893456000,2030-01-31"] })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::string::string_regex;

    use super::super::filter::{FILTERS, Kind, condition};
    use super::super::input::Input;
    use super::*;
    use crate::domain::model::model;
    use crate::domain::search::number::{CHARACTERS, Sought};

    /// Texts that a pattern admits.
    fn admitted(pattern: &str) -> impl Strategy<Value = String> + use<> {
        let whole = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$')).expect("a pattern of the whole");
        string_regex(whole).expect("a pattern")
    }

    fn refused(kind: Kind, text: &str) -> Vec<String> {
        condition(model().noun("Audit").expect("audits"), kind, text).err().unwrap_or_default()
    }

    proptest! {
        #[test]
        fn item_16_every_instant_that_is_described_is_taken(
            text in admitted(instants()["pattern"].as_str().unwrap_or_default()),
        ) {
            let refused = refused(Kind::Date("completeBy"), &text);
            prop_assert!(refused.iter().all(|fault| fault == "first value must be less than second"), "{text}: {refused:?}");
        }

        #[test]
        fn item_22_every_identifier_that_is_described_is_taken(
            (kind, text) in prop::sample::select(FILTERS.to_vec()).prop_filter_map("no identifier", |(_, kind)| match kind {
                Kind::Row(prefix, _) => Some((kind, prefix)),
                Kind::Actor(_) => Some((kind, "(user_|key_)")),
                _ => None,
            }).prop_flat_map(|(kind, prefix)| (Just(kind), admitted(&plain_id(prefix)))),
        ) {
            prop_assert_eq!(refused(kind, &text), Vec::<String>::new(), "{}", text);
        }

        #[test]
        fn item_29_every_search_that_is_described_is_taken(text in admitted(&terms())) {
            prop_assert!(text.chars().count() > CHARACTERS || Sought::read(&text).is_ok(), "{text:?}");
        }

        #[test]
        fn item_34_every_number_that_is_described_is_taken(
            text in admitted(number()["pattern"].as_str().unwrap_or_default()),
        ) {
            let sent = serde_json::json!({ "number": text }).to_string();
            let members = super::super::body::read(sent.as_bytes()).expect("JSON").expect("an object");
            let mut input = Input::of(&members);
            input.number();
            prop_assert_eq!(input.errors, Vec::<String>::new(), "{}", text);
        }
    }
}
