//! The OpenAPI document: what it says of requests is true.

use audit_gateway::domain::db::Store;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value as Json, json};

use crate::rest::schema::check;
use crate::rest::{House, PASSWORD, Seen};
use crate::store::on_both_stores;

on_both_stores!(
    item_49_every_body_that_the_description_gives_is_taken,
    item_24_an_empty_value_is_described_and_no_filter,
    item_3_an_address_that_is_none_has_no_methods,
    item_38_characters_that_are_refused_are_described,
);

const FORM: &str = "application/x-www-form-urlencoded";
const PARTS: &str = "multipart/form-data";

struct Office {
    house: House,
    document: Json,
    token: String,
}

impl Office {
    async fn open(kind: Store) -> Self {
        let house = House::demonstrated(kind).await;
        let document = house.get("/docs/auditcomply/openapi.json", "").await.json();
        let mut office = Self { house, document, token: String::new() };
        let sign_in = json!({ "username": "olivia.owner", "password": PASSWORD });
        let seen = office.send("POST", "/api-token-auth/", "application/json", sign_in.to_string()).await;
        office.token = seen.json()["token"].as_str().expect("a token").to_owned();
        office
    }

    async fn send(&self, method: &str, path: &str, media_type: &str, body: String) -> Seen {
        let request =
            Request::builder().method(method).uri(path).header("authorization", format!("JWT {}", self.token));
        let request = request.header("content-type", media_type);
        self.house.send(request.body(Body::from(body)).expect("a request")).await
    }
}

/// The media type to send, and the body in it.
fn written(media_type: &str, body: &Json) -> (String, String) {
    let fields = || {
        let fields = body.as_object().expect("an object").iter();
        fields.map(|(key, value)| (key, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
    };
    match media_type {
        FORM => {
            let mut written = form_urlencoded::Serializer::new(String::new());
            (FORM.to_owned(), written.extend_pairs(fields()).finish())
        }
        PARTS => {
            let part =
                |(key, value)| format!("--x\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n");
            (format!("{PARTS}; boundary=x"), fields().map(part).collect::<String>() + "--x--\r\n")
        }
        other => (other.to_owned(), body.to_string()),
    }
}

async fn item_49_every_body_that_the_description_gives_is_taken(kind: Store) {
    let office = Office::open(kind).await;
    let mut sent = 0;
    for (path, methods) in office.document["paths"].as_object().expect("paths") {
        let Some(operation) = methods.get("post") else { continue };
        let bodies = operation["requestBody"]["content"].as_object().expect("bodies");
        assert_eq!(bodies.len(), 3, "{path}");
        for (media_type, described) in bodies {
            let mut body = described["example"].clone();
            // What nobody else may have, or nobody can know beforehand.
            for (key, value) in [
                ("username", format!("person{sent}")),
                ("name", format!("Line {sent}")),
                ("password", PASSWORD.to_owned()),
                ("token", office.token.clone()),
            ] {
                if body.get(key).is_some() {
                    body[key] = value.into();
                }
            }
            if path == "/api-token-auth/" {
                body["username"] = "olivia.owner".into();
            }
            if path == "/contacts/" {
                body["email"] = format!("person{sent}@harbour-foods.example").into();
            }
            let (named, text) = written(media_type, &body);
            let seen = office.send("POST", path, &named, text).await;
            let meant = if path.starts_with("/api-token") { 200 } else { 201 };
            assert_eq!(seen.status, meant, "{path} as {named}: {body}\n{}", seen.text());
            sent += 1;
        }
        let mandatory = operation["requestBody"]["required"] == true;
        let seen = office.send("POST", path, "application/json", "{}".to_owned()).await;
        // An asset's profile may stand in the query; a category needs nothing.
        let may_be_empty = ["/asset/", "/categories/"].contains(&path.as_str());
        assert_eq!((mandatory, seen.status == 201), (!may_be_empty, path == "/categories/"), "{path}");
    }
    assert_eq!(sent, 33);
    let many = json!({ "schedules": [{ "template_id": 1, "who_id": 1, "asset_id": 1 }] });
    let seen = office.send("POST", "/schedules/", "application/json", many.to_string()).await;
    assert_eq!(seen.status, 201, "{}", seen.text());
    let seen =
        office.send("POST", "/schedules/", FORM, "schedules=1&template_id=1&who_id=1&asset_id=1".to_owned()).await;
    assert_eq!(seen.status, 400);
    let described = &office.document["paths"]["/schedules/"]["post"]["requestBody"]["content"];
    assert!(described["application/json"]["schema"]["anyOf"].is_array());
    assert_eq!(described[FORM]["schema"]["allOf"][0], json!({ "not": { "required": ["schedules"] } }));
}

async fn item_24_an_empty_value_is_described_and_no_filter(kind: Store) {
    let office = Office::open(kind).await;
    let mut asked = 0;
    for (path, methods) in office.document["paths"].as_object().expect("paths") {
        let parameters = methods["get"]["parameters"].as_array().into_iter().flatten();
        for parameter in parameters.filter(|parameter| parameter["in"] == "query" && parameter["name"] != "page") {
            let name = parameter["name"].as_str().expect("a name");
            let mut faults = Vec::new();
            check(&office.document, &parameter["schema"], &json!(""), name, &mut faults);
            assert!(faults.is_empty(), "{path} {faults:?}");
            let seen = office.send("GET", &format!("{path}?{name}="), "", String::new()).await;
            assert_eq!(seen.status, 200, "{path} {name}");
            asked += 1;
        }
    }
    assert_eq!(asked, 36 + 32 + 32 + 17 + 19);
}

async fn item_3_an_address_that_is_none_has_no_methods(kind: Store) {
    let office = Office::open(kind).await;
    for (path, allow) in [("/audits/0/", Some("GET, HEAD, OPTIONS")), ("/audits/0.5/", None), ("/audits/7.json", None)]
    {
        let seen = office.send("GET", path, "", String::new()).await;
        assert_eq!((seen.status, seen.header("allow").as_deref()), (404, allow), "{path}");
        assert_eq!(seen.header("vary").is_some(), allow.is_some(), "{path}");
    }
    for methods in office.document["paths"].as_object().expect("paths").values() {
        for operation in methods.as_object().expect("methods").values() {
            for (status, reply) in operation["responses"].as_object().expect("answers") {
                for name in ["Allow", "Vary"] {
                    assert_eq!(reply["headers"][name]["required"], status != "404", "{}", operation["operationId"]);
                }
            }
        }
    }
}

async fn item_38_characters_that_are_refused_are_described(kind: Store) {
    let office = Office::open(kind).await;
    let described =
        &office.document["paths"]["/audits/"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    let pattern = |member: &str| described["properties"][member]["pattern"].as_str().expect("a pattern").to_owned();
    let body = |changed: &[(&str, &str)]| {
        let mut body = json!({ "name": "A", "auditor": { "username": "olivia.owner" } });
        for (key, value) in changed {
            body[*key] = (*value).into();
        }
        body.to_string()
    };
    for (member, value, status) in [
        ("name", "a\u{1}b", 400),
        ("name", "a\u{85}b", 400),
        ("name", " ", 400),
        ("status", "", 201),
        ("notes", "a\nb\tc", 201),
        ("notes", "a\u{0}b", 400),
        ("notes", "a\u{b}b", 400),
    ] {
        let seen = office.send("POST", "/audits/", "application/json", body(&[(member, value)])).await;
        assert_eq!(seen.status, status, "{member} {value:?}: {}", seen.text());
    }
    assert!(pattern("name").contains(r"\u0000-\u001f\u007f-\u009f") && pattern("name").contains(r"[^\s"));
    assert!(pattern("status").contains(r"\u0000-\u001f") && !pattern("status").contains(r"\s"));
    assert!(pattern("notes").contains(r"\u000b\u000c\u000e-\u001f"));
    // The command says how long text may be where the interface does not.
    let longest = described["properties"]["notes"]["maxLength"].as_u64().expect("a length");
    let fits = |extra: usize| "é".repeat(usize::try_from(longest).expect("a length") + extra);
    for (extra, status) in [(0, 201), (1, 400)] {
        let seen = office.send("POST", "/audits/", "application/json", body(&[("notes", &fits(extra))])).await;
        assert_eq!(seen.status, status);
    }
}
