//! Which operation of a document is meant, and what of a request belongs to it.

use async_graphql::Name;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};

use super::plan::Variables;
use crate::domain::error::{Error, Result};

/// The operation a request means (GraphQL, 6.1).
pub fn operation<'d>(document: &'d ExecutableDocument, name: Option<&str>) -> Result<&'d OperationDefinition> {
    let mut found = document.operations.iter().filter(|(known, _)| match name {
        Some(name) => known.is_some_and(|known| known.as_str() == name),
        None => true,
    });
    match (found.next(), found.next()) {
        (Some((_, operation)), None) => Ok(&operation.node),
        (None, _) => Err(Error::invalid("operationName", "names no operation of the document")),
        (Some(_), Some(_)) => Err(Error::invalid("operationName", "is required: the document has several operations")),
    }
}

/// The name of a document's first operation.
pub fn only_name(document: &ExecutableDocument) -> Option<String> {
    document.operations.iter().next().and_then(|(name, _)| name.map(ToString::to_string))
}

/// The values of the variables that an operation knows.
pub fn known(operation: &OperationDefinition, given: &async_graphql::Variables) -> Variables {
    let names = operation.variable_definitions.iter().map(|definition| &definition.node.name.node);
    names.filter_map(|name| Some((Name::new(name), given.get(name)?.clone()))).collect()
}
