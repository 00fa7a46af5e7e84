//! The gateway as one graph among others (Apollo Federation 2): what a router asks of a subgraph.

use std::sync::LazyLock;

use async_graphql::Value;
use async_graphql::dynamic::{Field, InputValue, Object, Scalar, SchemaBuilder, Union};

use super::plan::PlanLimits;
use super::resolve;
use super::schema::{self, type_ref};
use super::values::Composite;
use crate::domain::error::{Error, Result};
use crate::domain::model::model;

/// Most records that a router asks for at once.
pub const MOST_ENTITIES: usize = 1_000;

/// `_service` as a root field.
pub static SERVICE: Composite = Composite {
    name: "_service",
    root: "Query",
    doc: "This graph's own schema, for a router that composes several.",
    arguments: &[],
    typename: "_Service",
    type_doc: "A graph that can be composed with others.",
    rows: &[],
    values: &[("sdl", "String!", "The schema, with the keys of its records.")],
};

/// Adds what a router asks for. It is no part of the contract for clients (`schema.graphql`).
pub fn register(mut builder: SchemaBuilder, query: Object) -> (SchemaBuilder, Object) {
    let mut entity = Union::new("_Entity").description("A record that other graphs can refer to.");
    for noun in model().nouns().iter().filter(|noun| noun.identified) {
        entity = entity.possible_type(noun.name);
    }
    let mut service = Object::new(SERVICE.typename).description(SERVICE.type_doc);
    for (name, type_text, doc) in SERVICE.values {
        service = service.field(Field::new(*name, type_ref(type_text), resolve::part).description(*doc));
    }
    builder = builder
        .register(Scalar::new("_Any").description("A record's `__typename` and `id`."))
        .register(entity)
        .register(service);
    let representations = InputValue::new("representations", type_ref("[_Any!]!"))
        .description("Each record's `__typename` and `id`; at most 1,000.");
    let query =
        query.field(Field::new(SERVICE.name, type_ref("_Service!"), resolve::root).description(SERVICE.doc)).field(
            Field::new("_entities", type_ref("[_Entity]!"), resolve::root)
                .description("Records that other graphs refer to, in their order; null in the place of a missing one.")
                .argument(representations),
        );
    (builder, query)
}

/// The global ids of representations, each null where type and id do not belong together.
pub fn ids(representations: Option<&Value>) -> Result<Vec<Value>> {
    let Some(Value::List(representations)) = representations else {
        return Err(Error::invalid("representations", "must be a list"));
    };
    let id = |representation: &Value| match representation {
        Value::Object(fields) => {
            let (name, id) = (fields.get("__typename"), fields.get("id"));
            let (Some(Value::String(name)), Some(Value::String(text))) = (name, id) else { return Value::Null };
            let named = super::names::read_global_id(text).filter(|(noun, _)| noun.name == name);
            named.map_or(Value::Null, |_| Value::from(text.as_str()))
        }
        _ => Value::Null,
    };
    Ok(representations.iter().map(id).collect())
}

/// The schema as a router composes it: the contract, with a key on every record that has a global id.
pub fn sdl() -> &'static str {
    static SDL: LazyLock<String> = LazyLock::new(|| {
        let contract = schema::sdl(&PlanLimits::default());
        let head = contract.rfind("\nschema {").unwrap_or(contract.len());
        let mut sdl = contract.get(..head).unwrap_or_default().to_owned();
        for noun in model().nouns().iter().filter(|noun| noun.identified) {
            let plain = format!("type {} implements Node {{", noun.name);
            let keyed = format!("type {} implements Node @key(fields: \"id\") {{", noun.name);
            sdl = sdl.replacen(&plain, &keyed, 1);
        }
        sdl.push_str("\nextend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\"])\n");
        sdl
    });
    &SDL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_with_an_id_has_a_key() {
        let records = model().nouns().iter().filter(|noun| noun.identified).count();
        assert_eq!(sdl().matches("@key(fields: \"id\")").count(), records);
        assert_eq!(sdl().matches("implements Node {").count(), 0);
        assert!(!sdl().contains("schema {") && sdl().contains("extend schema @link"));
        assert!(!sdl().contains("_entities") && !sdl().contains("_Any"));
    }

    #[test]
    fn type_and_id_belong_together() {
        let audit = super::super::names::global_id(model().noun("Audit").unwrap(), uuid::Uuid::from_u128(7));
        let representation = |value: serde_json::Value| Value::from_json(value).unwrap();
        let given = representation(serde_json::json!([
            {"__typename": "Audit", "id": audit, "more": 1},
            {"__typename": "Issue", "id": audit},
            {"__typename": "Audit"},
            {"id": audit},
            {"__typename": "Audit", "id": 7},
            "text",
        ]));
        let mut expected = vec![Value::Null; 6];
        expected[0] = Value::from(audit);
        assert_eq!(ids(Some(&given)).unwrap(), expected);
        assert!(ids(None).is_err() && ids(Some(&Value::from(1))).is_err());
    }
}
