//! What is asked of values that are no rows, and of the rows that they refer to.

use std::sync::Arc;

use super::collect::{Merged, sets};
use super::compile::{Compiler, NODE, first};
use super::shape::ObjectShape;
use crate::domain::ask::Select;
use crate::domain::describe::Noun;
use crate::domain::error::Result;
use crate::domain::model::model;
use crate::graphql::schema::value_type;

/// The fields asked of a value that is no row.
#[derive(Debug, Default)]
pub struct ValueShape {
    /// Name of the object type.
    pub typename: String,
    /// The fields in the order of the response.
    pub fields: Vec<ValueField>,
}

/// One field asked of a value that is no row.
#[derive(Debug)]
pub struct ValueField {
    /// Response key.
    pub key: String,
    /// Field name.
    pub name: String,
    /// What is asked within it.
    pub within: Within,
}

/// What is asked within a value.
#[derive(Debug)]
pub enum Within {
    /// Nothing: it has no fields.
    Nothing,
    /// Fields of an object, or of each object of a list.
    Value(Arc<ValueShape>),
    /// Fields of a row that the value names, by the position of its kind of reference among those of the composite.
    Row(usize),
}

/// Rows that values of a composite refer to in one place.
#[derive(Debug)]
pub struct Reference {
    /// The type of the place is an interface, so a row must say what it is.
    pub is_interface: bool,
    /// What is asked of rows of each noun that may stand there.
    pub nouns: Vec<(&'static Noun, Select, Arc<ObjectShape>)>,
}

/// What the values of a composite may refer to.
#[derive(Debug, Default)]
pub struct References {
    /// Most rows that stand in one place.
    pub rows: u64,
    /// The nouns that may stand where any record may.
    pub any: Vec<&'static Noun>,
    /// The places found so far.
    pub found: Vec<Reference>,
}

impl<'d> Compiler<'d> {
    /// What is asked of a value that is no row, whatever its type: the fields and those within them.
    pub fn value(
        &mut self,
        merged: &Merged<'d>,
        type_name: &str,
        references: &mut References,
    ) -> Result<Arc<ValueShape>> {
        let mut shape = ValueShape { typename: type_name.to_owned(), fields: Vec::new() };
        for (key, merged) in self.keys(merged, type_name)? {
            let name = first(&merged)?.name.node.as_str();
            let within = self.within(&merged, type_name, references)?;
            shape.fields.push(ValueField { key: key.to_owned(), name: name.to_owned(), within });
        }
        Ok(Arc::new(shape))
    }

    /// What is asked within one field of a value.
    pub fn within(&mut self, merged: &Merged<'d>, type_name: &str, references: &mut References) -> Result<Within> {
        let asked = first(merged)?;
        if asked.selection_set.node.items.is_empty() {
            return Ok(Within::Nothing);
        }
        let target = value_type(type_name, asked.name.node.as_str());
        let is_interface = target == NODE;
        let nouns = match model().noun(target) {
            Some(noun) => vec![noun],
            None if is_interface => references.any.clone(),
            None => return Ok(Within::Value(self.value(merged, target, references)?)),
        };
        let mut reference = Reference { is_interface, nouns: Vec::with_capacity(nouns.len()) };
        for noun in nouns {
            let mut select = Select::default();
            let draft = self.object(noun, &sets(merged), &mut select, references.rows)?;
            let shape = draft.place(&select);
            reference.nouns.push((noun, select, shape));
        }
        references.found.push(reference);
        Ok(Within::Row(references.found.len() - 1))
    }
}
