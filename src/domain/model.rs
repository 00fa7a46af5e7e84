//! All nouns together, found by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::describe::{Noun, Relation};
use super::noun;

/// The described domain.
pub struct Model {
    nouns: Vec<Noun>,
    by_name: HashMap<&'static str, usize>,
}

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let nouns = noun::all();
    let by_name = nouns.iter().enumerate().map(|(index, noun)| (noun.name, index)).collect();
    Model { nouns, by_name }
});

/// The one model of the program.
pub fn model() -> &'static Model {
    &MODEL
}

impl Model {
    /// All nouns in the order of the schema.
    pub fn nouns(&self) -> &[Noun] {
        &self.nouns
    }

    /// The noun of a type name.
    pub fn noun(&self, name: &str) -> Option<&Noun> {
        self.by_name.get(name).and_then(|index| self.nouns.get(*index))
    }

    /// A relation of `noun` by position, with the noun at its other end.
    pub fn related<'m>(&'m self, noun: &'m Noun, relation: usize) -> Option<(&'m Relation, &'m Noun)> {
        let relation = noun.relations.get(relation)?;
        Some((relation, self.noun(relation.target)?))
    }
}
