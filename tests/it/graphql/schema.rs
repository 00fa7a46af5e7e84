//! The schema is a contract: what is committed is what is served, and everything in it is explained.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

use super::service;

#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let served = service().sdl().expect("introspection is on");
    let committed = include_str!("../../../schema.graphql");
    assert!(served == committed, "run `cargo run -- schema print > schema.graphql` and look at the difference");
}

#[test]
fn everything_is_described_in_a_sentence() {
    let document = parse_schema(service().sdl().expect("introspection is on")).expect("the schema");
    let mut silent = Vec::new();
    let mut look = |place: String, description: Option<&str>| {
        if !description.is_some_and(|text| text.trim_end().ends_with('.')) {
            silent.push(place);
        }
    };
    for definition in &document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let definition = &definition.node;
        let name = definition.name.node.as_str();
        let said = |text: &Option<async_graphql::Positioned<String>>| text.as_ref().map(|text| text.node.clone());
        look(name.to_owned(), said(&definition.description).as_deref());
        match &definition.kind {
            TypeKind::Object(object) => {
                for field in &object.fields {
                    let place = format!("{name}.{}", field.node.name.node);
                    look(place.clone(), said(&field.node.description).as_deref());
                    for argument in &field.node.arguments {
                        look(
                            format!("{place}({})", argument.node.name.node),
                            said(&argument.node.description).as_deref(),
                        );
                    }
                }
            }
            TypeKind::InputObject(input) => {
                for field in &input.fields {
                    look(format!("{name}.{}", field.node.name.node), said(&field.node.description).as_deref());
                }
            }
            TypeKind::Enum(words) => {
                for value in &words.values {
                    look(format!("{name}.{}", value.node.value.node), said(&value.node.description).as_deref());
                }
            }
            TypeKind::Scalar | TypeKind::Interface(_) | TypeKind::Union(_) => {}
        }
    }
    assert!(silent.is_empty(), "without a description that is a sentence: {silent:?}");
}
