//! The interface described in OpenAPI, from the tables that also answer its requests.

use serde_json::{Map, Value as Json, json};

use super::body::{CHANGED, Kind, Member, NEW, NO_LEVEL, NO_STANDARD};
use super::forms::{AUDIT, FUTURE_AUDIT, ISSUE, LISTED_AUDIT};
use super::native;
use super::read::{AUDITS, FUTURE_AUDITS, ISSUES, List, PRODUCT_AUDITS};
use super::refusal::{
    ARCHIVED, CROSS_SITE, DEFECT, NO_AUDIT, NO_ORGANIZATION, NO_PRODUCT, NOBODY, NOT_FOUND, ROLE, Refusal, STALE,
    TOO_LARGE, UNAVAILABLE, WRONG,
};
use super::route::{Ours, Place};
use super::words::{STATUSES, TYPES};
use crate::rest::kit::Form;
use crate::rest::kit::openapi::{
    Document, Operation, Parameter, Reply, UNSAID, example_of, or_null, reference, schemas,
};
use crate::rest::kit::write::MILLISECOND;

const JSON: &str = "application/json";
const ERROR: &str = "Error";
/// Text that can be stored: it has no U+0000.
const NO_NUL: &str = r"^[^\u0000]*$";
const BOTH: [&str; 2] = ["bearer", "cookie"];
/// Where nobody is a caller, too.
const ANY: [&str; 3] = ["bearer", "cookie", UNSAID];

/// The description.
pub fn document() -> Document {
    let mut known = vec![(ERROR.to_owned(), error_schema())];
    for form in [&*AUDIT, &*LISTED_AUDIT, &*FUTURE_AUDIT, &*ISSUE] {
        schemas(form, &mut known);
    }
    known.extend([("User".to_owned(), user_schema()), ("Session".to_owned(), session_schema())]);
    let mut operations = audits();
    operations.extend(sign_in());
    Document {
        title: "Ablebase API",
        version: "1.0",
        about:
            "Accessibility audits of products, for clients of the Ablebase API: plan them, change them, read what they \
                found, and see which come next. Pages sign in at `/api/auth/sign-in/email` and keep a cookie; programs \
                send a bearer token."
                .to_owned(),
        security: vec![
            (
                "bearer",
                json!({
                    "type": "http", "scheme": "bearer",
                    "description": "An access token of the service, an API key, or the token of a session.",
                }),
            ),
            (
                "cookie",
                json!({
                    "type": "apiKey", "in": "cookie", "name": "better-auth.session_token",
                    "description": "The token of a session. A request that changes something must also say by `Origin` or \
                                    `Sec-Fetch-Site` that it comes from a page that may send it.",
                }),
            ),
        ],
        operations,
        schemas: known,
    }
}

fn object(members: &[(&str, Json)], required: bool) -> Json {
    let names: Vec<&str> = members.iter().filter(|_| required).map(|(name, _)| *name).collect();
    let properties: Map<String, Json> =
        members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "properties": properties, "required": names })
}

fn text() -> Json {
    json!({ "type": "string" })
}

fn uuid() -> Json {
    json!({ "type": "string", "format": "uuid" })
}

fn instant() -> Json {
    (MILLISECOND.schema)()
}

fn error_schema() -> Json {
    object(&[("error", object(&[("code", text()), ("message", text())], true))], true)
}

fn user_schema() -> Json {
    let members = [
        ("id", uuid()),
        ("name", text()),
        ("email", text()),
        ("emailVerified", json!({ "type": "boolean" })),
        ("image", or_null(text())),
        ("createdAt", instant()),
        ("updatedAt", instant()),
    ];
    object(&members, true)
}

fn session_schema() -> Json {
    let members = [
        ("id", uuid()),
        ("userId", uuid()),
        ("expiresAt", instant()),
        ("createdAt", instant()),
        ("updatedAt", instant()),
        ("ipAddress", or_null(text())),
        ("userAgent", or_null(text())),
        ("activeOrganizationId", or_null(uuid())),
    ];
    object(&members, true)
}

fn header(name: &str, doc: &str, required: bool) -> Parameter {
    Parameter { name: name.to_owned(), place: "header", required, doc: doc.to_owned(), schema: text() }
}

fn ours() -> Vec<Parameter> {
    let id = Parameter {
        schema: uuid(),
        ..header("X-Request-Id", "The request's id: the client's own where that is a UUID.", true)
    };
    vec![id]
}

fn reply(status: u16, doc: &str, (schema, example): (Json, Json)) -> Reply {
    Reply {
        status,
        doc: doc.to_owned(),
        headers: ours(),
        body: Some((JSON, schema)),
        examples: vec![("example".to_owned(), example)],
    }
}

/// Refusals of a status in one answer.
fn refused(doc: &str, refusals: &[Refusal]) -> Reply {
    let answers: Vec<_> = refusals.iter().map(Refusal::answer).collect();
    let status = answers.first().map_or(500, |answer| answer.status.as_u16());
    let mut headers = ours();
    for (name, told) in [("WWW-Authenticate", 401), ("Allow", 405), ("Retry-After", 429), ("Retry-After", 503)] {
        if told == status {
            headers.push(header(name, "What the client can do about it.", status != 401));
        }
    }
    let bodies = answers.iter().map(|answer| serde_json::from_slice(&answer.body).unwrap_or_default());
    let examples = (1..).zip(bodies).map(|(number, body)| (format!("refusal{number}"), body)).collect();
    Reply { status, doc: doc.to_owned(), headers, body: Some((JSON, reference(ERROR))), examples }
}

/// What every operation may answer beside its own.
fn anywhere(place: &Place) -> Vec<Reply> {
    vec![
        refused("Another method.", &[Refusal::method(place.allow())]),
        refused("The body is too long.", &[TOO_LARGE]),
        refused("A defect.", &[DEFECT]),
        refused("The service cannot answer now, or did not in time.", &[UNAVAILABLE]),
    ]
}

fn named(name: &str, doc: &str, schema: Json) -> Parameter {
    Parameter { name: name.to_owned(), place: "path", required: true, doc: doc.to_owned(), schema }
}

fn if_match() -> Parameter {
    let doc = "Entity tags of which one must be that of the present version, or `*`.";
    Parameter { schema: json!({ "type": "string", "examples": ["\"3\""] }), ..header("If-Match", doc, false) }
}

fn organization() -> Parameter {
    named("orgId", "Identifier of the organization.", uuid())
}

fn parameters(ours: &Ours) -> Vec<Parameter> {
    let mut parameters = vec![organization()];
    if !matches!(ours, Ours::Audits | Ours::FutureAudits) {
        parameters.push(named(
            "productSlug",
            "Short name of the product.",
            json!({ "type": "string", "minLength": 1, "examples": ["web-shop"] }),
        ));
    }
    if matches!(ours, Ours::Audit(..) | Ours::Issues(..)) {
        parameters.push(named(
            "auditNumber",
            "Number of the audit among those of the product.",
            json!({ "type": "integer", "minimum": 1, "maximum": i32::MAX, "examples": [1] }),
        ));
    }
    parameters
}

fn path(ours: &Ours) -> &'static str {
    match ours {
        Ours::Audits => "/v1/organizations/{orgId}/audits",
        Ours::FutureAudits => "/v1/organizations/{orgId}/future-audits",
        Ours::ProductAudits(_) => "/v1/organizations/{orgId}/products/{productSlug}/audits",
        Ours::Audit(..) => "/v1/organizations/{orgId}/products/{productSlug}/audits/{auditNumber}",
        Ours::Issues(..) => "/v1/organizations/{orgId}/products/{productSlug}/audits/{auditNumber}/issues",
    }
}

/// An operation on what belongs to an organization.
fn operation(method: &'static str, ours: &Ours, [id, summary]: [&str; 2], own: Vec<Reply>) -> Operation {
    let mut missing = vec![NO_ORGANIZATION];
    let has_product = !matches!(ours, Ours::Audits | Ours::FutureAudits);
    missing.extend(has_product.then_some(NO_PRODUCT));
    missing.extend(matches!(ours, Ours::Audit(..) | Ours::Issues(..)).then_some(NO_AUDIT));
    missing.push(NOT_FOUND);
    let mut replies = anywhere(&Place::Of(None, ours.clone()));
    replies.push(refused("No credentials, or none that are good.", &[NOBODY]));
    replies.push(refused("Too many requests within a minute.", &[Refusal::throttled(20)]));
    replies.push(refused("There is no such thing, or it is of others.", &missing));
    if method != "get" {
        replies.push(refused("The caller may not do it, or a page of another site asks.", &[ROLE, CROSS_SITE]));
    }
    replies.extend(own);
    replies.sort_by_key(|reply| reply.status);
    Operation {
        method,
        path: path(ours).to_owned(),
        id: id.to_owned(),
        tag: "audits",
        summary: summary.to_owned(),
        about: String::new(),
        parameters: parameters(ours),
        bodies: Vec::new(),
        needs_body: false,
        replies,
        graphql: None,
        security: BOTH.to_vec(),
    }
}

fn list(ours: &Ours, list: &List, form: &'static Form, told: [&str; 2], query: String) -> Operation {
    let schema = object(&[(list.member, json!({ "type": "array", "items": reference(form.name) }))], true);
    let mut reply = reply(200, "All of them.", (schema, json!({ (list.member): [example_of(form)] })));
    reply.headers.push(header("Link", "GraphiQL with the query that gives the same.", true));
    Operation { graphql: Some(query), ..operation("get", ours, told, vec![reply]) }
}

fn one_audit(status: u16) -> Reply {
    let schema = object(&[("audit", reference(AUDIT.name))], true);
    let mut reply = reply(status, "The audit.", (schema, json!({ "audit": example_of(&AUDIT) })));
    reply.headers.push(header("ETag", "The version of the audit.", true));
    reply.headers.push(header("Link", "GraphiQL with the query that gives the same.", true));
    if status == 201 {
        reply.headers.push(header("Location", "Where the audit is.", true));
    }
    reply
}

fn schema_of(kind: Kind) -> Json {
    let words = |words: &[&str]| json!({ "type": "string", "enum": words, "examples": [words.first()] });
    match kind {
        Kind::Type => words(&TYPES),
        Kind::Status => words(&STATUSES),
        Kind::Text(most) => json!({
            "type": ["string", "null"], "maxLength": most, "pattern": NO_NUL, "examples": ["Autumn review"],
        }),
        Kind::Instant => json!({
            "anyOf": [{ "type": "string", "format": "date-time" }, { "type": "string", "format": "date" }, { "type": "null" }],
            "examples": ["2026-02-20"],
        }),
        Kind::Standard => json!({ "type": ["string", "null"], "examples": ["wcag-2-2"] }),
        Kind::Level => json!({ "type": ["string", "null"], "examples": ["aa"] }),
    }
}

fn bodies(members: &[Member]) -> Vec<(&'static str, Json, Json)> {
    let told: Vec<(&str, Json)> = members.iter().map(|member| (member.key, schema_of(member.kind))).collect();
    let example = told.iter().map(|(key, schema)| ((*key).to_owned(), crate::rest::kit::write::example(schema)));
    vec![(JSON, object(&told, false), Json::Object(example.collect()))]
}

fn bad(more: &[Refusal]) -> Reply {
    let mut refusals = vec![
        Refusal::field("body", "must be valid JSON"),
        Refusal::field("body", "must be an object"),
        Refusal::field("body", "Content-Type must be application/json"),
    ];
    refusals.extend(more.iter().cloned());
    refused("The body breaks a rule: the first that it breaks.", &refusals)
}

fn audits() -> Vec<Operation> {
    let slug = Some("web-shop".to_owned());
    let (of_product, of_audit, of_issues) =
        (Ours::ProductAudits(slug.clone()), Ours::Audit(slug.clone(), Some(1)), Ours::Issues(slug.clone(), Some(1)));
    let title = Refusal::field("title", "must be a string or null");
    let by_rule = Refusal::conflict("every mandatory activity must be answered or not applicable".to_owned());
    let gone = Reply { status: 204, doc: "Removed.".to_owned(), headers: ours(), body: None, examples: Vec::new() };
    let stale = || refused("The audit is in another version.", &[STALE]);
    let standard = Refusal::field("standardId", NO_STANDARD);
    let level = Refusal::field("conformanceLevel", NO_LEVEL);
    let mut remove = operation(
        "delete",
        &of_audit,
        ["deleteAudit", "Remove an audit; what it found stays"],
        vec![gone, stale(), refused("Something still refers to it.", std::slice::from_ref(&by_rule))],
    );
    remove.parameters.push(if_match());
    let mut change = operation(
        "patch",
        &of_audit,
        ["updateAudit", "Change an audit; what is not given stays"],
        vec![
            one_audit(200),
            bad(&[title.clone(), standard, level]),
            stale(),
            refused("A rule refuses it.", &[by_rule]),
        ],
    );
    change.parameters.push(if_match());
    change.bodies = bodies(CHANGED);
    change.needs_body = true;
    let create = operation(
        "post",
        &of_product,
        ["createAudit", "Begin an audit of a product"],
        vec![one_audit(201), bad(&[title]), refused("The product is out of use.", &[ARCHIVED])],
    );
    vec![
        list(&Ours::Audits, &AUDITS, &LISTED_AUDIT, ["listAudits", "Audits of all products in use"], native::audits()),
        list(
            &Ours::FutureAudits,
            &FUTURE_AUDITS,
            &FUTURE_AUDIT,
            ["listFutureAudits", "Full audits that are to come"],
            native::future_audits(),
        ),
        list(
            &of_product,
            &PRODUCT_AUDITS,
            &AUDIT,
            ["listProductAudits", "Audits of a product"],
            native::product_audits(&slug),
        ),
        Operation { bodies: bodies(NEW), ..create },
        Operation {
            graphql: Some(native::audit(&slug, Some(1))),
            ..operation("get", &of_audit, ["getAudit", "An audit"], vec![one_audit(200)])
        },
        change,
        remove,
        list(&of_issues, &ISSUES, &ISSUE, ["listAuditIssues", "What an audit found"], native::issues(&slug, Some(1))),
    ]
}

fn sign_in_operation(
    (method, path, place): (&'static str, &str, Place),
    [id, summary]: [&str; 2],
    own: Vec<Reply>,
) -> Operation {
    let mut replies = anywhere(&place);
    replies.extend(own);
    replies.sort_by_key(|reply| reply.status);
    Operation {
        method,
        path: path.to_owned(),
        id: id.to_owned(),
        tag: "sign-in",
        summary: summary.to_owned(),
        about: String::new(),
        parameters: Vec::new(),
        bodies: Vec::new(),
        needs_body: false,
        replies,
        graphql: None,
        security: Vec::new(),
    }
}

fn sign_in() -> Vec<Operation> {
    let at = "2026-01-09T07:00:00.000Z";
    let id = "e2b1a7d4-6c3f-4b90-8d15-7f0a9c8b6e52";
    let user = json!({
        "id": id, "name": "Mia Janssen", "email": "mia@harbour-foods.example", "emailVerified": true,
        "image": null, "createdAt": at, "updatedAt": at,
    });
    let session = json!({
        "id": id, "userId": id, "expiresAt": at, "createdAt": at, "updatedAt": at, "ipAddress": "192.0.2.7",
        "userAgent": null, "activeOrganizationId": id,
    });
    let opened =
        object(&[("redirect", json!({ "type": "boolean" })), ("token", text()), ("user", reference("User"))], true);
    let token = "mJ3f9aX0Zs8r1q2w3e4r5t6y7u8i9o0p1a2s3d4f5g6";
    let mut open =
        reply(200, "A session.", (opened, json!({ "redirect": false, "token": token, "user": user.clone() })));
    open.headers.push(header("Set-Cookie", "The token, for browsers.", true));
    let credentials = json!({
        "type": "object",
        "properties": {
            "email": { "type": "string" }, "password": { "type": "string" },
            "rememberMe": { "type": "boolean", "default": true },
        },
        "required": ["email", "password"],
    });
    let example = json!({ "email": "mia@harbour-foods.example", "password": "demo-mia-member" });
    let shown = object(&[("session", reference("Session")), ("user", reference("User"))], true);
    let mut ended = reply(
        200,
        "No session is open.",
        (object(&[("success", json!({ "type": "boolean" }))], true), json!({ "success": true })),
    );
    ended.headers.push(header("Set-Cookie", "Takes the cookie away.", true));
    let wrong = [
        Refusal::field("email", "must be a string"),
        Refusal::field("password", "must be a string"),
        Refusal::field("rememberMe", "must be a boolean"),
    ];
    let own = vec![
        open,
        bad(&wrong),
        refused("Anything is wrong with address or password.", &[WRONG]),
        refused("A page of another site asks.", &[CROSS_SITE]),
        refused("Too many failed tries.", &[Refusal::throttled(600)]),
    ];
    vec![
        Operation {
            bodies: vec![(JSON, credentials, example)],
            needs_body: true,
            ..sign_in_operation(
                ("post", "/api/auth/sign-in/email", Place::SignIn),
                ["signIn", "Open a session by mail address and password"],
                own,
            )
        },
        Operation {
            security: ANY.to_vec(),
            ..sign_in_operation(
                ("get", "/api/auth/get-session", Place::Session),
                ["getSession", "The session that is open, or null"],
                vec![reply(
                    200,
                    "The session, or null.",
                    (or_null(shown), json!({ "session": session, "user": user })),
                )],
            )
        },
        Operation {
            security: ANY.to_vec(),
            ..sign_in_operation(
                ("post", "/api/auth/sign-out", Place::SignOut),
                ["signOut", "End the session that is open"],
                vec![ended, refused("A page of another site asks.", &[CROSS_SITE])],
            )
        },
    ]
}
