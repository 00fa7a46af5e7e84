//! The schema: object, filter, order and connection types of every described noun, and the few types that are no noun.

mod scalars;

use async_graphql::dynamic::{
    Enum, EnumItem, Field as SchemaField, InputObject, InputValue, Interface, InterfaceField, Object, Schema,
    SchemaBuilder, SchemaError, TypeRef,
};
use async_graphql::{SDLExportOptions, Value};

use super::federation;
use super::guard::nulls::Nulls;
use super::input::PageSizes;
use super::mutation;
use super::names::{self, screaming, type_of};
use super::plan::PlanLimits;
use super::resolve;
use super::subscription;
pub use super::values::{Composite, composite, value_type};
use super::values::{VALUES, choices, composites, inputs};
use crate::domain::describe::{Enumeration, Field, Noun, Shape};
use crate::domain::model::model;

/// A type reference from its text, such as `[Audit!]!`.
pub fn type_ref(text: &str) -> TypeRef {
    if let Some(inner) = text.strip_suffix('!') {
        return TypeRef::NonNull(Box::new(type_ref(inner)));
    }
    match text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(inner) => TypeRef::List(Box::new(type_ref(inner))),
        None => TypeRef::named(text),
    }
}

fn argument(name: &str, type_text: &str, doc: &str) -> InputValue {
    InputValue::new(name, type_ref(type_text)).description(doc)
}

/// What a schema is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be shown: what clients are promised.
    Contract,
    /// To answer, also a router of other graphs.
    Serving,
}

/// The contract as its definition language, types and fields in their order.
pub fn sdl(limits: &PlanLimits) -> String {
    let options = SDLExportOptions::new().include_specified_by();
    build(true, limits, Purpose::Contract).map(|schema| schema.sdl_with_options(options)).unwrap_or_default()
}

/// Builds the schema. It tells the page sizes of `limits`.
pub fn build(introspection: bool, limits: &PlanLimits, purpose: Purpose) -> std::result::Result<Schema, SchemaError> {
    let mut builder = Schema::build("Query", Some("Mutation"), Some("Subscription"))
        .extension(Nulls)
        .disable_suggestions()
        .limit_recursive_depth(64);
    if !introspection {
        builder = builder.disable_introspection();
    }
    builder = scalars::register(builder);
    builder = subscription::register(shared(builder));
    let mut query = Object::new("Query").description("Everything that can be read.");
    let mut enumerations: Vec<Enumeration> = Vec::new();
    for noun in model().nouns() {
        for field in noun.fields.iter().filter(|field| !field.is_dialect) {
            if let Some(words) = field.words
                && enumerations.iter().all(|known| known.name != words.name)
            {
                enumerations.push(words);
            }
        }
        builder = builder
            .register(object(noun, limits))
            .register(filter(noun))
            .register(order(noun))
            .register(order_field(noun));
        if needs_connection(noun) {
            builder = connection(builder, noun);
        }
        if model().nouns().iter().any(|other| has_list_of(other, noun)) {
            builder = builder.register(list_filter(noun));
        }
        query = root_fields(query, noun, limits);
    }
    for words in mutation::enumerations() {
        if enumerations.iter().all(|known| known.name != words.name) {
            enumerations.push(words);
        }
    }
    for words in enumerations {
        builder =
            builder.register(enumeration(&words)).register(enumeration_filter(&words)).register(words_filter(&words));
    }
    for choice in choices() {
        let mut built = Enum::new(choice.name).description(choice.doc);
        for (word, doc) in choice.words {
            built = built.item(EnumItem::new(word).description(doc));
        }
        builder = builder.register(built);
    }
    query = query
        .field(
            SchemaField::new("node", type_ref("Node"), resolve::root)
                .description("One record by its global id; null when there is none that you may see.")
                .argument(argument("id", "ID!", "Global id.")),
        )
        .field(
            // A field of its own: Relay's compiler takes no `node` with another argument.
            SchemaField::new("nodeAsOf", type_ref("Node"), resolve::root)
                .description("One record by its global id, as it was at an instant.")
                .argument(argument("id", "ID!", "Global id."))
                .argument(argument("asOf", "DateTime", AS_OF)),
        )
        .field(
            SchemaField::new("nodes", type_ref("[Node]!"), resolve::root)
                .description(
                    "Records by their global ids, in the order of the ids; null in the place of a missing one.",
                )
                .argument(argument("ids", "[ID!]!", "Global ids.")),
        )
        .field(
            SchemaField::new("history", type_ref("ChangeEventConnection!"), resolve::root)
                .description("What happened to one record, newest first.")
                .argument(argument("entity", "ID!", "Global id of the record; it need not exist any more."))
                .argument(argument("first", "Int", &format!("At most so many events; {}.", sizes(limits.root))))
                .argument(argument("after", "String", "Only events behind this cursor."))
                .argument(argument("filter", "ChangeEventFilter", "Only events that pass.")),
        );
    let mut mutation = Object::new("Mutation").description("Everything that can be changed.");
    for value in VALUES {
        let mut object = Object::new(value.name).description(value.doc);
        for (name, type_text, doc) in value.fields {
            object = object.field(SchemaField::new(*name, type_ref(type_text), resolve::value).description(*doc));
        }
        builder = builder.register(object);
    }
    for input in inputs() {
        let mut object = InputObject::new(input.name).description(input.doc);
        for (name, type_text, doc) in input.fields {
            object = object.field(argument(name, type_text, doc));
        }
        builder = builder.register(object);
    }
    for described in composites() {
        let mut field = SchemaField::new(described.name, TypeRef::named_nn(described.typename), resolve::root)
            .description(described.doc);
        for (name, type_text, doc) in described.arguments {
            field = field.argument(argument(name, type_text, doc));
        }
        match described.root {
            "Query" => query = query.field(field),
            _ => mutation = mutation.field(field),
        }
        let mut object = Object::new(described.typename).description(described.type_doc);
        for rows in described.rows {
            let type_text = match (rows.list, rows.nullable) {
                (true, false) => format!("[{}!]!", rows.noun),
                (true, true) => format!("[{}!]", rows.noun),
                (false, true) => rows.noun.to_owned(),
                (false, false) => format!("{}!", rows.noun),
            };
            object =
                object.field(SchemaField::new(rows.name, type_ref(&type_text), resolve::part).description(rows.doc));
        }
        for (name, type_text, doc) in described.values {
            object = object.field(SchemaField::new(*name, type_ref(type_text), resolve::part).description(*doc));
        }
        builder = builder.register(object);
    }
    if purpose == Purpose::Serving {
        (builder, query) = federation::register(builder, query);
    }
    builder.register(query).register(mutation).finish()
}

fn has_list_of(noun: &Noun, target: &Noun) -> bool {
    noun.relations.iter().any(|relation| relation.target == target.name && relation.shape != Shape::One)
}

fn needs_connection(noun: &Noun) -> bool {
    !noun.plural.is_empty()
        || model().nouns().iter().any(|other| {
            other.relations.iter().any(|relation| relation.target == noun.name && relation.shape == Shape::Connection)
        })
}

fn shared(builder: SchemaBuilder) -> SchemaBuilder {
    let info = |name: &str, type_text: &str, doc: &str| {
        SchemaField::new(name, type_ref(type_text), resolve::page_info).description(doc)
    };
    builder
        .register(
            Interface::new("Node")
                .description("A record with a global id.")
                .field(InterfaceField::new("id", TypeRef::named_nn(TypeRef::ID)).description("Global id.")),
        )
        .register(
            Object::new("PageInfo")
                .description("About one page of a connection.")
                .field(info("hasNextPage", "Boolean!", "There are rows behind this page."))
                .field(info("hasPreviousPage", "Boolean!", "There are rows before this page."))
                .field(info("startCursor", "String", "Cursor of the first row; null on an empty page."))
                .field(info("endCursor", "String", "Cursor of the last row; null on an empty page.")),
        )
        .register(
            Enum::new("OrderDirection")
                .description("Which way to order.")
                .item(EnumItem::new("ASC").description("From the smallest up; missing values last."))
                .item(EnumItem::new("DESC").description("From the greatest down; missing values first.")),
        )
        .register(
            Enum::new("TextMode")
                .description("How text is compared.")
                .item(EnumItem::new("CASE_SENSITIVE").description("By code point."))
                .item(EnumItem::new("CASE_INSENSITIVE").description("A to Z and a to z count as the same.")),
        )
        .register(
            InputObject::new("IDFilter")
                .description("Conditions on a global id.")
                .field(argument("eq", "ID", "Equal."))
                .field(argument("in", "[ID!]", "One of these.")),
        )
        .register(
            InputObject::new("StringListFilter")
                .description("Conditions on a list of texts.")
                .field(argument("has", "String", "The list has this text."))
                .field(argument("isNull", "Boolean", "The list is missing, or is not.")),
        )
        .register(scalar_filter("Boolean", false))
        .register(scalar_filter("Int", true))
        .register(scalar_filter("Long", true))
        .register(scalar_filter("Float", true))
        .register(text_filter("String"))
        .register(text_filter("URL"))
        .register(scalar_filter("UUID", false))
        .register(scalar_filter("DateTime", true))
        .register(scalar_filter("Date", true))
        .register(scalar_filter("Decimal", true))
}

/// Name of the filter input for a field.
fn filter_type(field: &Field) -> String {
    match (field.list, field.words) {
        (true, Some(words)) => format!("{}ListFilter", words.name),
        (true, None) => "StringListFilter".to_owned(),
        (false, _) => format!("{}Filter", type_of(field)),
    }
}

fn equality(filter: InputObject, name: &str) -> InputObject {
    filter
        .field(argument("eq", name, "Equal."))
        .field(argument("notEq", name, "There, and not equal."))
        .field(argument("in", &format!("[{name}!]"), "One of these."))
        .field(argument("notIn", &format!("[{name}!]"), "There, and none of these."))
        .field(argument("isNull", "Boolean", "Missing (true), or there (false)."))
}

fn ordering(filter: InputObject, name: &str) -> InputObject {
    filter
        .field(argument("lt", name, "Less."))
        .field(argument("lte", name, "Less or equal."))
        .field(argument("gt", name, "Greater."))
        .field(argument("gte", name, "Greater or equal."))
        .field(argument("between", &format!("[{name}!]"), "From the first of two values to the second, both included."))
}

fn scalar_filter(name: &str, ordered: bool) -> InputObject {
    let filter = InputObject::new(format!("{name}Filter"))
        .description(format!("Conditions on a value of type {name}. All that are given must hold."));
    let filter = equality(filter, name);
    if ordered { ordering(filter, name) } else { filter }
}

fn text_filter(name: &str) -> InputObject {
    scalar_filter(name, true)
        .field(argument("contains", "String", "Contains this text."))
        .field(argument("startsWith", "String", "Begins with this text."))
        .field(argument("endsWith", "String", "Ends with this text."))
        .field(argument("mode", "TextMode", "How to compare, for all conditions beside it."))
}

fn enumeration(words: &Enumeration) -> Enum {
    let mut built = Enum::new(words.name).description(words.doc);
    for word in words.words {
        built = built.item(EnumItem::new(names::value_of(word.word)).description(word.description));
    }
    built
}

fn enumeration_filter(words: &Enumeration) -> InputObject {
    let filter = InputObject::new(format!("{}Filter", words.name))
        .description(format!("Conditions on a value of type {}. All that are given must hold.", words.name));
    equality(filter, words.name)
}

fn words_filter(words: &Enumeration) -> InputObject {
    InputObject::new(format!("{}ListFilter", words.name))
        .description(format!("Conditions on a list of values of type {}.", words.name))
        .field(argument("has", words.name, "The list has this value."))
        .field(argument("isNull", "Boolean", "The list is missing, or is not."))
}

fn object(noun: &'static Noun, limits: &PlanLimits) -> Object {
    let mut object = Object::new(noun.name).description(noun.doc);
    if noun.identified {
        object = object
            .implement("Node")
            .field(SchemaField::new("id", TypeRef::named_nn(TypeRef::ID), resolve::field).description("Global id."));
    }
    for field in noun.fields.iter().filter(|field| !field.is_dialect) {
        let name = type_of(field);
        let text = match (field.list, field.nullable) {
            (true, true) => format!("[{name}!]"),
            (true, false) => format!("[{name}!]!"),
            (false, true) => name.to_owned(),
            (false, false) => format!("{name}!"),
        };
        object = object.field(SchemaField::new(field.name, type_ref(&text), resolve::field).description(field.doc));
    }
    if noun.name == "ChangeEvent" {
        object = object.field(
            SchemaField::new("changes", type_ref("[Change!]!"), resolve::field)
                .description("What differs between the record before and after, by path."),
        );
    }
    for relation in &noun.relations {
        let field = match relation.shape {
            Shape::One => {
                let text = if relation.nullable { relation.target.to_owned() } else { format!("{}!", relation.target) };
                SchemaField::new(relation.name, type_ref(&text), resolve::field)
            }
            Shape::List => {
                SchemaField::new(relation.name, type_ref(&format!("[{}!]!", relation.target)), resolve::field)
            }
            Shape::Connection => {
                let field = SchemaField::new(
                    relation.name,
                    type_ref(&format!("{}Connection!", relation.target)),
                    resolve::field,
                );
                paging(field, relation.target, limits.nested)
            }
        };
        object = object.field(field.description(relation.doc));
    }
    object
}

fn sizes(sizes: PageSizes) -> String {
    format!("{} without it, at most {}", sizes.default, sizes.most)
}

fn paging(field: SchemaField, target: &str, page: PageSizes) -> SchemaField {
    let sizes = sizes(page);
    field
        .argument(argument("first", "Int", &format!("At most so many rows from the beginning; {sizes}.")))
        .argument(argument("after", "String", "Only rows behind this cursor."))
        .argument(argument("last", "Int", &format!("At most so many rows from the end; {sizes}.")))
        .argument(argument("before", "String", "Only rows before this cursor."))
        .argument(argument("filter", &format!("{target}Filter"), "Only rows that pass."))
        .argument(argument(
            "orderBy",
            &format!("[{target}Order!]"),
            "The order; rows that are equal in it come in order of creation.",
        ))
}

fn filter(noun: &'static Noun) -> InputObject {
    let name = format!("{}Filter", noun.name);
    let mut filter = InputObject::new(name.clone())
        .description(format!("Which rows of {} to give. All conditions that are given must hold.", noun.name))
        .field(argument("and", &format!("[{name}!]"), "All of these hold."))
        .field(argument("or", &format!("[{name}!]"), "One of these holds."))
        .field(argument("not", &name, "This does not hold: exactly the rows it does not give."));
    if noun.identified {
        filter = filter.field(argument("id", "IDFilter", "Global id."));
    }
    for field in noun.fields.iter().filter(|field| field.filterable || field.list) {
        filter = filter.field(argument(field.name, &filter_type(field), field.doc));
    }
    for relation in &noun.relations {
        let text = match relation.shape {
            Shape::One => format!("{}Filter", relation.target),
            Shape::List | Shape::Connection => format!("{}ListFilter", relation.target),
        };
        filter = filter.field(argument(relation.name, &text, relation.doc));
    }
    filter
}

fn list_filter(noun: &'static Noun) -> InputObject {
    let name = format!("{}Filter", noun.name);
    InputObject::new(format!("{}ListFilter", noun.name))
        .description(format!("Conditions on related rows of {}.", noun.name))
        .field(argument("some", &name, "At least one related row passes."))
        .field(argument("none", &name, "No related row passes."))
}

fn order(noun: &'static Noun) -> InputObject {
    InputObject::new(format!("{}Order", noun.name))
        .description(format!("One step of an order of {}.", noun.name))
        .field(argument("field", &format!("{}OrderField!", noun.name), "What to order by."))
        .field(
            argument("direction", "OrderDirection", "Which way.")
                .default_value(Value::Enum(async_graphql::Name::new("ASC"))),
        )
}

fn order_field(noun: &'static Noun) -> Enum {
    let mut built =
        Enum::new(format!("{}OrderField", noun.name)).description(format!("What {} can be ordered by.", noun.name));
    for field in noun.fields.iter().filter(|field| field.sortable) {
        built = built.item(EnumItem::new(screaming(field.name)).description(field.doc));
    }
    built
}

fn connection(builder: SchemaBuilder, noun: &'static Noun) -> SchemaBuilder {
    let name = noun.name;
    builder
        .register(
            Object::new(format!("{name}Connection"))
                .description(format!("A page of {name} rows."))
                .field(
                    SchemaField::new("edges", type_ref(&format!("[{name}Edge!]!")), resolve::connection)
                        .description("The rows with their cursors."),
                )
                .field(
                    SchemaField::new("nodes", type_ref(&format!("[{name}!]!")), resolve::connection)
                        .description("The rows."),
                )
                .field(
                    SchemaField::new("pageInfo", type_ref("PageInfo!"), resolve::connection)
                        .description("Whether there is more, and where."),
                )
                .field(SchemaField::new("totalCount", type_ref("Int!"), resolve::connection).description(
                    "Number of all rows that pass the filter, whatever the page. Counted only when asked for.",
                )),
        )
        .register(
            Object::new(format!("{name}Edge"))
                .description(format!("One {name} row with its place in the list."))
                .field(
                    SchemaField::new("cursor", type_ref("String!"), resolve::edge)
                        .description("The row's place, for `after` and `before` of the same list in the same order."),
                )
                .field(SchemaField::new("node", type_ref(&format!("{name}!")), resolve::edge).description("The row.")),
        )
}

const AS_OF: &str = "The record, and those it is related to, as the last events recorded until this instant left them; \
    null where it was not there, or no event tells of it.";

fn root_fields(mut query: Object, noun: &'static Noun, limits: &PlanLimits) -> Object {
    if !noun.plural.is_empty() {
        let mut field = SchemaField::new(noun.plural, type_ref(&format!("{}Connection!", noun.name)), resolve::root)
            .description(format!("A list of {}: {}", noun.name, noun.doc));
        field = paging(field, noun.name, limits.root);
        if noun.name == "FutureAudit" {
            field = field.argument(argument(
                "withinDays",
                "Int",
                "Only those due within so many days from now, overdue ones included.",
            ));
        }
        query = query.field(field);
    }
    if noun.identified {
        let mut field = SchemaField::new(noun.singular, type_ref(noun.name), resolve::root)
            .description(format!("One {} by one of its keys; null when there is none that you may see.", noun.name))
            .argument(argument("id", "ID", "Global id."))
            .argument(argument("uuid", "UUID", "Identifier, the same on every surface."))
            .argument(argument("legacyId", "Long", "Integer id of the AuditComply surface."));
        for key in &noun.keys {
            if let Some((_, described)) = noun.find_field(key) {
                field = field.argument(argument(key, type_of(described), described.doc));
            }
        }
        if noun.name == "Audit" {
            field = field.argument(argument(
                "asset",
                "String",
                "Global id or slug of the asset, for a number that audits of several assets share.",
            ));
        }
        if noun.is_told() {
            field = field.argument(argument("asOf", "DateTime", AS_OF));
        }
        query = query.field(field);
    }
    query
}
