//! From a selection set to its response keys, as the specification collects fields (GraphQL, 6.3.2): fragments put
//! in, skipped fields left out, equal keys merged.

use async_graphql::parser::types::{Directive, ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Value};
use indexmap::IndexMap;

use super::super::input::Arguments;
use crate::domain::error::{Error, Result};

/// Values of an operation's variables.
pub type Variables = IndexMap<Name, Value>;

/// A document with the variables of one request.
pub struct Collector<'d> {
    /// The document.
    pub document: &'d ExecutableDocument,
    /// The variables.
    pub variables: &'d Variables,
}

/// All fields of one response key.
pub type Merged<'d> = Vec<&'d Field>;

impl<'d> Collector<'d> {
    /// The response keys of an object of type `type_name`, which is also each of `interfaces`.
    pub fn collect(
        &self,
        sets: &[&'d SelectionSet],
        type_name: &str,
        interfaces: &[&str],
    ) -> Result<IndexMap<&'d str, Merged<'d>>> {
        let mut keys = IndexMap::new();
        for set in sets {
            self.collect_into(set, type_name, interfaces, &mut keys, 0)?;
        }
        Ok(keys)
    }

    fn collect_into(
        &self,
        set: &'d SelectionSet,
        type_name: &str,
        interfaces: &[&str],
        keys: &mut IndexMap<&'d str, Merged<'d>>,
        depth: usize,
    ) -> Result<()> {
        // Fragments that spread each other in a circle never get past validation.
        if depth > 64 {
            return Err(Error::invalid("query", "fragments are nested too deep"));
        }
        for selection in &set.items {
            if self.is_left_out(selection.node.directives())? {
                continue;
            }
            match &selection.node {
                Selection::Field(field) => {
                    let merged: &mut Merged<'d> = keys.entry(field.node.response_key().node.as_str()).or_default();
                    // The engine's validator misses some of these and answers with the first (docs/decisions/0003).
                    if merged.first().is_some_and(|first| !is_same(first, &field.node)) {
                        return Err(Error::invalid("query", "asks for different things under one response key"));
                    }
                    merged.push(&field.node);
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) else {
                        return Err(Error::invalid("query", "spreads an unknown fragment"));
                    };
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    if on == type_name || interfaces.contains(&on) {
                        let set = &fragment.node.selection_set.node;
                        self.collect_into(set, type_name, interfaces, keys, depth + 1)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let applies = fragment.node.type_condition.as_ref().is_none_or(|condition| {
                        let on = condition.node.on.node.as_str();
                        on == type_name || interfaces.contains(&on)
                    });
                    if applies {
                        let set = &fragment.node.selection_set.node;
                        self.collect_into(set, type_name, interfaces, keys, depth + 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn is_left_out(&self, directives: &[Positioned<Directive>]) -> Result<bool> {
        for directive in directives {
            let wanted = match directive.node.name.node.as_str() {
                "skip" => false,
                "include" => true,
                _ => continue,
            };
            let condition = directive.node.get_argument("if").map(|value| self.value(&value.node)).transpose()?;
            match condition.flatten() {
                Some(Value::Boolean(condition)) if condition == wanted => {}
                Some(Value::Boolean(_)) => return Ok(true),
                _ => return Err(Error::invalid("if", "must be true or false")),
            }
        }
        Ok(false)
    }

    /// A value with its variables put in; none for a variable that was not given.
    fn value(&self, value: &async_graphql_value::Value) -> Result<Option<Value>> {
        use async_graphql_value::Value as Written;
        Ok(match value {
            Written::Variable(name) => self.variables.get(name).cloned(),
            Written::Null => Some(Value::Null),
            Written::Number(number) => Some(Value::Number(number.clone())),
            Written::String(text) => Some(Value::String(text.clone())),
            Written::Boolean(value) => Some(Value::Boolean(*value)),
            Written::Enum(name) => Some(Value::Enum(name.clone())),
            Written::Binary(_) => return Err(Error::invalid("query", "binary values are not supported")),
            Written::List(values) => Some(Value::List(
                values.iter().map(|value| Ok(self.value(value)?.unwrap_or(Value::Null))).collect::<Result<Vec<_>>>()?,
            )),
            Written::Object(entries) => {
                let mut object = IndexMap::with_capacity(entries.len());
                for (name, value) in entries {
                    // A member whose variable was not given is a member that was not given.
                    if let Some(value) = self.value(value)? {
                        object.insert(name.clone(), value);
                    }
                }
                Some(Value::Object(object))
            }
        })
    }

    /// The arguments of a field.
    pub fn arguments(&self, field: &Field) -> Result<Arguments> {
        let mut arguments = Arguments::with_capacity(field.arguments.len());
        for (name, value) in &field.arguments {
            if let Some(value) = self.value(&value.node)? {
                arguments.insert(name.node.clone(), value);
            }
        }
        Ok(arguments)
    }
}

fn is_same(one: &Field, other: &Field) -> bool {
    one.name.node == other.name.node
        && one.arguments.len() == other.arguments.len()
        && one
            .arguments
            .iter()
            .all(|(name, value)| other.get_argument(&name.node).is_some_and(|found| found.node == value.node))
}

/// The selection sets of all fields of one key.
pub fn sets<'d>(fields: &Merged<'d>) -> Vec<&'d SelectionSet> {
    fields.iter().map(|field| &field.selection_set.node).collect()
}
