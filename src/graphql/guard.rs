//! What stands between a client's document and the engine: every transport passes here. The engine's own limits come
//! after validators that walk every path through the fragments, so a document of one kilobyte can cost it minutes;
//! this walk is linear in the document, with one count per fragment.

mod counts;
mod lexer;
pub mod nulls;
mod parser;
mod root;
#[cfg(test)]
mod tests;
pub mod variables;

use async_graphql::Pos;
use async_graphql::parser::types::ExecutableDocument;

use self::counts::Counts;
use self::lexer::Lexer;
use self::parser::Parser;
use crate::domain::error::{Error, Exceeded, Fault};

/// No setting goes beyond this: reading and executing recurse, and a worker thread's stack is 2 MiB.
const DEEPEST: u32 = 64;

/// The most that one document may hold. Everything below `fragments` is counted after fragments are expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text.
    pub text: u32,
    /// Tokens of the text, as the specification's lexical grammar counts them.
    pub tokens: u32,
    /// Brackets open at once in the text, and selection sets open at once after expansion; never above 64. This, not
    /// the depth, bounds recursion: inline fragments and spreads nest without being fields. The engine must allow as
    /// much (`limit_recursive_depth`, 32 as shipped).
    pub nesting: u32,
    /// Operations in one document: the engine validates all, whichever is asked for.
    pub operations: u32,
    /// Fragment definitions in one document.
    pub fragments: u32,
    /// Fields inside one another; a root field is 1.
    pub depth: u32,
    /// The same inside `__schema` and `__type`. The introspection query of every client unwraps list and non-null with
    /// nine `ofType` below `__schema.types.fields.args.type`, which is 15 already; the schema is finite and cheap, so
    /// it has a limit of its own rather than a higher one for all.
    pub introspection_depth: u32,
    /// Fields at the root of an operation.
    pub root_fields: u32,
    /// Fields with an alias.
    pub aliases: u32,
    /// Directives, whatever they stand on.
    pub directives: u32,
    /// Fields, inline fragments and spreads.
    pub selections: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text: 64 * 1024,
            tokens: 5_000,
            nesting: 64,
            operations: 10,
            fragments: 100,
            depth: 15,
            introspection_depth: 25,
            root_fields: 20,
            aliases: 30,
            directives: 50,
            selections: 2_000,
        }
    }
}

/// What a document holds: of each count the highest among its operations. Counts stop at `u32::MAX`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Operations in the document.
    pub operations: u32,
    /// Fragment definitions in the document.
    pub fragments: u32,
    /// Selection sets open at once.
    pub nesting: u32,
    /// Fields inside one another, outside introspection.
    pub depth: u32,
    /// Fields inside one another where they pass through `__schema` or `__type`.
    pub introspection_depth: u32,
    /// Fields at the root.
    pub root_fields: u32,
    /// Fields with an alias.
    pub aliases: u32,
    /// Directives.
    pub directives: u32,
    /// Fields, inline fragments and spreads.
    pub selections: u32,
}

/// Why a text was not taken, and where in it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
pub struct Refusal {
    /// What may be sent to the client.
    pub error: Error,
    /// Places in the text, the most telling first, for GraphQL's `locations`; empty where it is the text as a whole.
    pub locations: Vec<Pos>,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        refusal.error
    }
}

/// Reads a document, in bounded time and on a bounded stack.
pub fn parse(text: &str, limits: &Limits) -> Result<ExecutableDocument, Refusal> {
    if count(text.len()) > limits.text {
        return Err(Refusal { error: exceeded("query text", limits.text, count(text.len())), locations: Vec::new() });
    }
    Parser::new(Lexer::new(text, limits))?.document()
}

/// Measures a document and refuses it when it is over a limit, spreads a fragment in itself, or has roots that the
/// engine would not answer as the specification says.
pub fn check(document: &ExecutableDocument, limits: &Limits) -> Result<Measured, Error> {
    let fragments = counts::fragments(document)?;
    let mut measured = Measured {
        operations: count(document.operations.iter().len()),
        fragments: count(document.fragments.len()),
        ..Measured::default()
    };
    // Fragments that no operation uses are refused by the validator, but only after it has walked them.
    for Counts { nesting, selections, .. } in fragments.values().copied() {
        measured.raise(&Counts { nesting, selections, ..Counts::default() });
    }
    for (_, operation) in document.operations.iter() {
        measured.raise(&counts::of_operation(&operation.node, &fragments));
    }
    measured.within(limits)?;
    for (_, operation) in document.operations.iter() {
        root::check(&operation.node, document)?;
    }
    Ok(measured)
}

impl Measured {
    fn raise(&mut self, counts: &Counts) {
        self.nesting = self.nesting.max(counts.nesting);
        self.depth = self.depth.max(counts.depth);
        self.introspection_depth = self.introspection_depth.max(counts.introspection_depth);
        self.root_fields = self.root_fields.max(counts.fields);
        self.aliases = self.aliases.max(counts.aliases);
        self.directives = self.directives.max(counts.directives);
        self.selections = self.selections.max(counts.selections);
    }

    fn within(&self, limits: &Limits) -> Result<(), Error> {
        let pairs = [
            ("operations", limits.operations, self.operations),
            ("fragments", limits.fragments, self.fragments),
            ("depth", limits.depth, self.depth),
            ("introspection depth", limits.introspection_depth, self.introspection_depth),
            ("nesting", limits.nesting.min(DEEPEST), self.nesting),
            ("root fields", limits.root_fields, self.root_fields),
            ("aliases", limits.aliases, self.aliases),
            ("directives", limits.directives, self.directives),
            ("expanded selections", limits.selections, self.selections),
        ];
        match pairs.into_iter().find(|(_, value, found)| found > value) {
            Some((limit, value, found)) => Err(exceeded(limit, value, found)),
            None => Ok(()),
        }
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn exceeded(limit: &'static str, value: u32, found: u32) -> Error {
    Error::TooLarge(Exceeded { limit, value: value.into(), found: found.into() })
}

fn invalid(message: impl Into<String>) -> Error {
    Error::Invalid(vec![Fault { path: Vec::new(), code: "INVALID", message: message.into() }])
}

/// A name of the client's for a message, never longer than a message should be.
fn short(name: &str) -> &str {
    name.get(..60).unwrap_or(name)
}
