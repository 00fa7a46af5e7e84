//! The interface described in OpenAPI, from the table of resources, the parameters and the refusals.

use serde_json::{Value as Json, json};

use super::native::Queries;
use super::parameters::{LIMIT, LIMIT_MOST, Listing, OFFSET_MOST};
use super::refusal::Refusal;
use super::resource::{RESOURCES, Resource, is_field, order_field};
use crate::domain::error::Error;
use crate::rest::kit::Form;
use crate::rest::kit::openapi::{
    Document, Operation, Parameter, Reply, example_of, or_null, reference, schema, schemas,
};

const MEDIA_TYPE: &str = "application/json";
const ERROR: &str = "Error";
const ID: &str = "0c5e7a3b-4d21-4f6e-9a88-b1d2c3e4f506";

/// The description.
pub fn document() -> Document {
    let mut known = vec![
        ("Specification".to_owned(), specification()),
        ("Request".to_owned(), request()),
        (ERROR.to_owned(), error_schema()),
    ];
    for resource in &RESOURCES {
        schemas(resource.row, &mut known);
        schemas(resource.record, &mut known);
        for form in [resource.row, resource.record] {
            known.push((narrowed_name(form), narrowed(form)));
        }
    }
    known.retain(|(name, _)| RESOURCES.iter().all(|resource| resource.record.name != name));
    Document {
        title: "Action Audit Data API",
        version: "1.2509",
        about: "A read-only export of one organization's people, workers, units, action plans, activities, audits, \
                areas, ideas and templates, for reporting tools. The organization is that of the token."
            .to_owned(),
        security: vec![(
            "token",
            json!({
                "type": "http",
                "scheme": "bearer",
                "description": "An API key whose scopes are empty or contain `action_audit:read`, or an access token.",
            }),
        )],
        operations: RESOURCES.iter().flat_map(|resource| [list(resource), record(resource)]).collect(),
        schemas: known,
    }
}

/// What `columns` makes of a form: fields may be left out, but for the uuid.
fn narrowed(form: &Form) -> Json {
    let kept = form.members.iter().filter(|member| member.key == "uuid" || !is_field(member));
    let kept: Vec<&str> = kept.map(|member| member.key).collect();
    let mut schema = schema(form);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("required".to_owned(), kept.into());
    }
    schema
}

fn narrowed_name(form: &Form) -> String {
    format!("{}Columns", form.name)
}

fn operation(resource: &'static Resource, path: String) -> Operation {
    Operation {
        method: "get",
        path,
        id: String::new(),
        tag: resource.name,
        summary: String::new(),
        about: String::new(),
        parameters: Vec::new(),
        bodies: Vec::new(),
        needs_body: false,
        replies: Vec::new(),
        graphql: None,
        security: vec!["token"],
    }
}

fn list(resource: &'static Resource) -> Operation {
    let row = reference(&narrowed_name(resource.row));
    let data = json!({ "type": "array", "items": row });
    let mut echo = echo_schema();
    if let Some(properties) = echo.pointer_mut("/properties/sort_by") {
        *properties = or_null(json!({ "type": "string", "enum": sortable(resource.row) }));
    }
    let body =
        envelope(&echo, &json!({ "type": { "const": "list" }, "count": { "type": "integer", "minimum": 0 } }), &data);
    let example = json!({
        "specification": specification_example(),
        "request": {
            "requested_at": "2026-01-15T08:09:10Z", "uuid": ID, "sort_by": null, "sort_dir": null, "offset": 0,
            "limit": LIMIT, "columns": null,
        },
        "response": { "type": "list", "count": 1 },
        "data": [example_of(resource.row)],
    });
    let mut headers = headers();
    headers.push(header(
        "X-Total-Count",
        true,
        "How many rows there are in all.",
        json!({ "type": "string", "pattern": r"^\d+$" }),
    ));
    headers.push(header(
        "Link",
        false,
        "The pages beside this one (`next`, `prev`), and the same data in GraphQL (`alternate`). Absent where there is no \
         other page.",
        json!({ "type": "string" }),
    ));
    let reply = ok(format!("A page of {}.", resource.title), headers, (body, example));
    let parameters = vec![
        query(
            "sort_by",
            "The field to order by; without it, the instant of creation. Rows that are equal in it come by their uuid.",
            json!({ "type": "string", "enum": sortable(resource.row) }),
        ),
        query(
            "sort_dir",
            "Which way. What has no value comes last in `asc`, first in `desc`.",
            json!({ "type": "string", "enum": ["asc", "desc"], "default": "asc" }),
        ),
        query(
            "offset",
            "So many rows are passed over first.",
            json!({ "type": "integer", "minimum": 0, "maximum": OFFSET_MOST, "default": 0 }),
        ),
        query(
            "limit",
            "At most so many rows.",
            json!({ "type": "integer", "minimum": 0, "maximum": LIMIT_MOST, "default": LIMIT }),
        ),
        columns(resource.row),
    ];
    let refusals = [
        "sort_by: unknown column \"name of no field\"",
        "sort_dir: must be asc or desc",
        "offset: must be an integer from 0 to 2147483647",
        "limit: must be an integer from 0 to 1000",
        "columns: unknown column \"name of no field\"",
        "limit: given more than once",
    ];
    Operation {
        id: format!("list_{}", resource.name),
        summary: format!("List {}", resource.title),
        about: "Parameters that are not listed are ignored.".to_owned(),
        parameters,
        replies: replies(reply, &refusals, false),
        graphql: Some(Queries::of(resource).list(&Listing::plain())),
        ..operation(resource, format!("{}/{}.json", super::BASE, resource.name))
    }
}

fn record(resource: &'static Resource) -> Operation {
    let form: &Form = resource.record;
    let body =
        envelope(&reference("Request"), &json!({ "type": { "const": "record" } }), &reference(&narrowed_name(form)));
    let example = json!({
        "specification": specification_example(),
        "request": { "requested_at": "2026-01-15T08:10:00Z", "uuid": ID },
        "response": { "type": "record" },
        "data": example_of(form),
    });
    let mut headers = headers();
    headers.push(header("Link", true, "The same data in GraphQL (`alternate`).", json!({ "type": "string" })));
    let reply = ok(format!("The record of {}.", resource.one), headers, (body, example));
    let uuid = Parameter {
        name: "uuid".to_owned(),
        place: "path",
        required: true,
        doc: "The identifier, in any case of letters.".to_owned(),
        schema: json!({ "type": "string", "format": "uuid" }),
    };
    let refusals = ["columns: unknown column \"name of no field\"", "columns: given more than once"];
    Operation {
        id: format!("show_{}", resource.name),
        summary: format!("Show {}", resource.one),
        about: "`columns` leaves what stands inside whole. Parameters that are not listed are ignored.".to_owned(),
        parameters: vec![uuid, columns(form)],
        replies: replies(reply, &refusals, true),
        graphql: Some(Queries::of(resource).record(uuid::uuid!("e2b1a7d4-6c3f-4b90-8d15-7f0a9c8b6e52"))),
        ..operation(resource, format!("{}/{}/{{uuid}}.json", super::BASE, resource.name))
    }
}

fn sortable(form: &Form) -> Vec<&'static str> {
    form.members.iter().filter(|member| order_field(member).is_some()).map(|member| member.key).collect()
}

fn query(name: &str, doc: &str, schema: Json) -> Parameter {
    Parameter { name: name.to_owned(), place: "query", required: false, doc: doc.to_owned(), schema }
}

fn header(name: &str, required: bool, doc: &str, schema: Json) -> Parameter {
    Parameter { name: name.to_owned(), place: "header", required, doc: doc.to_owned(), schema }
}

fn columns(form: &Form) -> Parameter {
    let names: Vec<&str> = form.members.iter().filter(|member| is_field(member)).map(|member| member.key).collect();
    let one = names.join("|");
    let doc =
        "Names of fields, separated by commas: only these are shown, and always `uuid` and `links`. Not given twice.";
    query("columns", doc, json!({ "type": "string", "pattern": format!("^({one})(,({one}))*$"), "examples": ["uuid"] }))
}

fn headers() -> Vec<Parameter> {
    let id = json!({ "type": "string", "format": "uuid" });
    vec![
        header("X-Request-Id", true, "The request's id: the client's own where that is a UUID.", id),
        header("Cache-Control", true, "Answers are not kept.", json!({ "type": "string", "const": "no-store" })),
    ]
}

fn ok(doc: String, headers: Vec<Parameter>, (schema, example): (Json, Json)) -> Reply {
    Reply {
        status: 200,
        doc,
        headers,
        body: Some((MEDIA_TYPE, schema)),
        examples: vec![("example".to_owned(), example)],
    }
}

/// An answer and the refusals that any request may meet, those of parameters in words of their own.
fn replies(reply: Reply, of_parameters: &[&'static str], may_be_missing: bool) -> Vec<Reply> {
    let bad: Vec<Refusal> = of_parameters.iter().map(|message| Refusal::parameter(message)).collect();
    let mut replies = vec![
        reply,
        refused("A parameter cannot be used.", &bad),
        refused("There is no token, or it is not good.", &[Refusal::no_token(), Refusal::bad_token()]),
        refused(
            "The organization has not activated the module, or the person has no access to it.",
            &[Refusal::no_licence(), Refusal::no_access()],
        ),
        refused("The body is longer than anybody needs for a request without one.", &[Refusal::too_long()]),
        refused("Too often.", &[Error::RateLimited { retry_after_seconds: 1 }.into()]),
        refused("A defect.", &[Error::Internal.into()]),
        refused("The service cannot answer now, or did not in time.", &[Error::Unavailable.into()]),
    ];
    if may_be_missing {
        replies.push(refused("There is no such record.", &[Refusal::not_found()]));
    }
    replies.sort_by_key(|reply| reply.status);
    replies
}

fn refused(doc: &str, refusals: &[Refusal]) -> Reply {
    let mut headers = headers();
    if let Some((name, _)) = refusals.first().and_then(|refusal| refusal.header.as_ref()) {
        let spelled = if *name == axum::http::header::RETRY_AFTER { "Retry-After" } else { "WWW-Authenticate" };
        headers.push(header(spelled, true, "What the client can do about it.", json!({ "type": "string" })));
    }
    let examples = refusals.iter().map(|refusal| {
        let body = json!({
            "specification": specification_example(),
            "request": { "requested_at": "2026-01-15T08:11:12Z", "uuid": ID },
            "response": { "type": "error", "status": refusal.status.as_u16(), "message": refusal.message },
        });
        (refusal.message.to_string(), body)
    });
    Reply {
        status: refusals.first().map_or(500, |refusal| refusal.status.as_u16()),
        doc: doc.to_owned(),
        headers,
        body: Some((MEDIA_TYPE, reference(ERROR))),
        examples: examples.enumerate().map(|(index, (_, body))| (format!("refusal{}", index + 1), body)).collect(),
    }
}

fn object(properties: &Json) -> Json {
    let required: Vec<String> = properties.as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn specification() -> Json {
    object(&json!({ "version": { "const": "1.2509" }, "docs": { "type": "string", "format": "uri-reference" } }))
}

fn specification_example() -> Json {
    json!({ "version": "1.2509", "docs": super::DOCS })
}

fn request() -> Json {
    object(&json!({
        "requested_at": { "type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$" },
        "uuid": { "type": "string", "format": "uuid", "description": "The same as the header `X-Request-Id`." },
    }))
}

fn echo_schema() -> Json {
    object(&json!({
        "requested_at": { "type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$" },
        "uuid": { "type": "string", "format": "uuid", "description": "The same as the header `X-Request-Id`." },
        "sort_by": { "type": ["string", "null"] },
        "sort_dir": or_null(json!({ "type": "string", "enum": ["asc", "desc"] })),
        "offset": { "type": "integer", "minimum": 0 },
        "limit": { "type": "integer", "minimum": 0 },
        "columns": { "type": ["array", "null"], "items": { "type": "string" } },
    }))
}

fn envelope(request: &Json, response: &Json, data: &Json) -> Json {
    object(&json!({
        "specification": reference("Specification"),
        "request": request,
        "response": object(response),
        "data": data,
    }))
}

fn error_schema() -> Json {
    object(&json!({
        "specification": reference("Specification"),
        "request": reference("Request"),
        "response": object(&json!({
            "type": { "const": "error" },
            "status": { "type": "integer" },
            "message": { "type": "string" },
        })),
    }))
}
