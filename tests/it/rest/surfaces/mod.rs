//! All six surfaces over one store: what one writes, every other shows, in its own words.

mod parity;
mod states;
mod written;

use std::collections::BTreeMap;

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::db::Store;
use audit_gateway::rest::packagex::ident;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::folio::{KEYS, collection};
use super::{House, PASSWORD, Seen};

/// The surfaces that show audits, as the columns of [`WORDS`].
pub const SURFACES: [&str; 5] = ["graphql", "auditcomply", "action_audit", "ablebase", "packagex"];

/// Each state of an audit in the words of each surface.
pub const WORDS: [[&str; 5]; 8] = [
    ["CREATED", "INPROGRESS", "planned", "in_progress", "created"],
    ["IN_PROGRESS", "INPROGRESS", "executing", "in_progress", "processing"],
    ["GENERATING", "GENERATING", "executing", "in_progress", "processing"],
    ["IN_REVIEW", "INREVIEW", "in_review", "in_progress", "in_review"],
    ["RECOUNT", "INPROGRESS", "executing", "in_progress", "recount"],
    ["READY_TO_CLOSE", "READYTOCLOSE", "in_review", "in_progress", "in_review"],
    ["CLOSED", "CLOSED", "executed", "completed", "approved"],
    ["CANCELED", "CLOSED", "rejected", "completed", "canceled"],
];

/// A surface's word for a state.
pub fn word(surface: &str, state: &str) -> &'static str {
    let column = SURFACES.iter().position(|known| *known == surface).expect("a surface");
    WORDS.iter().find(|row| row[0] == state).unwrap_or_else(|| panic!("{state} is no state"))[column]
}

/// The surfaces that show an audit of an asset of a kind; none where it is of no asset.
pub fn seeing(kind: Option<&str>) -> Vec<&'static str> {
    let all = SURFACES.into_iter();
    all.filter(|surface| match *surface {
        "ablebase" => kind == Some("PRODUCT"),
        "packagex" => kind == Some("LOCATION"),
        _ => true,
    })
    .collect()
}

/// What of an audit any surface shows.
const AUDIT: &str = "id uuid legacyId number assetSequence name title description type auditType layer startDate \
    dueDate finishDate floatingDates correctivePlanStartDate correctivePlanDueDate startedAt completedAt publishedAt \
    closedAt completeBy finishedAt state status statusColor priority compliant closeAuditEnabled statusChangedOnClose \
    scoreMain scoreAlternative auditThreshold auditResult reportUrl signatureUrl signaturePrint signaturePosition \
    additionalSignatureUrl additionalSignaturePrint additionalSignaturePosition closedBySignatureUrl closingNotes notes \
    feedback device latitude longitude metadata updateInventory overdue timeProgress workProgress nonconformanceCount \
    createdAt updatedAt standard { slug } conformanceLevel { code } template { tags } closedBy { legacyId } \
    auditor { uuid legacyId username name email mobile createdAt updatedAt } creator { uuid } createdByKey { uuid } \
    updatedByKey { uuid } updatedByUser { uuid } asset { uuid legacyId name slug kind createdAt updatedAt } \
    activities(first: 19, orderBy: [{field: ORDER, direction: ASC}]) { nodes { legacyId subject requirementIdentifier \
        customResponses observation recommendation responses startedAt finishedAt observationStatus { name } \
        issues(first: 9, orderBy: [{field: LEGACY_ID, direction: ASC}], filter: {kind: {eq: NONCONFORMANCE}}) { nodes { \
            legacyId status overdue title completeBy approvedDate createdAt assignee { legacyId } \
            assignedBy { legacyId } approvedBy { legacyId } } } } } \
    countTasks(first: 19, orderBy: [{field: LEGACY_ID, direction: ASC}]) { nodes { uuid item { uuid } layout { uuid } \
        totalQty countedQty discrepancy reasonCode { uuid } createdAt updatedAt } }";

/// The lists of surfaces, by their names.
pub type Lists = BTreeMap<&'static str, Vec<Json>>;

/// A building, with one person's ways into each of its doors.
pub struct Town {
    /// The building.
    pub house: House,
    /// The organization's identifier.
    pub organization: Uuid,
    bearer: String,
    jwt: String,
    scanner: String,
}

impl Town {
    /// Opens its doors.
    pub async fn open(kind: Store) -> Self {
        let house = House::demonstrated(kind).await;
        let identifier = async |sql: &str| {
            let cells = house.ask(Kind::Uuid, sql).await;
            cells.first().and_then(Cell::as_uuid).expect("an identifier")
        };
        let organization = identifier("SELECT uuid FROM organization WHERE slug = 'harbour-foods'").await;
        let scanner = identifier("SELECT uuid FROM api_key WHERE purpose = 'GENERAL' AND revoked_at IS NULL").await;
        let (scanner, bearer) = (house.authority.api_key_token(scanner), house.sign_in("adam.admin").await);
        let mut town = Self { house, organization, bearer, jwt: String::new(), scanner };
        let body = json!({ "username": "adam.admin", "password": PASSWORD });
        let told = town.send("auditcomply", "POST", "/api-token-auth/", Some(body)).await;
        town.jwt = told.json()["token"].as_str().unwrap_or_else(|| panic!("{}", told.text())).to_owned();
        town
    }

    /// Sends a request to a surface, with what it takes as proof.
    pub async fn send(&self, surface: &str, method: &str, path: &str, body: Option<Json>) -> Seen {
        let request = Request::builder().method(method).uri(path).header("host", "gw.example");
        let request = match surface {
            "graphql" | "ablebase" => request.header("authorization", format!("Bearer {}", self.bearer)),
            "auditcomply" if self.jwt.is_empty() => request,
            "auditcomply" => request.header("authorization", format!("JWT {}", self.jwt)),
            "action_audit" => request.header("authorization", format!("Bearer {}", self.house.key())),
            "packagex" => request.header("px-api-key", &self.scanner),
            "folio" => request.header("x-okapi-tenant", "harbour-foods").header("x-okapi-token", &self.bearer),
            _ => panic!("{surface} is no surface"),
        };
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.house.send(request.expect("a request")).await
    }

    /// What a surface answers to a request that it carries out.
    pub async fn done(&self, surface: &str, method: &str, path: &str, body: Option<Json>) -> Json {
        let seen = self.send(surface, method, path, body).await;
        assert!((200..300).contains(&seen.status), "{method} {path}: {} {}", seen.status, seen.text());
        seen.json()
    }

    /// The data of a GraphQL document.
    pub async fn graphql(&self, query: &str, variables: Json) -> Json {
        let body = json!({ "query": query, "variables": variables });
        let answer = self.done("graphql", "POST", "/graphql", Some(body)).await;
        assert_eq!(answer.get("errors"), None, "{query}\n{answer}");
        answer["data"].clone()
    }

    /// Runs a mutation; gives what is selected of what it did.
    pub async fn make(&self, mutation: &str, input: Json, selection: &str) -> Json {
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ done: {mutation}(input: $input) {{ {selection} userErrors {{ message }} }} }}"
        );
        let done = self.graphql(&query, json!({ "input": input })).await["done"].clone();
        assert_eq!(done["userErrors"], json!([]), "{mutation} {input}");
        done
    }

    /// An asset made by GraphQL.
    pub async fn asset(&self, kind: &str, slug: &str) -> Json {
        let input = json!({ "name": slug, "slug": slug, "kind": kind });
        self.make("createAsset", input, "asset { id uuid legacyId slug kind }").await["asset"].clone()
    }

    /// Something to count at a location: the books say ten.
    pub async fn stock(&self, location: &Json) {
        let items = self.graphql("{ items(first: 1) { nodes { id } } }", json!({})).await;
        let shelf = json!({ "name": "Shelf", "locationId": location["id"] });
        let shelf = self.make("createLayout", shelf, "layout { id }").await;
        let (item, layout) = (&items["items"]["nodes"][0]["id"], &shelf["layout"]["id"]);
        let input = json!({ "locationId": location["id"], "itemId": item, "layoutId": layout, "availableQty": "10" });
        self.make("createStockLevel", input, "").await;
    }

    /// An audit of GraphQL, by how a surface calls it.
    pub async fn audit(&self, surface: &str, row: &Json) -> Json {
        let name = name_of(surface, row);
        let filter = match surface {
            "auditcomply" => json!({ "legacyId": { "eq": name } }),
            "packagex" => {
                let uuid = ident::read(ident::AUDIT, name.as_str().expect("a name")).expect("an identifier");
                json!({ "uuid": { "eq": uuid } })
            }
            _ => json!({ "uuid": { "eq": name } }),
        };
        let found = self.audits(filter, "{field: LEGACY_ID, direction: ASC}").await;
        assert_eq!(found.len(), 1, "{row}");
        found[0].clone()
    }

    /// All audits that GraphQL has by a filter and an order.
    pub async fn audits(&self, filter: Json, order: &str) -> Vec<Json> {
        let query = format!(
            "query($filter: AuditFilter, $after: String) {{ audits(first: 20, after: $after, filter: $filter, orderBy: [{order}]) \
             {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {AUDIT} }} }} }}"
        );
        let (mut all, mut after) = (Vec::new(), Json::Null);
        loop {
            let variables = json!({ "filter": filter, "after": after });
            let page = self.graphql(&query, variables).await["audits"].clone();
            all.extend(page["nodes"].as_array().expect("nodes").iter().cloned());
            if page["pageInfo"]["hasNextPage"] != true {
                return all;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    /// The list of audits of a surface, whole, in the order asked for by `query`.
    pub async fn list(&self, surface: &str, query: &str) -> Vec<Json> {
        let (path, member) = match surface {
            "auditcomply" => (format!("/audits/?page_size=100{query}"), "results"),
            "action_audit" => (format!("/xapi/v1/audits.json?limit=1000{query}"), "data"),
            "ablebase" => (format!("/v1/organizations/{}/audits", self.organization), "audits"),
            "packagex" => (format!("/v1/audits?limit=100{query}"), "data"),
            _ => panic!("{surface} has no list of this kind"),
        };
        let mut all = Vec::new();
        for page in 1.. {
            // The first page has no number: not every surface has pages.
            let path = if page == 1 { path.clone() } else { format!("{path}&page={page}") };
            let answer = self.done(surface, "GET", &path, None).await;
            all.extend(answer[member].as_array().expect("rows").iter().cloned());
            let more = match surface {
                "auditcomply" => !answer["next"].is_null(),
                "packagex" => all.len() < answer["pagination"]["total_count"].as_u64().expect("a total") as usize,
                _ => false,
            };
            if !more {
                break;
            }
        }
        all
    }

    /// The lists of all documented surfaces as they now are.
    pub async fn lists(&self) -> Lists {
        let mut lists = Lists::new();
        for surface in &SURFACES[1..] {
            lists.insert(surface, self.list(surface, "").await);
        }
        lists
    }

    /// An audit as a surface has it in its list and by itself; none where it has it in neither.
    pub async fn sight(&self, lists: &Lists, surface: &str, node: &Json) -> Option<[Json; 2]> {
        let mine = |row: &Json| name_of(surface, row) == name_of_node(surface, node);
        let listed: Vec<&Json> = lists.get(surface).into_iter().flatten().filter(|row| mine(row)).collect();
        let text = |value: &Json| value.as_str().unwrap_or("none").to_owned();
        let path = match surface {
            "auditcomply" => format!("/audits/{}/", node["legacyId"]),
            "action_audit" => format!("/xapi/v1/audits/{}.json", text(&node["uuid"])),
            "ablebase" => format!(
                "/v1/organizations/{}/products/{}/audits/{}",
                self.organization,
                text(&node["asset"]["slug"]),
                node["assetSequence"].as_i64().unwrap_or(1)
            ),
            "packagex" => format!("/v1/audits/{}", text(&name_of_node(surface, node))),
            _ => {
                let query = format!("query($id: ID!) {{ audit(id: $id) {{ {AUDIT} }} }}");
                let record = self.graphql(&query, json!({ "id": node["id"] })).await["audit"].clone();
                return Some([self.audit(surface, &record).await, record]);
            }
        };
        let seen = self.send(surface, "GET", &path, None).await;
        if listed.is_empty() {
            assert_eq!(seen.status, 404, "{surface} {path}: {}", seen.text());
            return None;
        }
        assert_eq!((listed.len(), seen.status), (1, 200), "{surface} {path}: {}", seen.text());
        let record = match surface {
            "action_audit" | "packagex" => seen.json()["data"].clone(),
            "ablebase" => seen.json()["audit"].clone(),
            _ => seen.json(),
        };
        assert!(mine(&record), "{surface}: {record}");
        Some([listed[0].clone(), record])
    }

    /// The sixth surface has events of acquisition records alone: of an audit it knows nothing.
    pub async fn folio_knows_nothing_of(&self, uuid: &Json) {
        let uuid = uuid.as_str().expect("an identifier");
        let paths = KEYS.iter().map(|(kind, ..)| (*kind, format!("{kind}/{uuid}")));
        for (kind, path) in paths.chain([("piece", format!("piece/{uuid}/status-change-history"))]) {
            let told = self.done("folio", "GET", &format!("/audit-data/acquisition/{path}"), None).await;
            assert_eq!(told, json!({ collection(kind): [], "totalItems": 0 }), "{path}");
        }
    }
}

/// What a surface calls the audit of a row.
pub fn name_of(surface: &str, row: &Json) -> Json {
    row[match surface {
        "graphql" | "action_audit" => "uuid",
        _ => "id",
    }]
    .clone()
}

/// What a surface calls an audit of GraphQL.
pub fn name_of_node(surface: &str, node: &Json) -> Json {
    match surface {
        "auditcomply" => node["legacyId"].clone(),
        "packagex" => {
            let uuid = node["uuid"].as_str().and_then(|text| text.parse().ok()).expect("an identifier");
            ident::write(ident::AUDIT, uuid).into()
        }
        _ => node["uuid"].clone(),
    }
}

/// The word of a row for the state of its audit.
pub fn state_of(surface: &str, row: &Json) -> String {
    let key = match surface {
        "graphql" | "auditcomply" => "state",
        "action_audit" => "stage",
        _ => "status",
    };
    row[key].as_str().expect("a state").to_owned()
}
