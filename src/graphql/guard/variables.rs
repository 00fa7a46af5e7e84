//! Variables as the specification gives them to an operation. The engine leaves two things out: `@skip` and `@include`
//! do not see a variable's default, and a required variable that is missing is passed on as absent.

use async_graphql::parser::types::OperationDefinition;
use async_graphql::{Name, Variables};

use super::{invalid, short};
use crate::domain::error::Error;

/// Puts defaults in for variables that were left out, and refuses what is missing or null and must not be.
pub fn complete(operation: &OperationDefinition, variables: &mut Variables) -> Result<(), Error> {
    for definition in &operation.variable_definitions {
        let definition = &definition.node;
        let name = &definition.name.node;
        let given = variables.get(name);
        if given.is_none()
            && let Some(default) = &definition.default_value
        {
            variables.insert(Name::new(name), default.node.clone());
        } else if !definition.var_type.node.nullable && given.is_none_or(|value| *value == async_graphql::Value::Null) {
            return Err(invalid(format!("variable ${} is required and must not be null", short(name))));
        }
    }
    Ok(())
}
