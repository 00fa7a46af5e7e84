//! Templates, categories, people, reference data and statuses.

use std::sync::LazyLock;

use crate::rest::auditcomply::write::{BOOL, EMAIL, INSTANT, INT, OBJECT, TEXT, URI};
use crate::rest::kit::{Form, Many, Write};

/// S-Template.
pub static TEMPLATE: LazyLock<Form> = LazyLock::new(|| {
    Form::of("Template", "Template").value("name", &["name"], TEXT).value("id", &["legacyId"], INT).value(
        "version",
        &["edition"],
        INT,
    )
});

/// S-Category.
pub static CATEGORY: LazyLock<Form> =
    LazyLock::new(|| Form::of("Category", "Category").value("id", &["legacyId"], INT).maybe("label", &["label"], TEXT));

const IN_USE: Write =
    Write { schema: BOOL.schema, run: |out, cells| out.value(&(cells.first().as_str() == Some("ACTIVE"))) };

fn person(name: &'static str) -> Form {
    Form::of(name, "User")
        .value("id", &["legacyId"], INT)
        .value("username", &["username"], TEXT)
        .value("email", &["email"], EMAIL)
        .value("first_name", &["firstName"], TEXT)
        .value("last_name", &["lastName"], TEXT)
        .value("mobile", &["mobile"], TEXT)
        .maybe("position", &["position"], TEXT)
        .value("is_active", &["status"], IN_USE)
        .doc("Whether the account is in use.")
}

fn stamps(form: Form) -> Form {
    form.value("created_at", &["createdAt"], INSTANT).value("updated_at", &["updatedAt"], INSTANT)
}

/// S-Contact.
pub static CONTACT: LazyLock<Form> = LazyLock::new(|| stamps(person("Contact")));

/// S-User.
pub static USER: LazyLock<Form> = LazyLock::new(|| stamps(person("User").value("api_access", &["apiAccess"], BOOL)));

/// S-Datastore.
pub static DATASTORE: LazyLock<Form> = LazyLock::new(|| {
    Form::of("Datastore", "Datastore")
        .value("name", &["name"], TEXT)
        .value("id", &["legacyId"], INT)
        .value("version", &["edition"], INT)
        .value("metadata", &["metadata"], OBJECT)
});

const DATASTORE_LINK: Write = Write {
    schema: URI.schema,
    run: |out, cells| {
        let id = cells.first().as_int().unwrap_or_default();
        let address = format!("{}/datastores/{id}/", out.terms.base_url);
        out.text(&address);
    },
};

/// S-DatastoreInfo.
pub static DATASTORE_INFO: LazyLock<Form> = LazyLock::new(|| {
    Form::of("DatastoreInfo", "DatastoreInfo")
        .value("id", &["legacyId"], INT)
        .value("name", &["name"], TEXT)
        .maybe("current_datastore", &["currentDatastore.legacyId"], DATASTORE_LINK)
        .doc("Absolute address of the datastore in use.")
});

/// S-Status.
pub static STATUS: LazyLock<Form> = LazyLock::new(|| {
    stamps(
        Form::of("Status", "ObservationStatus")
            .value("id", &["legacyId"], INT)
            .value("name", &["name"], TEXT)
            .value("color", &["color"], TEXT)
            .value("compliant", &["compliant"], BOOL),
    )
});

/// S-StatusGroup.
pub static STATUS_GROUP: LazyLock<Form> = LazyLock::new(|| {
    Form::of("StatusGroup", "StatusGroup")
        .value("id", &["legacyId"], INT)
        .value("name", &["name"], TEXT)
        .value("state", &["state"], super::plan::EDITION_STATE)
        .value("version", &["edition"], INT)
        .many("obs_status_group", Many { relation: "statuses", order: &[], only: None, form: &STATUS })
});
