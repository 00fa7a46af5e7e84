//! The interface described in OpenAPI, from the tables that also answer its requests.

mod bodies;

use serde_json::{Map, Value as Json, json};

use self::bodies::{ANY, Written, schema as body};
use super::body::TYPES;
use super::create::{self, METADATA, PROFILE, Recipe};
use super::filter::{Filter, Kind as FilterKind};
use super::member::Member;
use super::native::Queries;
use super::page;
use super::refusal::{DISABLED, NO_CREDENTIALS, Refusal};
use super::resource::{RESOURCES, Resource};
use super::token::{LOGIN, REFRESH};
use crate::rest::kit::openapi::{Document, Operation, Parameter, Reply, example_of, or_null, reference, schemas};

const JSON: &str = TYPES[0];
const ERROR: &str = "Error";
const FAULTS: &str = "Faults";
const TOKEN: &str = "Token";

/// The description.
pub fn document() -> Document {
    let mut known = vec![
        (ERROR.to_owned(), object(&[("detail", json!({ "type": "string" }), true)])),
        (
            FAULTS.to_owned(),
            json!({
                "type": "object",
                "description": "Members or parameters, each with what is wrong with it.",
                "additionalProperties": { "anyOf": [
                    { "type": "array" }, { "type": "object" }, { "type": "string" },
                ] },
            }),
        ),
        (TOKEN.to_owned(), object(&[("token", json!({ "type": "string" }), true)])),
    ];
    let mut operations = vec![
        token("/api-token-auth/", ("api_token_auth_create", "Sign in"), LOGIN),
        token("/api-token-refresh/", ("api_token_refresh_create", "Renew a token"), REFRESH),
    ];
    for resource in &RESOURCES {
        schemas(resource.form, &mut known);
        operations.push(list(resource));
        operations.extend(creation(resource));
        operations.push(record(resource));
        operations.extend(resource.destroy.map(|id| removal(resource, id)));
    }
    Document {
        title: "AuditComply API",
        version: "1.0",
        about: "Audits, what they found, and what they are made of, for clients of AuditComply's own API. Sign in at \
                `/api-token-auth/` and send `Authorization: JWT <token>`."
            .to_owned(),
        security: vec![(
            "jwt",
            json!({
                "type": "apiKey", "in": "header", "name": "Authorization",
                "description": "The word `JWT`, a blank and a token.",
            }),
        )],
        operations,
        schemas: known,
    }
}

fn object(members: &[(&str, Json, bool)]) -> Json {
    let required: Vec<&str> = members.iter().filter(|(.., required)| *required).map(|(name, ..)| *name).collect();
    let properties: Map<String, Json> =
        members.iter().map(|(name, schema, _)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn operation((method, path): (&'static str, String), id: &str, (tag, summary): (&'static str, String)) -> Operation {
    Operation {
        method,
        path,
        id: id.to_owned(),
        tag,
        summary,
        about: String::new(),
        parameters: Vec::new(),
        bodies: Vec::new(),
        needs_body: false,
        replies: Vec::new(),
        graphql: None,
        security: vec!["jwt"],
    }
}

fn named(place: &'static str, name: &str, doc: &str, schema: Json) -> Parameter {
    Parameter { name: name.to_owned(), place, required: place != "query", doc: doc.to_owned(), schema }
}

fn headers() -> Vec<Parameter> {
    let text = || json!({ "type": "string" });
    vec![
        named("header", "Allow", "The methods of the address.", text()),
        named("header", "Vary", "What the answer depends on.", text()),
        named(
            "header",
            "X-Request-Id",
            "The request's id: the client's own where that is a UUID.",
            json!({ "type": "string", "format": "uuid" }),
        ),
    ]
}

fn ok(status: u16, doc: &str, (schema, example): (Json, Json)) -> Reply {
    Reply {
        status,
        doc: doc.to_owned(),
        headers: headers(),
        body: Some((JSON, schema)),
        examples: vec![("example".to_owned(), example)],
    }
}

fn refused(doc: &str, refusals: &[Refusal]) -> Reply {
    let answers: Vec<_> = refusals.iter().map(Refusal::answer).collect();
    let status = answers.first().map_or(500, |answer| answer.status.as_u16());
    let schema = match (status, refusals.first()) {
        (400, _) => json!({ "anyOf": [reference(FAULTS), reference(ERROR)] }),
        (500, _) => object(&[("error", json!({ "type": "string" }), true)]),
        _ => reference(ERROR),
    };
    let mut headers = headers();
    if status == 404 {
        // What is no address at all has no methods.
        for header in headers.iter_mut().filter(|header| ["Allow", "Vary"].contains(&header.name.as_str())) {
            header.required = false;
        }
    }
    for (name, told) in [("WWW-Authenticate", 401), ("Retry-After", 429)] {
        if told == status {
            headers.push(named("header", name, "What the client can do about it.", json!({ "type": "string" })));
        }
    }
    let bodies = answers.iter().map(|answer| serde_json::from_slice(&answer.body).unwrap_or_default());
    let examples = (1..).zip(bodies).map(|(number, body)| (format!("refusal{number}"), body)).collect();
    Reply { status, doc: doc.to_owned(), headers, body: Some((JSON, schema)), examples }
}

/// What any operation may answer beside its own.
fn refusals(needs_token: bool) -> Vec<Reply> {
    let mut replies = vec![
        refused("No such thing.", &[Refusal::NotFound]),
        refused("The client takes no JSON.", &[Refusal::Accept]),
        refused("Too often.", &[Refusal::Throttled(5)]),
        refused("A defect.", &[Refusal::Defect]),
        refused("The service cannot answer now, or did not in time.", &[Refusal::Unavailable]),
        refused("The body is too long.", &[Refusal::TooLarge]),
    ];
    if needs_token {
        let texts = [NO_CREDENTIALS, "Signature has expired.", DISABLED];
        replies.push(refused("The credentials are not good.", &texts.map(Refusal::Credentials)));
        replies.push(refused("The person has no access, or not the role.", &[Refusal::Forbidden]));
    }
    replies
}

fn sorted(mut replies: Vec<Reply>) -> Vec<Reply> {
    replies.sort_by_key(|reply| reply.status);
    replies
}

fn bad(text: &str) -> Refusal {
    Refusal::whole(text)
}

/// What a body that cannot be taken is answered with.
fn bad_bodies() -> Vec<Reply> {
    vec![
        refused(
            "The body cannot be taken: everything that is wrong with it at once.",
            &[
                bad("Invalid data. Expected a dictionary, but got list."),
                Refusal::Parse("Expecting value: line 1 column 1 (char 0)".to_owned()),
            ],
        ),
        refused("The body is of another type.", &[Refusal::MediaType("text/plain".to_owned())]),
    ]
}

fn token(path: &str, (id, summary): (&str, &str), members: &[Member]) -> Operation {
    let mut replies = refusals(false);
    replies.extend(bad_bodies());
    replies.push(ok(
        200,
        "A token.",
        (reference(TOKEN), json!({ "token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.c2ln" })),
    ));
    Operation {
        bodies: written(|written| (body(members, &[], written), bodies::example(members, written))),
        needs_body: true,
        replies: sorted(replies),
        security: Vec::new(),
        ..operation(("post", path.to_owned()), id, ("tokens", summary.to_owned()))
    }
}

/// Every type of a body, each with its schema and an example.
fn written(of: impl Fn(Written) -> (Json, Json)) -> Vec<(&'static str, Json, Json)> {
    let as_is = |media_type: &&'static str| {
        let (schema, example) = of(if *media_type == JSON { Written::Json } else { Written::Form });
        (*media_type, schema, example)
    };
    TYPES.iter().map(as_is).collect()
}

fn address(resource: &Resource, is_record: bool) -> String {
    format!("/{}/{}", resource.segment, if is_record { "{id}/" } else { "" })
}

fn list(resource: &'static Resource) -> Operation {
    let row = reference(resource.form.name);
    let link = || or_null(json!({ "type": "string", "format": "uri" }));
    let schema = object(&[
        ("count", json!({ "type": "integer", "minimum": 0 }), true),
        ("next", link(), true),
        ("previous", link(), true),
        ("results", json!({ "type": "array", "items": row, "maxItems": page::MOST }), true),
    ]);
    let example = json!({ "count": 1, "next": null, "previous": null, "results": [example_of(resource.form)] });
    let mut replies = refusals(true);
    if !resource.filters.is_empty() {
        let mut faults = Map::new();
        faults.insert("status".to_owned(), json!(["Select a valid choice. FOO is not one of the available choices."]));
        replies.push(refused("Filters that cannot be read, all of them.", &[Refusal::Invalid(faults)]));
    }
    replies.push(ok(200, "A page.", (schema, example)));
    let mut parameters = vec![
        named(
            "query",
            "page",
            "Number of the page, or `last`.",
            json!({ "type": ["integer", "string"], "examples": [1] }),
        ),
        named(
            "query",
            "page_size",
            "Rows of a page; more than the most are the most. What is no number from 1 on is as if it were not there.",
            json!({ "type": ["integer", "string"], "examples": [page::DEFAULT] }),
        ),
    ];
    parameters.extend(resource.filters.iter().map(filter));
    Operation {
        parameters,
        replies: sorted(replies),
        graphql: Some(Queries::of(resource).list(page::DEFAULT)),
        ..operation(
            ("get", address(resource, false)),
            resource.reads[0],
            (resource.segment, format!("{} list", resource.title)),
        )
    }
}

fn filter(filter: &Filter) -> Parameter {
    let text = || json!({ "type": "string", "pattern": ANY });
    // An empty value is no filter.
    let number = || json!({ "type": ["number", "string"], "maxLength": 0 });
    let instant = || {
        json!({
            "type": "string",
            "anyOf": [{ "format": "date-time" }, { "format": "date" }, { "maxLength": 0 }],
            "examples": ["2026-01-15T08:00:00Z"],
        })
    };
    let (doc, schema) = match filter.kind {
        FilterKind::Text => ("Equal to this text.", text()),
        FilterKind::Texts => ("Equal to one of these texts, separated by commas.", text()),
        FilterKind::Word(words) => {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).chain([""]).collect();
            ("This word, as it is shown.", json!({ "type": "string", "enum": words }))
        }
        FilterKind::Words(_) => ("One of these words, separated by commas.", text()),
        FilterKind::Number => ("Equal to this number, its fraction cut off.", number()),
        FilterKind::Instant(std::cmp::Ordering::Equal) => ("At this instant.", instant()),
        FilterKind::Instant(std::cmp::Ordering::Less) => ("Not after this instant.", instant()),
        FilterKind::Instant(_) => ("Not before this instant.", instant()),
        FilterKind::Part(..) => ("A part of the instant in UTC, held against this number.", number()),
    };
    named("query", filter.name, doc, schema)
}

fn id() -> Parameter {
    named(
        "path",
        "id",
        "The integer id.",
        json!({ "type": "integer", "format": "int64", "minimum": 0, "examples": [1] }),
    )
}

fn record(resource: &'static Resource) -> Operation {
    let mut replies = refusals(true);
    replies.push(ok(200, "The record.", (reference(resource.form.name), example_of(resource.form))));
    Operation {
        parameters: vec![id()],
        replies: sorted(replies),
        graphql: Some(Queries::of(resource).record(1)),
        ..operation(
            ("get", address(resource, true)),
            resource.reads[1],
            (resource.segment, format!("{} record", resource.title)),
        )
    }
}

fn removal(resource: &'static Resource, name: &str) -> Operation {
    let mut replies = refusals(true);
    replies.push(Reply {
        status: 204,
        doc: "Removed.".to_owned(),
        headers: headers(),
        body: None,
        examples: Vec::new(),
    });
    replies.push(refused("It is in use.", &[Refusal::InUse]));
    Operation {
        parameters: vec![id()],
        replies: sorted(replies),
        ..operation(
            ("delete", address(resource, true)),
            name,
            (resource.segment, format!("Remove: {}", resource.title)),
        )
    }
}

fn creation(resource: &'static Resource) -> Option<Operation> {
    let making = resource.create?;
    let recipe: &Recipe = create::recipe_of(resource.segment)?;
    let mut replies = refusals(true);
    replies.extend(bad_bodies());
    let mut form = reference(resource.form.name);
    let mut parameters = Vec::new();
    match resource.segment {
        "schedules" => form = json!({ "anyOf": [form, { "type": "array", "items": form }] }),
        "asset" => {
            let profile = body(&[PROFILE], &[], Written::Json);
            let profile = profile.pointer(&format!("/properties/{}", PROFILE.key)).cloned().unwrap_or_default();
            parameters = vec![
                named("query", PROFILE.key, "The profile, where the body does not say it.", profile),
                named(
                    "query",
                    METADATA,
                    "The values as JSON, where the body does not say them.",
                    bodies::as_text(&bodies::metadata()),
                ),
            ];
        }
        _ => {}
    }
    replies.push(ok(201, "The new record.", (form, example_of(resource.form))));
    Some(Operation {
        parameters,
        bodies: written(|written| bodies::creation(recipe, written)),
        needs_body: recipe.members.iter().any(|member| member.required),
        replies: sorted(replies),
        ..operation(("post", address(resource, false)), making, (resource.segment, format!("Make: {}", resource.title)))
    })
}
