//! Cases as data: a request, and the answer that the contract wants. One file is told on one building from top to bottom,
//! on each store.
//!
//! `GOLDEN=write` fills in what a case does not say yet (status, headers, body), to be read and kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::db::Store;
use axum::body::Body;
use axum::http::Request;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{House, Seen};

/// A file of cases.
#[derive(Debug, Deserialize, Serialize)]
pub struct Cases {
    /// Identifiers by name, each a statement that gives one. A case writes `{name}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// What is told.
    pub cases: Vec<Case>,
}

/// A request and its answer.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows, with the numbers of the contract's items: `item 25: ...`.
    pub case: String,
    /// What is done to the store before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sql: Vec<String>,
    /// Method and target.
    pub request: String,
    /// Headers; the export key and [`REQUEST_ID`] without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, String>>,
    /// The body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<String>,
    /// The status wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Headers wanted; null for one that must not be there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answer: BTreeMap<String, Option<String>>,
    /// The body wanted, members in their order. A member `...` stands for any others; `~` for any value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Json>,
}

/// The id of requests that bring none of their own.
pub const REQUEST_ID: &str = "0c5e7a3b-4d21-4f6e-9a88-b1d2c3e4f506";

fn folder(dialect: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/rest/golden").join(dialect)
}

/// The files of a dialect.
pub fn files(dialect: &str) -> Vec<(PathBuf, Cases)> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder(dialect)).expect("the cases").map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a file");
        let cases = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, cases)
    };
    paths.into_iter().map(read).collect()
}

/// Tells all cases of a dialect on a store; panics with everything that was not as wanted.
pub async fn tell(kind: Store, dialect: &str) {
    let mut faults = Vec::new();
    let writes = std::env::var_os("GOLDEN").is_some();
    for (path, mut cases) in files(dialect) {
        let house = House::demonstrated(kind).await;
        let names = names(&house, &cases.names).await;
        for case in &mut cases.cases {
            for sql in &case.sql {
                house.meddle(&filled(sql, &names)).await;
            }
            let seen = house.send(request(case, &names)).await;
            if writes {
                complete(case, &seen);
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            faults
                .extend(check(case, &seen, &names).into_iter().map(|fault| format!("{name}: {}: {fault}", case.case)));
        }
        if writes {
            let text = serde_json::to_string_pretty(&cases).expect("JSON");
            std::fs::write(&path, format!("{text}\n")).expect("written");
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

async fn names(house: &House, statements: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut names = BTreeMap::from([
        ("key".to_owned(), house.key()),
        ("access".to_owned(), house.sign_in("mia.member").await),
        ("admin".to_owned(), house.sign_in("adam.admin").await),
    ]);
    for (name, sql) in statements {
        let found = house.ask(Kind::Uuid, sql).await;
        let uuid = found.first().and_then(audit_gateway::domain::cell::Cell::as_uuid);
        let uuid = uuid.unwrap_or_else(|| panic!("{name} names nothing"));
        names.insert(name.clone(), uuid.to_string());
        names.insert(format!("upper:{name}"), uuid.to_string().to_uppercase());
        names.insert(format!("token:{name}"), house.authority.api_key_token(uuid));
    }
    names
}

fn filled(text: &str, names: &BTreeMap<String, String>) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

fn request(case: &Case, names: &BTreeMap<String, String>) -> Request<Body> {
    let (method, target) = case.request.split_once(' ').expect("a method and a target");
    let mut request = Request::builder().method(method).uri(filled(target, names));
    let usual = [("authorization", "Bearer {key}"), ("x-request-id", REQUEST_ID)];
    let usual = || usual.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for (name, value) in case.headers.clone().unwrap_or_else(usual) {
        request = request.header(name, filled(&value, names));
    }
    request.body(Body::from(case.send.clone().unwrap_or_default())).expect("a request")
}

fn complete(case: &mut Case, seen: &Seen) {
    case.status.get_or_insert(seen.status);
    for name in ["link", "x-total-count", "www-authenticate", "allow", "etag", "location"] {
        let first = seen.headers.get(name).map(|value| value.to_str().expect("text").to_owned());
        let known = first.filter(|value| !value.contains("/graphiql?"));
        if known.is_some() && !case.answer.contains_key(name) {
            case.answer.insert(name.to_owned(), known);
        }
    }
    if case.body.is_none() && !seen.body.is_empty() {
        case.body = Some(seen.json());
    }
}

fn check(case: &Case, seen: &Seen, names: &BTreeMap<String, String>) -> Vec<String> {
    let mut faults = Vec::new();
    if case.status != Some(seen.status) {
        faults.push(format!("status {} in place of {:?}: {}", seen.status, case.status, seen.text()));
    }
    for (name, wanted) in &case.answer {
        let found = seen.headers.get(name).map(|value| value.to_str().expect("text").to_owned());
        let wanted = wanted.as_ref().map(|wanted| filled(wanted, names));
        if found != wanted {
            faults.push(format!("{name}: {found:?} in place of {wanted:?}"));
        }
    }
    match &case.body {
        None if seen.body.is_empty() => {}
        None => faults.push(format!("an unexpected body: {}", seen.text())),
        Some(_) if seen.body.is_empty() => faults.push("no body".to_owned()),
        Some(wanted) => compare(wanted, &seen.json(), "", names, &mut faults),
    }
    faults
}

/// Members in their order, values as they are.
fn compare(wanted: &Json, found: &Json, at: &str, names: &BTreeMap<String, String>, faults: &mut Vec<String>) {
    match (wanted, found) {
        (Json::String(any), _) if any == "~" => {}
        (Json::String(wanted), Json::String(found)) if filled(wanted, names) == *found => {}
        (Json::Array(wanted), Json::Array(found)) if wanted.len() == found.len() => {
            for (index, (wanted, found)) in wanted.iter().zip(found).enumerate() {
                compare(wanted, found, &format!("{at}[{index}]"), names, faults);
            }
        }
        (Json::Object(wanted), Json::Object(found)) => {
            let open = wanted.contains_key("...");
            let keys: Vec<&String> = wanted.keys().filter(|key| *key != "...").collect();
            let there: Vec<&String> = found.keys().filter(|key| !open || wanted.contains_key(*key)).collect();
            if keys != there {
                faults.push(format!("{at}: members {there:?} in place of {keys:?}"));
                return;
            }
            for key in keys {
                compare(&wanted[key], &found[key], &format!("{at}.{key}"), names, faults);
            }
        }
        (wanted, found) if wanted == found => {}
        (wanted, found) => faults.push(format!("{at}: {found} in place of {wanted}")),
    }
}
