//! What each creation takes (contract auditcomply 2.8).

use crate::rest::auditcomply::form::{ASSET_KINDS, DEVICES, PROGRAM_STATES};
use crate::rest::auditcomply::json::Value;
use crate::rest::auditcomply::member::{Checked, Kind, Member, check_object, member, string, text};
use crate::rest::auditcomply::reference::Target;
use crate::rest::auditcomply::resource::{active, all, audit_templates, people, unarchived};

/// How one resource is made.
#[derive(Debug)]
pub struct Recipe {
    /// First segment of its addresses.
    pub segment: &'static str,
    /// The command.
    pub act: &'static str,
    /// What it takes.
    pub members: &'static [Member],
    /// The member that no two records share, and what is said where it is taken.
    pub unique: Option<(&'static str, &'static str)>,
    /// Completes what was checked.
    pub complete: fn(&mut Checked),
}

static PEOPLE: Target = Target { noun: "User", rows: people, names: ["username", "email"], path: "users" };
static ASSETS: Target = Target { noun: "Asset", rows: unarchived, names: ["name", "kind"], path: "asset" };
static TEMPLATES: Target =
    Target { noun: "Template", rows: audit_templates, names: ["name", "edition"], path: "templates" };
static PROGRAM_TEMPLATES: Target =
    Target { noun: "ProgramTemplate", rows: all, names: ["name", "edition"], path: "program_templates" };
static DATASTORES: Target = Target { noun: "Datastore", rows: all, names: ["name", "edition"], path: "datastores" };
/// Profiles that an asset may have.
pub static PROFILES: Target =
    Target { noun: "AssetProfile", rows: active, names: ["name", "profileFields"], path: "asset_profiles" };

const AUDIT_STATES: Kind = Kind::Choice(&[
    ("INPROGRESS", "CREATED"),
    ("GENERATING", "GENERATING"),
    ("INREVIEW", "IN_REVIEW"),
    ("READYTOCLOSE", "READY_TO_CLOSE"),
    ("CLOSED", "CLOSED"),
]);

/// What is late is not stored: it follows from the day.
const SCHEDULED: Kind = Kind::Choice(&[
    ("PENDING", "PENDING"),
    ("INPROGRESS", "INPROGRESS"),
    ("COMPLETED", "COMPLETED"),
    ("CLOSED", "CLOSED"),
    ("OVERDUE", "PENDING"),
]);

const fn uri(key: &'static str, entry: &'static str) -> Member {
    member(key, entry, Kind::Uri(1_000)).nullable()
}

const fn instant(key: &'static str, entry: &'static str) -> Member {
    member(key, entry, Kind::Instant)
}

const fn boolean(key: &'static str, entry: &'static str) -> Member {
    member(key, entry, Kind::Boolean)
}

const AUDIT: &[Member] = &[
    string("name", "name", 255).required(),
    string("status", "status", 255).blank(),
    string("additional_signature_print", "additionalSignaturePrint", 255).blank().nullable(),
    string("additional_signature_position", "additionalSignaturePosition", 255).blank().nullable(),
    uri("signature", "signatureUrl"),
    boolean("close_audit_enabled", "closeAuditEnabled"),
    member("latitude", "latitude", Kind::Double).nullable(),
    string("signature_position", "signaturePosition", 255).blank().nullable(),
    uri("report", "reportUrl"),
    instant("closed_at", "closedAt").nullable(),
    text("closed_notes", "closingNotes").blank().nullable(),
    uri("closed_by_signature", "closedBySignatureUrl"),
    string("status_color", "statusColor", 25).blank(),
    instant("completed_at", "completedAt"),
    instant("created_at", "createdAt"),
    member("state", "state", AUDIT_STATES),
    member("longitude", "longitude", Kind::Double).nullable(),
    string("signature_print", "signaturePrint", 255).blank().nullable(),
    uri("additional_signature", "additionalSignatureUrl"),
    boolean("compliant", "compliant"),
    boolean("status_changed_on_close", "statusChangedOnClose"),
    member("device", "device", Kind::Words(DEVICES)).blank().nullable(),
    instant("published", "publishedAt").nullable(),
    text("notes", "notes").blank(),
    member("auditor", "auditorId", Kind::Nested(&PEOPLE)).required(),
    member("asset_id", "assetId", Kind::Id(&ASSETS)).nullable(),
    member("template_id", "templateId", Kind::Id(&TEMPLATES)).nullable(),
];

const CONTACT: &[Member] = &[
    member("email", "email", Kind::Email(254)).required(),
    member("username", "username", Kind::Username(150)),
    string("first_name", "firstName", 150).blank(),
    string("last_name", "lastName", 150).blank(),
    string("mobile", "mobile", 50).blank(),
    string("position", "position", 255).blank().nullable(),
];

const USER: &[Member] = &[
    member("username", "username", Kind::Username(150)).required(),
    member("email", "email", Kind::Email(254)).required(),
    member("password", "password", Kind::Password(128)).required().verbatim(),
    string("first_name", "firstName", 150).blank(),
    string("last_name", "lastName", 150).blank(),
    string("mobile", "mobile", 50).blank(),
    string("position", "position", 255).blank().nullable(),
];

const PROGRAM: &[Member] = &[
    string("name", "name", 255).required(),
    instant("completed_at", "completedAt").nullable(),
    member("asset", "assetId", Kind::Either(&ASSETS, "asset_id")).required(),
    member("lead_auditor", "leadAuditorId", Kind::Either(&PEOPLE, "lead_auditor_id")).required(),
    instant("start_date", "startDate"),
    boolean("started", "started"),
    member("status", "status", Kind::Words(PROGRAM_STATES)),
    member("program_template_id", "programTemplateId", Kind::Id(&PROGRAM_TEMPLATES)).nullable(),
];

const SCHEDULE: &[Member] = &[
    member("template", "templateId", Kind::Either(&TEMPLATES, "template_id")).required(),
    instant("when", "when"),
    member("status", "status", SCHEDULED),
    member("who", "whoId", Kind::Either(&PEOPLE, "who_id")).required(),
    member("asset", "assetId", Kind::Either(&ASSETS, "asset_id")).required(),
];

/// Members of an asset beside its profile and the profile's fields.
const ASSET: &[Member] = &[
    string("name", "name", 255),
    member("kind", "kind", Kind::Words(ASSET_KINDS)),
    text("description", "description").blank(),
    member("parent_id", "parentId", Kind::Id(&ASSETS)).nullable(),
];

const STATUS: &[Member] =
    &[string("name", "name", 255).required(), string("color", "color", 25).blank(), boolean("compliant", "compliant")];

const DATASTORE_INFO: &[Member] = &[
    string("name", "name", 255).required(),
    member("current_datastore", "currentDatastoreId", Kind::Link(&DATASTORES)).nullable(),
];

const NAME_TAKEN: &str = "A user with that username already exists.";

fn as_it_is(_: &mut Checked) {}

/// A contact without a name is called by the mail address.
fn named_by_mail(checked: &mut Checked) {
    if checked.given.iter().any(|(member, _)| member.key == "username") || checked.faults.contains_key("username") {
        return;
    }
    let Some(member) = CONTACT.iter().find(|member| member.key == "username") else { return };
    if let Some(email) = checked.text("email").map(|email| Value::Text(email.to_owned())) {
        let named = check_object(&[*member], &Value::Object(vec![(member.key.to_owned(), email)]), false);
        checked.given.extend(named.given);
        checked.faults.extend(named.faults);
    }
}

const fn recipe(segment: &'static str, act: &'static str, members: &'static [Member]) -> Recipe {
    Recipe { segment, act, members, unique: None, complete: as_it_is }
}

/// Every creation.
pub static MAKINGS: [Recipe; 9] = [
    recipe("asset", "createAsset", ASSET),
    recipe("audits", "recordAudit", AUDIT),
    recipe("categories", "createCategory", &[text("label", "label").nullable()]),
    Recipe {
        unique: Some(("username", NAME_TAKEN)),
        complete: named_by_mail,
        ..recipe("contacts", "recordContact", CONTACT)
    },
    recipe("datastoresinfo", "createDatastoreInfo", DATASTORE_INFO),
    recipe("programs", "recordProgram", PROGRAM),
    recipe("schedules", "recordSchedules", SCHEDULE),
    Recipe {
        unique: Some(("name", "observation status with this name already exists.")),
        ..recipe("statuses", "createObservationStatus", STATUS)
    },
    Recipe { unique: Some(("username", NAME_TAKEN)), ..recipe("users", "createUser", USER) },
];
