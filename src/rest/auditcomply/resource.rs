//! What there is: each resource with its rows, their form and order, its filters and what can be made of it (contract
//! auditcomply 2.1 to 2.3).

use std::sync::LazyLock;

use super::filter::{self, Filter};
use super::form;
use super::native::Queries;
use crate::domain::ask::{Expr, Test, named_order};
use crate::domain::cell::Cell;
use crate::domain::cx::Cx;
use crate::domain::describe::Noun;
use crate::domain::error::{Error, Result};
use crate::rest::kit::{Form, Shape, at};

/// One resource.
pub struct Resource {
    /// First segment of its addresses.
    pub segment: &'static str,
    /// Its name in the answer to OPTIONS.
    pub title: &'static str,
    /// What the operations are called: the list and the record.
    pub reads: [&'static str; 2],
    /// What making one is called; who may, the command says.
    pub create: Option<&'static str>,
    /// What removing one is called.
    pub destroy: Option<&'static str>,
    /// The form of a record.
    pub form: &'static LazyLock<Form>,
    /// Which rows it has.
    pub rows: fn(&Noun) -> Expr,
    /// Its order, before the id.
    pub order: &'static [(&'static str, bool)],
    /// Its filters.
    pub filters: &'static [Filter],
    /// Which rows, as GraphQL's filter says it.
    pub native: Option<&'static str>,
}

/// Everything that can be asked of a resource, made ready.
pub struct Ready {
    /// The resource.
    pub resource: &'static Resource,
    /// Its form.
    pub shape: Shape,
    /// The same in GraphQL.
    pub queries: Queries,
}

impl Ready {
    /// The condition of its rows.
    pub fn rows(&self) -> Expr {
        (self.resource.rows)(self.shape.noun)
    }

    /// Its order.
    pub fn order(&self) -> Vec<crate::domain::ask::OrderBy> {
        named_order(self.shape.noun, self.resource.order)
    }
}

/// All resources, made ready.
pub static READY: LazyLock<Vec<Ready>> = LazyLock::new(|| {
    RESOURCES
        .iter()
        .map(|resource| Ready { resource, shape: Shape::of(resource.form), queries: Queries::of(resource) })
        .collect()
});

/// The resource of a first segment.
pub fn find(segment: &str) -> Option<&'static Ready> {
    READY.iter().find(|ready| ready.resource.segment == segment)
}

/// Every row.
pub fn all(_: &Noun) -> Expr {
    Expr::always()
}

/// Rows that are in use: not archived.
pub fn unarchived(noun: &Noun) -> Expr {
    at(noun, "archivedAt", Test::IsNull(true))
}

/// Rows that are marked as active.
pub fn active(noun: &Noun) -> Expr {
    at(noun, "active", Test::Eq(true.into()))
}

fn of_kind(noun: &Noun, kind: &str) -> Expr {
    at(noun, "kind", Test::Eq(kind.into()))
}

/// Templates of audits.
pub fn audit_templates(noun: &Noun) -> Expr {
    of_kind(noun, "AUDIT")
}

/// Whether a resource has a row with this text under a key.
pub async fn holds(cx: &Cx, segment: &str, (key, text): (&str, &str)) -> Result<bool> {
    let ready = find(segment).ok_or(Error::Internal)?;
    let named = at(ready.shape.noun, key, Test::Eq(text.into()));
    Ok(ready.shape.count(cx, Expr::all([ready.rows(), named])).await? > 0)
}

/// People who can be chosen: active or inactive ones.
pub fn people(noun: &Noun) -> Expr {
    at(noun, "status", Test::In(["ACTIVE", "INACTIVE"].map(Cell::from).to_vec()))
}

fn with_password(noun: &Noun, wanted: bool) -> Expr {
    Expr::And(vec![people(noun), at(noun, "hasPassword", Test::Eq(wanted.into()))])
}

const fn read(
    segment: &'static str,
    title: &'static str,
    reads: [&'static str; 2],
    form: &'static LazyLock<Form>,
) -> Resource {
    Resource {
        segment,
        title,
        reads,
        create: None,
        destroy: None,
        form,
        rows: all,
        order: &[],
        filters: &[],
        native: None,
    }
}

/// Every resource, in the order of its operations.
pub static RESOURCES: [Resource; 19] = [
    Resource {
        create: Some("asset_create"),
        rows: unarchived,
        native: Some("archived: {eq: false}"),
        ..read("asset", "Asset", ["asset_retrieve", "asset_retrieve_2"], &form::ASSET)
    },
    Resource {
        rows: unarchived,
        native: Some("archived: {eq: false}"),
        ..read(
            "asset_breadcrumbs",
            "Asset Breadcrumb",
            ["asset_breadcrumbs_list", "asset_breadcrumbs_retrieve"],
            &form::BREADCRUMB,
        )
    },
    Resource {
        rows: active,
        native: Some("active: {eq: true}"),
        ..read("asset_profiles", "Asset Profile", ["asset_profiles_list", "asset_profiles_retrieve"], &form::PROFILE)
    },
    Resource {
        rows: unarchived,
        native: Some("archived: {eq: false}"),
        order: &[("path", false)],
        ..read("asset_tree", "Asset Tree", ["asset_tree_list", "asset_tree_retrieve"], &form::TREE_NODE)
    },
    Resource {
        create: Some("audits_create"),
        filters: filter::AUDITS,
        ..read("audits", "Audit", ["audits_list", "audits_retrieve"], &form::AUDIT)
    },
    Resource {
        create: Some("categories_create"),
        ..read("categories", "Category", ["categories_list", "categories_retrieve"], &form::CATEGORY)
    },
    Resource {
        create: Some("contacts_create"),
        rows: |noun| with_password(noun, false),
        native: Some("status: {in: [ACTIVE, INACTIVE]}"),
        ..read("contacts", "Contact", ["contacts_retrieve", "contacts_retrieve_2"], &form::CONTACT)
    },
    read("datastores", "Datastore", ["datastores_list", "datastores_retrieve"], &form::DATASTORE),
    Resource {
        create: Some("datastoresinfo_create"),
        ..read(
            "datastoresinfo",
            "Datastore Info",
            ["datastoresinfo_list", "datastoresinfo_retrieve"],
            &form::DATASTORE_INFO,
        )
    },
    read(
        "executive_reports",
        "Executive Report",
        ["executive_reports_list", "executive_reports_retrieve"],
        &form::EXECUTIVE_REPORT,
    ),
    Resource {
        rows: |noun| of_kind(noun, "NONCONFORMANCE"),
        native: Some("kind: {eq: NONCONFORMANCE}"),
        filters: filter::NONCONFORMANCES,
        ..read(
            "nonconformances",
            "Non Conformance",
            ["nonconformances_list", "nonconformances_retrieve"],
            &form::NONCONFORMANCE,
        )
    },
    read(
        "program_templates",
        "Program Template",
        ["program_templates_list", "program_templates_retrieve"],
        &form::PROGRAM_TEMPLATE,
    ),
    Resource {
        create: Some("programs_create"),
        ..read("programs", "Program", ["programs_list", "programs_retrieve"], &form::PROGRAM)
    },
    Resource {
        create: Some("schedules_create"),
        filters: filter::SCHEDULES,
        ..read("schedules", "Schedule", ["schedules_list", "schedules_retrieve"], &form::SCHEDULE)
    },
    read("status_groups", "Status Group", ["status_groups_list", "status_groups_retrieve"], &form::STATUS_GROUP),
    Resource {
        create: Some("statuses_create"),
        destroy: Some("statuses_destroy"),
        ..read("statuses", "Status", ["statuses_retrieve", "statuses_retrieve_2"], &form::STATUS)
    },
    Resource {
        rows: |noun| of_kind(noun, "TASK"),
        native: Some("kind: {eq: TASK}"),
        filters: filter::TASKS,
        ..read("tasks", "Task", ["tasks_list", "tasks_retrieve"], &form::TASK)
    },
    Resource {
        rows: audit_templates,
        native: Some("kind: {eq: AUDIT}"),
        ..read("templates", "Template", ["templates_list", "templates_retrieve"], &form::TEMPLATE)
    },
    Resource {
        create: Some("users_create"),
        rows: |noun| with_password(noun, true),
        native: Some("status: {in: [ACTIVE, INACTIVE]}"),
        ..read("users", "User", ["users_retrieve", "users_retrieve_2"], &form::USER)
    },
];
