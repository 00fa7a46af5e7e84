//! The schema's own scalars.

use async_graphql::dynamic::{Scalar, SchemaBuilder};

use crate::domain::cell::Kind;
use crate::graphql::input;

/// Adds them to the schema.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let scalar = |name: &str, doc: &str, kind: Option<Kind>| {
        let scalar = Scalar::new(name).description(doc);
        match kind {
            Some(kind) => scalar.validator(move |value| input::scalar(kind, value).is_ok()),
            None => scalar,
        }
    };
    builder
        .register(
            scalar("Long", "A whole number up to 2^53 - 1, as a JSON number.", Some(Kind::Long))
                .specified_by_url("https://datatracker.ietf.org/doc/html/rfc8259#section-6"),
        )
        .register(
            scalar(
                "DateTime",
                "An instant as RFC 3339 text with an offset; given in UTC with microseconds.",
                Some(Kind::Time),
            )
            .specified_by_url("https://scalars.graphql.org/andimarek/date-time"),
        )
        .register(
            scalar("Date", "A calendar day as `YYYY-MM-DD`.", Some(Kind::Date))
                .specified_by_url("https://scalars.graphql.org/andimarek/local-date"),
        )
        .register(
            scalar("Decimal", "An exact decimal number as text.", Some(Kind::Decimal))
                .specified_by_url("https://www.w3.org/TR/xmlschema11-2/#decimal"),
        )
        .register(
            scalar("UUID", "A UUID as text of 36 characters.", Some(Kind::Uuid))
                .specified_by_url("https://datatracker.ietf.org/doc/html/rfc9562"),
        )
        .register(
            scalar("URL", "An absolute address.", Some(Kind::Text)).specified_by_url("https://url.spec.whatwg.org/"),
        )
        .register(
            scalar("JSON", "Any JSON value.", None).specified_by_url("https://datatracker.ietf.org/doc/html/rfc8259"),
        )
}
