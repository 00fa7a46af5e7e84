//! What a selection set comes to once its fragments are expanded, each fragment counted once.

use std::collections::{HashMap, HashSet};

use async_graphql::Positioned;
use async_graphql::parser::types::{Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet};

use super::{count, invalid, short};
use crate::domain::error::Error;

/// The counts of a selection set with everything it spreads.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) nesting: u32,
    pub(super) depth: u32,
    pub(super) introspection_depth: u32,
    pub(super) fields: u32,
    pub(super) aliases: u32,
    pub(super) directives: u32,
    pub(super) selections: u32,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.nesting = self.nesting.max(other.nesting);
        self.depth = self.depth.max(other.depth);
        self.introspection_depth = self.introspection_depth.max(other.introspection_depth);
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.selections = self.selections.saturating_add(other.selections);
    }

    fn add_directives(&mut self, directives: &[Positioned<Directive>]) {
        self.directives = self.directives.saturating_add(count(directives.len()));
    }

    /// What a field adds to the set that holds it, where `self` is its own set.
    fn under_field(mut self, name: &str) -> Self {
        if name == "__schema" || name == "__type" {
            self.introspection_depth = self.introspection_depth.max(self.depth).saturating_add(1);
            self.depth = 0;
        } else if self.introspection_depth > 0 {
            self.introspection_depth = self.introspection_depth.saturating_add(1);
        }
        self.depth = self.depth.saturating_add(1);
        self.fields = 1;
        self
    }
}

pub(super) type ByName<'a> = HashMap<&'a str, Counts>;

pub(super) fn of_operation(operation: &OperationDefinition, fragments: &ByName<'_>) -> Counts {
    let mut counts = of_set(&operation.selection_set.node, fragments);
    counts.add_directives(&operation.directives);
    for variable in &operation.variable_definitions {
        counts.add_directives(&variable.node.directives);
    }
    counts
}

/// Recursion is bounded by the parser's own bound on the nesting of one definition.
fn of_set(set: &SelectionSet, fragments: &ByName<'_>) -> Counts {
    let mut counts = Counts::default();
    for selection in &set.items {
        let mut inner = match &selection.node {
            Selection::Field(field) => {
                let mut inner = of_set(&field.node.selection_set.node, fragments).under_field(&field.node.name.node);
                inner.aliases = inner.aliases.saturating_add(u32::from(field.node.alias.is_some()));
                inner
            }
            Selection::InlineFragment(fragment) => of_set(&fragment.node.selection_set.node, fragments),
            // An undefined fragment counts as empty: the validator names it.
            Selection::FragmentSpread(spread) => {
                fragments.get(spread.node.fragment_name.node.as_str()).copied().unwrap_or_default()
            }
        };
        inner.selections = inner.selections.saturating_add(1);
        inner.add_directives(selection.node.directives());
        counts.add(&inner);
    }
    if !set.items.is_empty() {
        counts.nesting = counts.nesting.saturating_add(1);
    }
    counts
}

/// Counts each fragment once, those it spreads before itself; on the heap, because a chain of fragments is as long as
/// the client likes.
pub(super) fn fragments(document: &ExecutableDocument) -> Result<ByName<'_>, Error> {
    let mut roots: Vec<_> = document.fragments.iter().map(|(name, fragment)| (fragment.pos, name.as_str())).collect();
    roots.sort_unstable();
    let mut counted = ByName::with_capacity(roots.len());
    let mut path = Vec::new();
    let mut on_path = HashSet::new();
    for (_, root) in roots {
        let mut next = Some(root);
        loop {
            if let Some(name) = next.take().filter(|name| !counted.contains_key(name)) {
                let Some(fragment) = document.fragments.get(name) else { continue };
                if !on_path.insert(name) {
                    return Err(invalid(format!("fragment {} is spread within itself", short(name))));
                }
                let mut spread = Vec::new();
                spreads(&fragment.node.selection_set.node, &mut spread);
                path.push((name, fragment, spread));
            }
            match path.last_mut() {
                None => break,
                Some((_, _, spread)) if !spread.is_empty() => next = spread.pop(),
                Some((name, fragment, _)) => {
                    let mut counts = of_set(&fragment.node.selection_set.node, &counted);
                    counts.add_directives(&fragment.node.directives);
                    on_path.remove(name);
                    counted.insert(*name, counts);
                    path.pop();
                }
            }
        }
    }
    Ok(counted)
}

fn spreads<'a>(set: &'a SelectionSet, found: &mut Vec<&'a str>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => spreads(&field.node.selection_set.node, found),
            Selection::InlineFragment(fragment) => spreads(&fragment.node.selection_set.node, found),
            Selection::FragmentSpread(spread) => found.push(&spread.node.fragment_name.node),
        }
    }
}
