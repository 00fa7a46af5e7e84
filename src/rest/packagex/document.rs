//! The interface described in OpenAPI, from the tables that also answer its requests.

use axum::http::header::RETRY_AFTER;
use serde_json::{Value as Json, json};

use super::body::QUANTITY;
use super::credentials::KEY_HEADERS;
use super::filter::{FILTERS, Kind};
use super::form::{BY_ITEM, BY_LAYOUT, GROUPINGS, P_AUDIT};
use super::input::{KEY, LAST, VALUE};
use super::listing::{DIRECTIONS, LIMIT, LIMIT_MOST, Listing, ORDERS, PAGE_MOST};
use super::native;
use super::pattern::{PROSE, instants, number, plain_id, terms};
use super::refusal::Refusal;
use super::words::{PRIORITIES, STATES};
use crate::domain::search::number::CHARACTERS;
use crate::rest::kit::openapi::{Document, Operation, Parameter, Reply, example_of, reference, schemas};

const MEDIA_TYPE: &str = "application/json; charset=utf-8";
const JSON: &str = "application/json";
const ERROR: &str = "Error";
const PAGE: &str = "Pagination";
const SEARCH: &str = "Search";
const INSTANTS: &str = "Instants";
const ID: &str = "audit_DUuawzMCTkmYowFi2xV4r3";
const LIST: &str = "/v1/audits";
const ONE: &str = "/v1/audits/{audit}";

/// The description.
pub fn document() -> Document {
    let mut known = vec![
        (ERROR.to_owned(), envelope((json!({ "type": "object", "maxProperties": 0 }), true), false)),
        (PAGE.to_owned(), page()),
        (SEARCH.to_owned(), search()),
        (INSTANTS.to_owned(), instants()),
    ];
    for form in [&P_AUDIT, &BY_ITEM, &BY_LAYOUT] {
        schemas(form, &mut known);
    }
    for (name, schema) in &mut known {
        if name.starts_with("Audit") {
            // Only there while searching, so it is not required.
            if let Some(properties) = schema.get_mut("properties") {
                set(properties, "_search", reference(SEARCH));
            }
        }
    }
    let header = |name: &str, doc: &str| json!({ "type": "apiKey", "in": "header", "name": name, "description": doc });
    let [first, second] = KEY_HEADERS;
    Document {
        title: "PackageX Audits",
        version: "1.0",
        about:
            "Inventory audits of locations: their counts, their review, and a search by number that forgives typos. Of \
                several headers with credentials the first in this order counts."
                .to_owned(),
        security: vec![
            ("packagexKey", header(first.as_str(), "An API key.")),
            ("xKey", header(second.as_str(), "An API key.")),
            ("bearer", json!({ "type": "http", "scheme": "bearer", "description": "An API key or an access token." })),
        ],
        operations: vec![list(), create(), get(), update()],
        schemas: known,
    }
}

fn set(object: &mut Json, name: &str, value: Json) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

fn object(properties: &Json, optional: &[&str]) -> Json {
    let names = properties.as_object().map(|all| all.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let required: Vec<String> = names.into_iter().filter(|name| !optional.contains(&name.as_str())).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn page() -> Json {
    object(
        &json!({
            "limit": { "type": "integer", "minimum": 1, "maximum": LIMIT_MOST },
            "page": { "type": "integer", "minimum": 1 },
            "has_more": { "type": "boolean" },
            "total_count": { "type": "integer", "minimum": 0 },
        }),
        &[],
    )
}

fn search() -> Json {
    object(
        &json!({
            "id": { "type": "string" },
            "number": { "type": "string", "description": "The number as HTML, what fits marked." },
            "relevance_score": { "type": "number", "minimum": 0, "maximum": 1 },
        }),
        &[],
    )
}

/// The envelope around data; `is_error` of a refusal, `with_events` of a write.
fn envelope((data, is_error): (Json, bool), with_events: bool) -> Json {
    let code = if is_error { json!({ "type": "string" }) } else { json!({ "type": "null" }) };
    let mut properties = json!({
        "status": { "type": "integer" },
        "message": { "type": "string" },
        "data": data,
        "code": code,
        "errors": { "type": "array", "items": { "type": "string" } },
        "pagination": { "anyOf": [reference(PAGE), { "type": "null" }] },
        "endpoint": { "type": "string" },
    });
    if with_events {
        set(&mut properties, "events", json!({ "type": "array", "items": { "type": "string" } }));
    }
    object(&properties, &[])
}

fn operation(method: &'static str, path: &str, id: &str, summary: &str) -> Operation {
    Operation {
        method,
        path: path.to_owned(),
        id: id.to_owned(),
        tag: "audits",
        summary: summary.to_owned(),
        about: String::new(),
        parameters: Vec::new(),
        bodies: Vec::new(),
        needs_body: false,
        replies: Vec::new(),
        graphql: None,
        security: vec!["packagexKey", "xKey", "bearer"],
    }
}

fn parameter(name: &str, place: &'static str, doc: &str, schema: Json) -> Parameter {
    Parameter { name: name.to_owned(), place, required: place != "query", doc: doc.to_owned(), schema }
}

fn grouping() -> Parameter {
    let words = GROUPINGS.map(|(word, _)| word);
    parameter(
        "group_by",
        "query",
        "Shows the counts by item or by layout in place of one list.",
        json!({ "type": "string", "enum": words }),
    )
}

fn listed() -> Vec<Parameter> {
    let query = |name: &str, doc: &str, schema: Json| parameter(name, "query", doc, schema);
    let mut all = vec![
        query("page", "The page.", json!({ "type": "integer", "minimum": 1, "maximum": PAGE_MOST, "default": 1 })),
        query(
            "limit",
            "Audits of a page.",
            json!({ "type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "default": LIMIT }),
        ),
        grouping(),
        query(
            "order_by",
            "The order; that of relevance while searching without it, else `created_at`. What has no value comes last.",
            json!({ "type": "string", "enum": ORDERS.map(|(word, _)| word) }),
        ),
        query("direction", "Which way.", json!({ "type": "string", "enum": DIRECTIONS, "default": "desc" })),
        query(
            "search",
            "Up to eight terms of two characters and more, any of which the number fits, typos allowed.",
            json!({ "type": "string", "maxLength": CHARACTERS, "pattern": terms(), "examples": ["AUD-1042"] }),
        ),
    ];
    all.extend(FILTERS.iter().map(|(name, kind)| {
        let (doc, schema) = filtered(*kind);
        query(name, doc, schema)
    }));
    all
}

fn filtered(kind: Kind) -> (&'static str, Json) {
    match kind {
        Kind::Row(prefix, _) => {
            ("What it refers to, or one of its counts.", json!({ "type": "string", "pattern": plain_id(prefix) }))
        }
        Kind::Actor(_) => {
            ("The key that did it, else the person.", json!({ "type": "string", "pattern": plain_id("(user_|key_)") }))
        }
        Kind::Status => {
            let words = STATES.map(|(word, _)| word).join("|");
            let pattern =
                format!("^((eq|equals|!eq|not_equals):)?({words})$|^(in|!in|not_in):({words})(,({words})){{0,99}}$");
            (
                "A word, or an operator (`eq`, `!eq`, `in`, `!in`) with words.",
                json!({ "type": "string", "pattern": pattern }),
            )
        }
        Kind::Priority => ("The priority.", json!({ "type": "string", "enum": PRIORITIES })),
        Kind::Overdue => ("Whether it is late.", json!({ "type": "string", "enum": ["true", "false"] })),
        Kind::Date(_) => (
            "Seconds since 1970 or ISO 8601, compared by whole seconds; before it an operator: `eq`, `!eq`, `gt`, `gte`, `lt`, \
             `lte`, `bwi` and `bwe` with two values of which the first is less, `in` and `!in` with up to 100.",
            reference(INSTANTS),
        ),
    }
}

fn list() -> Operation {
    let forms = json!({ "anyOf": [reference("Audit"), reference("AuditByItem"), reference("AuditByLayout")] });
    let body = envelope((json!({ "type": "array", "items": forms }), false), false);
    let example = example(200, "Audits retrieved.", &json!([example_of(&P_AUDIT)]), true);
    Operation {
        parameters: listed(),
        replies: replies(
            200,
            "A page of audits.",
            (body, example),
            &[Refusal::query(vec![
                "limit: must be an integer from 1 to 100".to_owned(),
                "colour: unknown parameter".to_owned(),
            ])],
        ),
        graphql: Some(native::list(&Listing::default())),
        ..operation("get", LIST, "listAudits", "List audits")
    }
}

fn get() -> Operation {
    let forms = json!({ "anyOf": [reference("Audit"), reference("AuditByItem"), reference("AuditByLayout")] });
    let example = example(200, "Audit retrieved.", &example_of(&P_AUDIT), false);
    Operation {
        parameters: vec![audit(), grouping()],
        replies: replies(
            200,
            "The audit.",
            (envelope((forms, false), false), example),
            &[
                Refusal::query(vec!["group_by: \"item\" is not one of by_item, by_layout".to_owned()]),
                Refusal::no_audit(),
            ],
        ),
        graphql: Some(native::record(uuid::uuid!("3f0c1a52-9d7e-4b61-8c2f-5a4d1e6b7c80"))),
        ..operation("get", ONE, "getAudit", "Get an audit")
    }
}

fn audit() -> Parameter {
    parameter("audit", "path", "The audit.", json!({ "type": "string", "examples": [ID] }))
}

fn id(prefix: &str) -> Json {
    json!({ "type": "string", "pattern": format!("^{prefix}") })
}

fn ids(prefix: &str) -> Json {
    json!({ "type": "array", "minItems": 1, "maxItems": 100, "items": id(prefix) })
}

/// Members that both writes take.
fn planned() -> Json {
    let contact = json!({ "type": "object", "properties": { "id": id("ctct_") }, "required": ["id"] });
    json!({
        "priority": { "type": "string", "enum": PRIORITIES },
        "assignee": { "anyOf": [id("ctct_"), contact, { "type": "null" }] },
        "complete_at": { "type": ["integer", "null"], "minimum": 0, "maximum": LAST },
        "update_inventory": { "type": "boolean" },
        "metadata": metadata(),
    })
}

fn metadata() -> Json {
    json!({
        "type": ["object", "null"], "maxProperties": 25,
        "propertyNames": { "type": "string", "minLength": 1, "maxLength": KEY },
        "additionalProperties": { "type": ["string", "number", "boolean", "null"], "maxLength": VALUE },
    })
}

/// A quantity, or what is added to one.
fn quantity(least: i64) -> Json {
    json!({ "type": "number", "minimum": least, "exclusiveMaximum": QUANTITY, "multipleOf": 0.000_001 })
}

fn with(mut base: Json, more: &Json) -> Json {
    if let (Some(base), Some(more)) = (base.as_object_mut(), more.as_object()) {
        base.extend(more.iter().map(|(name, schema)| (name.clone(), schema.clone())));
    }
    json!({ "type": "object", "properties": base })
}

fn create() -> Operation {
    let own = json!({
        "location_id": id("loc_"), "item_ids": ids("item_"), "layout_ids": ids("lay_"),
        "number": number(),
    });
    let mut schema = with(own, &planned());
    set(&mut schema, "required", json!(["location_id"]));
    let sent = json!({ "location_id": "loc_KRYEb9hXUZV5Ya6kSsEQuY", "priority": "high", "complete_at": 1_893_542_400 });
    let mut example = example(201, "Audit created.", &example_of(&P_AUDIT), false);
    set(&mut example, "events", json!(["audit.created"]));
    Operation {
        about: "Makes a count of every stock level of the location that is not empty. Unknown members are ignored."
            .to_owned(),
        bodies: vec![(JSON, schema, sent)],
        needs_body: true,
        replies: replies(
            201,
            "The new audit.",
            (envelope((reference("Audit"), false), true), example),
            &[
                Refusal::json(1, 8),
                Refusal::query(vec!["page: unknown parameter".to_owned()]),
                Refusal::body(vec!["location_id: is required".to_owned()]),
                Refusal::no_tasks(),
                Refusal::too_many_tasks(),
                Refusal::number(),
                Refusal::media_type(),
            ],
        ),
        ..operation("post", LIST, "createAudit", "Create an audit")
    }
}

fn update() -> Operation {
    let task = json!({
        "type": "object", "required": ["id"],
        "properties": {
            "id": id("audtsk_"),
            "counted_qty": { "anyOf": [
                quantity(0),
                { "type": "array", "items": quantity(1 - QUANTITY), "minItems": 1, "maxItems": 1 },
                { "type": "null" },
            ] },
            "reason_code_id": { "type": ["string", "null"], "pattern": "^rsnc_" },
            "item_id": id("item_"), "layout_id": id("lay_"),
        },
    });
    let own = json!({
        "tasks": { "type": "array", "minItems": 1, "maxItems": 100, "items": task },
        "status": { "type": "string", "enum": STATES.map(|(word, _)| word) },
        "feedback": { "type": ["string", "null"], "maxLength": 10_000, "pattern": PROSE },
        "number": number(), "location_id": id("loc_"),
    });
    let mut schema = with(own, &planned());
    let metadata = schema.pointer_mut("/properties/metadata");
    if let Some(metadata) = metadata {
        *metadata = json!({ "anyOf": [metadata.clone(), { "const": "" }] });
    }
    let task = "audtsk_7neaYuHZyUpsekw8xk3aax";
    let sent = json!({ "tasks": [{ "id": task, "counted_qty": 10 }] });
    let mut example = example(200, "Audit updated.", &example_of(&P_AUDIT), false);
    set(&mut example, "events", json!(["audit.updated"]));
    Operation {
        about: "Counts first, then the other members, then the status: all of it, or nothing. A count in an array is added \
                to what was counted so far. Repeating a value changes nothing. Unknown members are ignored."
            .to_owned(),
        parameters: vec![audit()],
        bodies: vec![(JSON, schema, sent)],
        needs_body: true,
        replies: replies(200, "The audit as it is then.", (envelope((reference("Audit"), false), true), example), &[
            Refusal::json(1, 8),
            Refusal::query(vec!["page: unknown parameter".to_owned()]),
            Refusal::body(vec!["tasks[0].counted_qty: must be at least 0".to_owned()]),
            Refusal::uncounted(vec![format!("tasks.{task}.counted_qty: is required")]),
            Refusal::unexplained(vec![format!("tasks.{task}.reason_code_id: is required")]),
            Refusal::no_audit(),
            Refusal::transition("approved", "processing"),
            Refusal::locked(vec!["priority: is locked".to_owned()]),
            Refusal::inventory(vec![format!("tasks.{task}.counted_qty: conflicts with inventory")]),
            Refusal::media_type(),
        ]),
        ..operation("post", ONE, "updateAudit", "Update an audit")
    }
}

fn example(status: u16, message: &str, data: &Json, is_list: bool) -> Json {
    let page =
        if is_list { json!({ "limit": 25, "page": 1, "has_more": false, "total_count": 1 }) } else { Json::Null };
    let endpoint = if is_list || status == 201 { LIST.to_owned() } else { format!("{LIST}/{ID}") };
    json!({
        "status": status, "message": message, "data": data, "code": null, "errors": [], "pagination": page,
        "endpoint": endpoint,
    })
}

fn headers() -> Vec<Parameter> {
    let id = json!({ "type": "string", "format": "uuid" });
    vec![parameter("X-Request-Id", "header", "The request's id: the client's own where that is a UUID.", id)]
}

/// The answer, and every refusal, those of one status together.
fn replies(status: u16, doc: &str, (schema, example): (Json, Json), own: &[Refusal]) -> Vec<Reply> {
    let mut headers = headers();
    let link = parameter("Link", "header", "The same data in GraphQL (`alternate`).", json!({ "type": "string" }));
    headers.push(Parameter { required: false, ..link });
    let mut all = vec![Reply {
        status,
        doc: doc.to_owned(),
        headers,
        body: Some((MEDIA_TYPE, schema)),
        examples: vec![("example".to_owned(), example)],
    }];
    let mut refusals = vec![
        Refusal::no_key(),
        Refusal::bad_key(),
        Refusal::scope(),
        Refusal::no_route(),
        Refusal::too_long(),
        Refusal::rate(5),
        Refusal::internal(),
        Refusal::unavailable(),
    ];
    refusals.extend(own.iter().cloned());
    refusals.sort_by_key(|refusal| refusal.status.as_u16());
    for same in refusals.chunk_by(|one, other| one.status == other.status) {
        all.extend(refused(same));
    }
    all
}

fn refused(refusals: &[Refusal]) -> Option<Reply> {
    let first = refusals.first()?;
    let mut headers = headers();
    if let Some((name, _)) = first.header.as_deref() {
        let spelled = if *name == RETRY_AFTER { "Retry-After" } else { "WWW-Authenticate" };
        headers.push(parameter(spelled, "header", "What the client can do about it.", json!({ "type": "string" })));
    }
    let examples = refusals.iter().enumerate().map(|(index, refusal)| {
        let body = json!({
            "status": refusal.status.as_u16(), "message": refusal.message, "data": {}, "code": refusal.code,
            "errors": refusal.errors, "pagination": null, "endpoint": LIST,
        });
        (format!("refusal{}", index + 1), body)
    });
    let codes: Vec<&str> = refusals.iter().map(|refusal| refusal.code).collect();
    Some(Reply {
        status: first.status.as_u16(),
        doc: format!("Refused: {}.", codes.join(", ")),
        headers,
        body: Some((MEDIA_TYPE, reference(ERROR))),
        examples: examples.collect(),
    })
}
