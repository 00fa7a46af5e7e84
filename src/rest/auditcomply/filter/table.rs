//! The parameters of the filtered lists (contract auditcomply 4.3 to 4.5).

use std::cmp::Ordering::{self, Equal, Greater, Less};

use super::{Filter, Kind, Words};
use crate::domain::ask::Part::{Day, Month, Year};
use crate::rest::auditcomply::form::AUDIT_STATES;

const fn text(name: &'static str, path: &'static str) -> Filter {
    Filter { name, kind: Kind::Text, path }
}

const fn texts(name: &'static str, path: &'static str) -> Filter {
    Filter { name, kind: Kind::Texts, path }
}

const fn instant(name: &'static str, ordering: Ordering, path: &'static str) -> Filter {
    Filter { name, kind: Kind::Instant(ordering), path }
}

/// A list of filters in which `parts` stands for the nine of an instant's parts, and `bounds` for the two of its bounds.
macro_rules! filters {
    (@more [$($done:expr,)*]) => { &[$($done,)*] };
    (@more [$($done:expr,)*] parts $name:literal $path:literal; $($rest:tt)*) => {
        filters!(@more [$($done,)*
            Filter { name: concat!($name, "__day"), kind: Kind::Part(Day, Equal), path: $path },
            Filter { name: concat!($name, "__day__gt"), kind: Kind::Part(Day, Greater), path: $path },
            Filter { name: concat!($name, "__day__lt"), kind: Kind::Part(Day, Less), path: $path },
            Filter { name: concat!($name, "__month"), kind: Kind::Part(Month, Equal), path: $path },
            Filter { name: concat!($name, "__month__gt"), kind: Kind::Part(Month, Greater), path: $path },
            Filter { name: concat!($name, "__month__lt"), kind: Kind::Part(Month, Less), path: $path },
            Filter { name: concat!($name, "__year"), kind: Kind::Part(Year, Equal), path: $path },
            Filter { name: concat!($name, "__year__gt"), kind: Kind::Part(Year, Greater), path: $path },
            Filter { name: concat!($name, "__year__lt"), kind: Kind::Part(Year, Less), path: $path },
        ] $($rest)*)
    };
    (@more [$($done:expr,)*] bounds $name:literal $path:literal; $($rest:tt)*) => {
        filters!(@more [$($done,)*
            instant(concat!($name, "_gte"), Greater, $path),
            instant(concat!($name, "_lte"), Less, $path),
        ] $($rest)*)
    };
    (@more [$($done:expr,)*] person $name:literal $path:literal; $($rest:tt)*) => {
        filters!(@more [$($done,)*
            text(concat!($name, "__email"), concat!($path, ".email")),
            text(concat!($name, "__username"), concat!($path, ".username")),
        ] $($rest)*)
    };
    (@more [$($done:expr,)*] $one:expr; $($rest:tt)*) => { filters!(@more [$($done,)* $one,] $($rest)*) };
    ($($all:tt)*) => { filters!(@more [] $($all)*) };
}

/// Words that are stored as they are shown.
macro_rules! words {
    ($($word:literal)*) => { &[$(($word, &[$word]),)*] };
}

const ISSUE_STATES: Words = words!("DRAFT" "OPEN" "INPROGRESS" "INREVIEW" "CLOSED" "OVERDUE" "REOPENED");
const SCHEDULE_STATES: Words = words!("PENDING" "INPROGRESS" "COMPLETED" "CLOSED" "OVERDUE");

/// Parameters of the audits.
pub const AUDITS: &[Filter] = filters! {
    text("asset__name", "asset.name");
    person "auditor" "auditor";
    bounds "completed_at" "completedAt";
    text("name", "name");
    instant("published", Equal, "publishedAt");
    parts "published" "publishedAt";
    bounds "published" "publishedAt";
    Filter { name: "state", kind: Kind::Word(AUDIT_STATES), path: "state" };
    Filter { name: "state__in", kind: Kind::Words(AUDIT_STATES), path: "state" };
    text("status", "status");
    texts("status__in", "status");
    text("template__category__label", "template.category.label");
    texts("template__category__label__in", "template.category.label");
    instant("updated_at", Equal, "updatedAt");
    parts "updated_at" "updatedAt";
    bounds "updated_at" "updatedAt";
};

/// The parameters of issues; `$title` is that which holds the title.
macro_rules! issues {
    ($title:literal) => {
        filters! {
            person "approved_by" "approvedBy";
            text("asset__name", "asset.name");
            person "assigned_by" "assignedBy";
            person "assigned_to" "assignee";
            bounds "audit_completed_at" "audit.completedAt";
            text("category__label", "categories.label");
            texts("category__label__in", "categories.label");
            instant("created_at", Equal, "createdAt");
            parts "created_at" "createdAt";
            bounds "created_at" "createdAt";
            Filter { name: "id", kind: Kind::Number, path: "legacyId" };
            bounds "last_updated" "updatedAt";
            text($title, "title");
            Filter { name: "status", kind: Kind::Word(ISSUE_STATES), path: "renderedStatus" };
            Filter { name: "status__in", kind: Kind::Words(ISSUE_STATES), path: "renderedStatus" };
            text("template__category__label", "template.category.label");
            texts("template__category__label__in", "template.category.label");
            text("template__name", "template.name");
        }
    };
}

/// Parameters of the nonconformances.
pub const NONCONFORMANCES: &[Filter] = issues!("non_conformance");

/// Parameters of the tasks.
pub const TASKS: &[Filter] = issues!("task");

/// Parameters of the schedules.
pub const SCHEDULES: &[Filter] = filters! {
    Filter { name: "status", kind: Kind::Word(SCHEDULE_STATES), path: "renderedStatus" };
    Filter { name: "status__in", kind: Kind::Words(SCHEDULE_STATES), path: "renderedStatus" };
    text("template__name", "template.name");
    instant("when", Equal, "when");
    parts "when" "when";
    bounds "when" "when";
    person "who" "who";
};
