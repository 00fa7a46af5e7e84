//! The interface described in OpenAPI, from the table of operations, the forms and the refusals.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::native::Queries;
use super::operation::{OPERATIONS, Operation};
use super::parameters::{MOST, Request, SORT_BY, SORT_ORDER, Violation};
use super::refusal::{JSON, Refusal};
use crate::rest::kit::openapi::{Document, Operation as Described, Parameter, Reply, example_of, reference, schemas};

const ERRORS: &str = "Errors";
const ID: &str = "0c5e7a3b-4d21-4f6e-9a88-b1d2c3e4f506";
const RECORD: Uuid = uuid::uuid!("e2b1a7d4-6c3f-4b90-8d15-7f0a9c8b6e52");

/// The description.
pub fn document() -> Document {
    let mut known = vec![(ERRORS.to_owned(), errors_schema())];
    for operation in &OPERATIONS {
        schemas(operation.form, &mut known);
    }
    let token = |scheme: Json| {
        let mut scheme = scheme;
        if let Some(object) = scheme.as_object_mut() {
            let doc = "An access token, or an API key that is not limited to the data export.";
            object.insert("description".to_owned(), doc.into());
        }
        scheme
    };
    Document {
        title: "FOLIO Acquisition Audit events API",
        version: "1.0",
        about: "The change history of orders, order lines, pieces, invoices, invoice lines and vendors, which live in \
                another system. Read only."
            .to_owned(),
        security: vec![
            ("okapi", token(json!({ "type": "apiKey", "in": "header", "name": "X-Okapi-Token" }))),
            ("bearer", token(json!({ "type": "http", "scheme": "bearer" }))),
        ],
        operations: OPERATIONS.iter().map(described).collect(),
        schemas: known,
    }
}

fn described(operation: &'static Operation) -> Described {
    let history = operation.history;
    let (id, summary) = if history {
        ("list_piece_status_changes".to_owned(), "List the status changes of a piece".to_owned())
    } else {
        let word = operation.kind.word().replace('-', "_");
        (format!("list_{word}_events"), format!("List the events of {}", operation.one))
    };
    let which = if history {
        "Only events whose receiving status or claiming interval differs from that of the event before, in the order of \
         the dates of the actions. GraphQL gives all events of the piece and leaves the comparison to its clients."
    } else {
        "A record without events has an empty list."
    };
    Described {
        method: "get",
        path: operation.path("{id}"),
        id,
        tag: operation.kind.word(),
        summary,
        about: format!(
            "{which} Needs the permission `{}`. Parameters that are not listed are ignored.",
            operation.permission
        ),
        parameters: parameters(),
        bodies: Vec::new(),
        needs_body: false,
        replies: replies(operation),
        graphql: Some(Queries::of(operation).of_record(&Request {
            id: RECORD,
            order: "actionDate",
            descending: true,
            limit: None,
            offset: 0,
        })),
        security: vec!["okapi", "bearer"],
    }
}

fn parameter(name: &str, place: &'static str, required: bool, doc: &str, schema: Json) -> Parameter {
    Parameter { name: name.to_owned(), place, required, doc: doc.to_owned(), schema }
}

fn parameters() -> Vec<Parameter> {
    let number = |default: u64| json!({ "type": "integer", "minimum": 0, "maximum": MOST, "default": default });
    let words: Vec<&str> = SORT_BY.iter().map(|(name, _)| *name).collect();
    let uuid = json!({ "type": "string", "format": "uuid", "examples": [RECORD] });
    vec![
        parameter("id", "path", true, "Identifier of the record, of any version, in any case of letters.", uuid),
        parameter(
            "X-Okapi-Tenant",
            "header",
            true,
            "Slug of the organization.",
            json!({ "type": "string", "minLength": 1, "examples": ["northwind-library"] }),
        ),
        parameter(
            "sortBy",
            "query",
            false,
            "What events are ordered by; then by their identifiers.",
            json!({ "type": "string", "enum": words, "default": "action_date" }),
        ),
        parameter(
            "sortOrder",
            "query",
            false,
            "Which way; `desc` is the exact reverse of `asc`.",
            json!({ "type": "string", "enum": SORT_ORDER, "default": "desc" }),
        ),
        parameter("limit", "query", false, "At most so many events.", number(MOST)),
        parameter("offset", "query", false, "So many events are passed over first.", number(0)),
    ]
}

fn headers() -> Vec<Parameter> {
    let text = json!({ "type": "string" });
    let doc = "The request's id: the client's own (`X-Okapi-Request-Id` or `X-Request-Id`) where it has at most 64 \
               printable ASCII characters.";
    vec![parameter("X-Request-Id", "header", true, doc, text)]
}

fn replies(operation: &'static Operation) -> Vec<Reply> {
    let key = operation.kind.collection_key();
    let body = json!({
        "type": "object",
        "properties": {
            key: { "type": "array", "items": reference(operation.form.name) },
            "totalItems": {
                "type": "integer",
                "minimum": 0,
                "description": "How many events there are in all, whatever `limit` and `offset`.",
            },
        },
        "required": [key, "totalItems"],
        "additionalProperties": false,
    });
    let mut of_success = headers();
    of_success.push(parameter(
        "Link",
        "header",
        true,
        "The same data in GraphQL (`alternate`).",
        json!({ "type": "string" }),
    ));
    let violations = vec![
        Violation::of("id", "a UUID", "not-a-uuid"),
        Violation::of("limit", &format!("an integer from 0 to {MOST}"), "-1"),
    ];
    let permission =
        Refusal::Permission { username: "alex.auditor".to_owned(), user: RECORD, permission: operation.permission };
    vec![
        Reply {
            status: 200,
            doc: "The events.".to_owned(),
            headers: of_success,
            body: Some((JSON, body)),
            examples: vec![("example".to_owned(), json!({ key: [example_of(operation.form)], "totalItems": 1 }))],
        },
        refused("The tenant is not named, or two different tokens are.", &[Refusal::NoTenant, Refusal::TwoTokens]),
        refused("There is no token, or it is not good.", &[Refusal::NoToken, Refusal::BadToken]),
        refused("The tenant is not the caller's, or a permission is missing.", &[Refusal::Tenant, permission]),
        refused("The body is longer than anybody needs for a request without one.", &[Refusal::TooLong]),
        refused("All that is wrong with identifier and parameters.", &[Refusal::Parameters(violations)]),
        refused("Too often.", &[Refusal::TooMany(1)]),
        refused("A defect.", &[Refusal::Defect]),
        refused("The service cannot answer now, or did not in time.", &[Refusal::Unavailable]),
    ]
}

fn refused(doc: &str, refusals: &[Refusal]) -> Reply {
    let mut headers = headers();
    let mut reply = Reply { status: 500, doc: doc.to_owned(), headers: Vec::new(), body: None, examples: Vec::new() };
    for (index, refusal) in refusals.iter().enumerate() {
        let answer = refusal.answer(ID);
        let (media_type, body) = refusal.body(ID);
        let (schema, example) = match serde_json::from_str(&body) {
            Ok(json) if media_type == JSON => (reference(ERRORS), json),
            _ => (json!({ "type": "string" }), Json::String(body)),
        };
        for name in ["WWW-Authenticate", "Retry-After"] {
            if index == 0 && answer.headers.contains_key(name) {
                let doc = "What the client can do about it.";
                headers.push(parameter(name, "header", true, doc, json!({ "type": "string" })));
            }
        }
        reply.status = answer.status.as_u16();
        reply.body = Some((if media_type == JSON { JSON } else { "text/plain" }, schema));
        reply.examples.push((format!("refusal{}", index + 1), example));
    }
    Reply { headers, ..reply }
}

fn errors_schema() -> Json {
    let text = json!({ "type": "string" });
    let parameter = json!({
        "type": "object",
        "properties": { "key": text, "value": text },
        "required": ["key", "value"],
        "additionalProperties": false,
    });
    let error = json!({
        "type": "object",
        "properties": {
            "message": text,
            "type": { "const": "1", "description": "Of what is wrong with a parameter." },
            "code": { "type": "string", "enum": ["validation", "genericError"] },
            "parameters": { "type": "array", "items": parameter },
        },
        "required": ["message", "code", "parameters"],
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": {
            "errors": { "type": "array", "items": error, "minItems": 1 },
            "total_records": { "type": "integer", "minimum": 1 },
        },
        "required": ["errors", "total_records"],
        "additionalProperties": false,
    })
}
