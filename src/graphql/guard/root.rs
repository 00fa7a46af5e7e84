//! Roots that the engine would not answer as the specification says.

use std::collections::HashSet;

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet};

use super::{invalid, short};
use crate::domain::error::Error;

/// The engine runs a field once for every place where it stands, so a mutation that the specification merges would
/// take effect twice; and it lets a subscription have several roots.
pub(super) fn check(operation: &OperationDefinition, document: &ExecutableDocument) -> Result<(), Error> {
    if operation.ty == OperationType::Query {
        return Ok(());
    }
    let mut keys = Vec::new();
    response_keys(&operation.selection_set.node, document, &mut keys);
    if operation.ty == OperationType::Subscription {
        return match keys.as_slice() {
            [key] if !key.starts_with("__") => Ok(()),
            _ => Err(invalid("a subscription has exactly one root field")),
        };
    }
    let mut seen = HashSet::new();
    match keys.into_iter().find(|key| !key.starts_with("__") && !seen.insert(*key)) {
        Some(key) => {
            Err(invalid(format!("mutation {} is asked for twice under one name; give each an alias", short(key))))
        }
        None => Ok(()),
    }
}

fn response_keys<'a>(set: &'a SelectionSet, document: &'a ExecutableDocument, keys: &mut Vec<&'a str>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => keys.push(&field.node.response_key().node),
            Selection::InlineFragment(fragment) => response_keys(&fragment.node.selection_set.node, document, keys),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(spread.node.fragment_name.node.as_str()) {
                    response_keys(&fragment.node.selection_set.node, document, keys);
                }
            }
        }
    }
}
