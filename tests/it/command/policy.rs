//! The policy, cell by cell: every mutation and every subscription by role and by what an API key is limited to (issue
//! 3, item 3 and acceptance 7). The table is written out here, so that a command nobody has decided about fails.

use std::collections::BTreeSet;

use audit_gateway::domain::changes::Changes;
use audit_gateway::domain::command::{Act, acts};
use audit_gateway::domain::cx::{Caller, Cx, Proof, Role, Surface, new_uuid};
use audit_gateway::domain::db::Store;
use audit_gateway::domain::identity::{NewSession, open_session};
use audit_gateway::graphql::{Begun, Request};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

use super::refused::{EVENTS, input};
use super::{House, document};
use crate::fixture::clock;
use crate::live::listening;
use crate::store::on_both_stores;

on_both_stores!(
    the_table_names_everything_that_can_be_done,
    every_mutation_is_allowed_to_whom_the_table_says_and_to_nobody_else,
    every_subscription_is_allowed_to_whom_the_table_says_and_to_nobody_else,
    a_key_for_other_things_reads_nothing,
);

/// What every member may do, about their own work or on record by record rules.
const MEMBER: &str = "
    updateUser createOrganization createApiKey updateApiKey revokeApiKey showApiToken
    createItem updateItem deleteItem createLayout updateLayout deleteLayout
    createStockLevel updateStockLevel deleteStockLevel
    createProgram updateProgram deleteProgram startProgram completeProgram
    createSchedule updateSchedule deleteSchedule createSchedules completeSchedule
    createAudit updateAudit startAudit submitAudit requestRecount markReadyToClose closeAudit reopenAudit cancelAudit
    createActivity updateActivity deleteActivity answerActivity createCountTask deleteCountTask recordCount
    createIssue updateIssue deleteIssue assignIssue openIssue startIssue submitIssue approveIssue rejectIssue reopenIssue
    createComment updateComment deleteComment
    createActionPlan updateActionPlan deleteActionPlan createIdea updateIdea deleteIdea
";

/// What takes an administrator: people, settings, what is audited, and what cannot be taken back.
const ADMIN: &str = "
    updateOrganization createUser archiveUser unarchiveUser createMembership updateMembership deleteMembership
    grantApiAccess withdrawApiAccess
    createOrgUnit updateOrgUnit deleteOrgUnit createWorker updateWorker deleteWorker archiveWorker unarchiveWorker
    createAsset updateAsset deleteAsset archiveAsset unarchiveAsset moveAsset
    createAssetProfile updateAssetProfile deleteAssetProfile createAuditArea updateAuditArea deleteAuditArea
    createStandard updateStandard deleteStandard
    createConformanceLevel updateConformanceLevel deleteConformanceLevel
    createCategory updateCategory deleteCategory createTemplate updateTemplate deleteTemplate
    createStatusGroup updateStatusGroup deleteStatusGroup
    createObservationStatus updateObservationStatus deleteObservationStatus
    createDatastoreInfo updateDatastoreInfo deleteDatastoreInfo
    createReasonCode updateReasonCode deleteReasonCode
    createProgramTemplate updateProgramTemplate deleteProgramTemplate
    deleteAudit recordAcquisitionEvents
";

/// What is about the session itself: open to whoever has what it asks for.
const SESSION: &str = "login refreshToken logout";

const SUBSCRIPTIONS: &[(&str, &str)] = &[
    ("changes", "subscription { changes { sequence } }"),
    ("auditChanged", "subscription { auditChanged(id: \"audit\") { event { sequence } } }"),
    ("issueChanged", "subscription { issueChanged { event { sequence } } }"),
];

/// The scope of a key with scopes that may change something through GraphQL.
const WRITE: &str = "graphql:write";

/// The scope of a key with scopes that may read everything through GraphQL, and change nothing.
const READ: &str = "graphql:read";

/// The scope that such a key needs for events of acquisition records, wherever it brings them.
const POST_EVENTS: &str = "acquisition.events.post";

fn scope(act: &Act) -> &'static str {
    match act.name {
        "recordAcquisitionEvents" => POST_EVENTS,
        // A key that is limited must not get hold of one that is not.
        "createApiKey" | "showApiToken" => "api_keys:manage",
        _ => WRITE,
    }
}

pub fn least_role(act: &Act) -> Role {
    let is_in = |list: &str| list.split_whitespace().any(|name| name == act.name);
    match (is_in(MEMBER), is_in(ADMIN)) {
        (true, false) => Role::Member,
        (false, true) => Role::Admin,
        _ => panic!("{} must stand once in the table", act.name),
    }
}

/// Someone, and what they came with.
struct Person {
    what: String,
    caller: Option<Caller>,
    scopes: &'static [&'static str],
}

impl Person {
    /// The code that this person is refused with.
    fn refusal(&self, act: &Act) -> Option<&'static str> {
        let Some(caller) = &self.caller else { return Some("UNAUTHENTICATED") };
        let is_out_of_scope = !self.scopes.is_empty() && !self.scopes.contains(&scope(act));
        (is_out_of_scope || caller.role < least_role(act)).then_some("FORBIDDEN")
    }

    /// The code that this person is refused with when they read.
    fn refusal_to_read(&self) -> Option<&'static str> {
        let may = self.scopes.is_empty() || self.scopes.iter().any(|scope| [READ, WRITE].contains(scope));
        if self.caller.is_none() { Some("UNAUTHENTICATED") } else { (!may).then_some("FORBIDDEN") }
    }
}

/// A session and a key of somebody, as the store knows them.
async fn proofs(house: &House, username: &str) -> (Proof, i64) {
    let mut caller = house.person(username).clone();
    let proof = Proof::Token { generation: 0, family: new_uuid() };
    caller.proof = proof.clone();
    let user_id = caller.user_id;
    let now = clock().now();
    let never = now + TimeDelta::days(30);
    let session =
        NewSession { caller, token_hash: new_uuid().to_string(), expires_at: never, absolute_expires_at: never };
    let cx = Cx::new(house.db.clone(), None, now, Surface::Graphql);
    assert!(open_session(&cx, session).await.expect("a session"));
    house.make(username, "createApiKey", json!({ "label": "policy" }), "token").await;
    let key = house.number(&format!("SELECT max(id) FROM api_key WHERE user_id = {user_id}")).await;
    (proof, key)
}

/// Everybody: each role with each proof, and a stranger.
async fn everybody(house: &House) -> Vec<Person> {
    let kinds: [(&str, &'static [&'static str]); 8] = [
        ("token", &[]),
        ("key without scopes", &[]),
        ("key to write", &[WRITE]),
        ("key to read", &[READ]),
        ("key for more", &["packagex:read", WRITE]),
        ("key for events", &[POST_EVENTS]),
        ("key for keys", &["api_keys:manage"]),
        ("key for other things", &["action_audit:read", "packagex:write", "graphql:writes", "graphql"]),
    ];
    let mut everybody = vec![Person { what: "stranger".to_owned(), caller: None, scopes: &[] }];
    for username in ["mia.member", "adam.admin", "olivia.owner"] {
        let (session, key_id) = proofs(house, username).await;
        for (what, scopes) in kinds {
            let mut caller = house.person(username).clone();
            caller.proof = match what {
                "token" => session.clone(),
                _ => Proof::ApiKey { key_id, scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect() },
            };
            everybody.push(Person { what: format!("{username}, {what}"), caller: Some(caller), scopes });
        }
    }
    everybody
}

async fn the_table_names_everything_that_can_be_done(kind: Store) {
    let house = House::open(kind).await;
    let query = "{ __schema { mutationType { fields { name } } subscriptionType { fields { name } } } }";
    let schema = house.read("olivia.owner", query, json!({})).await["__schema"].clone();
    let names = |kind: &str| -> BTreeSet<String> {
        let fields = schema[kind]["fields"].as_array().expect("fields").iter();
        fields.map(|field| field["name"].as_str().expect("a name").to_owned()).collect()
    };
    let listed: Vec<&str> = [MEMBER, ADMIN, SESSION].iter().flat_map(|list| list.split_whitespace()).collect();
    let once: BTreeSet<String> = listed.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(once.len(), listed.len(), "nothing stands twice");
    assert_eq!(names("mutationType"), once);
    let known: BTreeSet<String> = SUBSCRIPTIONS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("subscriptionType"), known);
    assert_eq!(acts().len() + SESSION.split_whitespace().count(), listed.len());
}

fn code(body: &Json) -> Option<&str> {
    body["errors"][0]["extensions"]["code"].as_str()
}

async fn every_mutation_is_allowed_to_whom_the_table_says_and_to_nobody_else(kind: Store) {
    let house = House::open(kind).await;
    let everybody = everybody(&house).await;
    let (mut refused, mut allowed, mut wrong) = (0, 0, Vec::new());
    // Those who are refused come first: nothing may have happened then.
    for expects_refusal in [true, false] {
        let before = house.number(EVENTS).await;
        for act in acts() {
            for person in everybody.iter().filter(|person| person.refusal(act).is_some() == expects_refusal) {
                let variables = json!({ "input": input(act) });
                let body = house.run(person.caller.clone(), &document(act.name, ""), variables).await;
                let is_right = match person.refusal(act) {
                    Some(refusal) => code(&body) == Some(refusal),
                    // Carried out, or refused for what it says.
                    None => matches!(code(&body), None | Some("NOT_FOUND" | "CONFLICT")),
                };
                if !is_right {
                    wrong.push(format!("{} by {}: {body}", act.name, person.what));
                }
                *(if expects_refusal { &mut refused } else { &mut allowed }) += 1;
            }
        }
        if expects_refusal {
            assert_eq!(house.number(EVENTS).await, before, "a refusal changes nothing");
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(refused > 500 && allowed > 500, "{refused} refused, {allowed} allowed");
}

async fn begins(house: &House, changes: &Changes, caller: Option<Caller>, query: &str) -> Option<String> {
    let cx = Cx::new(house.db.clone(), caller, clock().now(), Surface::Graphql);
    let request = Request { query: query.to_owned(), ..Request::default() };
    match house.service.begin(cx, changes, request).await {
        Begun::Live(_) => None,
        Begun::Answered(answer) => {
            let body: Json = serde_json::from_slice(&answer.body).expect("JSON");
            Some(code(&body).unwrap_or_else(|| panic!("{query}: {body}")).to_owned())
        }
    }
}

async fn every_subscription_is_allowed_to_whom_the_table_says_and_to_nobody_else(kind: Store) {
    let house = House::open(kind).await;
    let changes = listening(&house.db);
    let audit = house.read("olivia.owner", "{ audits(first: 1) { nodes { id } } }", json!({})).await;
    let audit = audit["audits"]["nodes"][0]["id"].as_str().expect("an audit").to_owned();
    for (name, query) in SUBSCRIPTIONS {
        let query = query.replace("\"audit\"", &format!("\"{audit}\""));
        for person in everybody(&house).await {
            let refusal = begins(&house, &changes, person.caller.clone(), &query).await;
            assert_eq!(refusal.as_deref(), person.refusal_to_read(), "{name} by {}", person.what);
        }
    }
}

async fn a_key_for_other_things_reads_nothing(kind: Store) {
    let house = House::open(kind).await;
    for person in everybody(&house).await {
        for query in ["{ audits(first: 1) { totalCount } }", "{ viewer { user { id } } }", "{ node(id: \"x\") { id } }"]
        {
            let body = house.run(person.caller.clone(), query, json!({})).await;
            let refusal = code(&body).filter(|code| *code != "NOT_FOUND" && *code != "BAD_USER_INPUT");
            assert_eq!(refusal, person.refusal_to_read(), "{query} by {}: {body}", person.what);
            assert!(refusal.is_none() || body.get("data").is_none(), "{body}");
        }
    }
}
