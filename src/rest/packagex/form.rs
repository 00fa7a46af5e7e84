//! The forms of audits, counts, locations and contacts (contract packagex 2.3). Each list of members is the contract's
//! table.

use std::sync::LazyLock;

use super::words::{
    ACTOR, AUDIT, AUDIT_ID, CONTACT, CONTACT_ID, ITEM_ID, LAYOUT_ID, LOCATION, LOCATION_ID, METADATA, NO_LIST, NO_MAP,
    ORGANIZATION_ID, PRIORITY, QUANTITY, REASON_ID, SECONDS, STATUS, TASK, TASK_ID,
};
use crate::rest::kit::write::{BOOLEAN, TEXT};
use crate::rest::kit::{Form, Many, Shape};

type Made = LazyLock<Form>;

/// A count.
pub static P_TASK: Made = LazyLock::new(|| {
    Form::of("Task", "CountTask")
        .value("object", &["uuid"], TASK)
        .doc("What it is.")
        .value("id", &["uuid"], TASK_ID)
        .value("item_id", &["item.uuid"], ITEM_ID)
        .doc("Item to count.")
        .value("layout_id", &["layout.uuid"], LAYOUT_ID)
        .doc("Layout to count at.")
        .value("total_qty", &["totalQty"], QUANTITY)
        .maybe("counted_qty", &["countedQty"], QUANTITY)
        .maybe("discrepancy", &["discrepancy"], QUANTITY)
        .maybe("reason_code_id", &["reasonCode.uuid"], REASON_ID)
        .doc("Why count and stock differ.")
        .value("created_at", &["createdAt"], SECONDS)
        .value("updated_at", &["updatedAt"], SECONDS)
});

/// A location.
pub static P_LOCATION: Made = LazyLock::new(|| {
    Form::of("Location", "Asset")
        .value("object", &["uuid"], LOCATION)
        .doc("What it is.")
        .value("id", &["uuid"], LOCATION_ID)
        .value("organization_id", &["organizationUuid"], ORGANIZATION_ID)
        .value("name", &["name"], TEXT)
        .value("created_at", &["createdAt"], SECONDS)
        .value("updated_at", &["updatedAt"], SECONDS)
});

/// A person as a contact.
pub static P_CONTACT: Made = LazyLock::new(|| {
    Form::of("Contact", "User")
        .value("object", &["uuid"], CONTACT)
        .doc("What it is.")
        .value("id", &["uuid"], CONTACT_ID)
        .value("organization_id", &["organizationUuid"], ORGANIZATION_ID)
        .value("name", &["name"], TEXT)
        .value("email", &["mailAddress"], TEXT)
        .value("phone", &["mobile"], TEXT)
        .value("created_at", &["createdAt"], SECONDS)
        .value("updated_at", &["updatedAt"], SECONDS)
});

/// By what the counts of an audit are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// One list.
    #[default]
    None,
    /// A list for each item.
    Item,
    /// A list for each layout.
    Layout,
}

/// The words of [`Grouping`], in document order.
pub const GROUPINGS: [(&str, Grouping); 2] = [("by_item", Grouping::Item), ("by_layout", Grouping::Layout)];

fn tasks() -> Many {
    Many { relation: "countTasks", order: &[("legacyId", false)], only: None, form: &P_TASK }
}

fn audit(name: &'static str, grouping: Grouping) -> Form {
    let head = Form::of(name, "Audit")
        .value("object", &["uuid"], AUDIT)
        .doc("What it is.")
        .value("id", &["uuid"], AUDIT_ID)
        .value("organization_id", &["organizationUuid"], ORGANIZATION_ID)
        .value("number", &["number"], TEXT)
        .one("location", "asset", &P_LOCATION)
        .present()
        .value("status", &["state"], STATUS)
        .value("priority", &["priority"], PRIORITY)
        .one("assignee", "auditor", &P_CONTACT);
    let counted = match grouping {
        Grouping::None => head.many("tasks", tasks()),
        _ => head.value("tasks", &["uuid"], NO_LIST).doc("Empty: the counts are grouped."),
    };
    let counted = match grouping {
        Grouping::Item => counted.map("by_item", tasks(), "item_id"),
        _ => counted.value("by_item", &["uuid"], NO_MAP).doc("Empty: not asked for."),
    };
    let counted = match grouping {
        Grouping::Layout => counted.map("by_layout", tasks(), "layout_id"),
        _ => counted.value("by_layout", &["uuid"], NO_MAP).doc("Empty: not asked for."),
    };
    counted
        .value("feedback", &["feedback"], TEXT)
        .maybe("complete_at", &["completeBy"], SECONDS)
        .maybe("finished_at", &["finishedAt"], SECONDS)
        .value("overdue", &["overdue"], BOOLEAN)
        .value("update_inventory", &["updateInventory"], BOOLEAN)
        .value("metadata", &["metadata"], METADATA)
        .value("created_at", &["createdAt"], SECONDS)
        .value("updated_at", &["updatedAt"], SECONDS)
        .value("created_by", &["createdByKeyUuid", "creator.uuid"], ACTOR)
        .doc("Key, else person, that created it.")
        .value("updated_by", &["updatedByKeyUuid", "updatedByUser.uuid"], ACTOR)
        .doc("Key, else person, that changed it last.")
}

/// An audit with its counts in one list.
pub static P_AUDIT: Made = LazyLock::new(|| audit("Audit", Grouping::None));
/// An audit with its counts by item.
pub static BY_ITEM: Made = LazyLock::new(|| audit("AuditByItem", Grouping::Item));
/// An audit with its counts by layout.
pub static BY_LAYOUT: Made = LazyLock::new(|| audit("AuditByLayout", Grouping::Layout));

/// The form of an audit.
pub fn of(grouping: Grouping) -> &'static Form {
    match grouping {
        Grouping::None => &P_AUDIT,
        Grouping::Item => &BY_ITEM,
        Grouping::Layout => &BY_LAYOUT,
    }
}

/// The forms, made ready to be read.
#[derive(Debug)]
pub struct Shapes([Shape; 3]);

impl Shapes {
    /// All of them.
    pub fn new() -> Self {
        Self([Grouping::None, Grouping::Item, Grouping::Layout].map(|grouping| Shape::of(of(grouping))))
    }

    /// The one for a grouping.
    pub fn of(&self, grouping: Grouping) -> &Shape {
        let [flat, by_item, by_layout] = &self.0;
        match grouping {
            Grouping::None => flat,
            Grouping::Item => by_item,
            Grouping::Layout => by_layout,
        }
    }
}
