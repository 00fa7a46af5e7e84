//! Summaries and searches, as the schema shows them.

use super::{Composite, Field, Value};
use crate::domain::search::SORTS;
use crate::domain::summary::{AUDITS, ISSUES, Subject};

/// An enumeration that is only asked with: name, description, words with theirs.
pub struct Choice {
    /// Name of the type.
    pub name: &'static str,
    /// Description.
    pub doc: &'static str,
    /// Its values.
    pub words: Vec<(&'static str, &'static str)>,
}

/// The enumerations of summaries and searches.
pub fn choices() -> Vec<Choice> {
    let dimensions = |subject: &'static Subject| {
        subject.dimensions.iter().map(|dimension| (dimension.word, dimension.doc)).collect::<Vec<_>>()
    };
    let orders = vec![
        ("COUNT", "Number of rows."),
        ("OVERDUE", "Number of overdue rows."),
        ("KEY", "The keys: names, words and months; a missing one comes last."),
    ];
    let mean = ("MEAN_SCORE", "Mean of the scores; groups without one come last.");
    let sorts = SORTS.iter().map(|sort| (sort.word, sort.doc)).collect();
    vec![
        Choice { name: "AuditGroupBy", doc: "What audits can be grouped by.", words: dimensions(&AUDITS) },
        Choice { name: "IssueGroupBy", doc: "What issues can be grouped by.", words: dimensions(&ISSUES) },
        Choice {
            name: "AuditSummaryOrder",
            doc: "What groups of audits can be ordered by.",
            words: orders.iter().copied().chain([mean]).collect(),
        },
        Choice { name: "IssueSummaryOrder", doc: "What groups of issues can be ordered by.", words: orders },
        Choice { name: "SearchType", doc: "What sorts of records can be found.", words: sorts },
    ]
}

const KEYS: Field = ("keys", "[SummaryKey!]!", "What they have in common, in the order of `groupBy`.");
const KEY: Field = ("key", "String!", "The values of the keys with `|` between them; one that is missing is empty.");
const LABEL: Field = ("label", "String!", "The labels of the keys with ` / ` between them; a missing one is `(none)`.");
const ASSET: Field = ("asset", "Asset", "The asset, where they are grouped by it.");
const MEAN: Field = ("meanScore", "Decimal", "Mean of their scores, to six digits; null where none has one.");

const AUDIT_FIELDS: &[Field] = &[
    KEYS,
    KEY,
    LABEL,
    ("count", "Int!", "Number of audits."),
    ("overdue", "Int!", "Number of those that are overdue."),
    MEAN,
    ASSET,
    ("person", "User", "The auditor, where they are grouped by it."),
];

const ISSUE_FIELDS: &[Field] = &[
    KEYS,
    KEY,
    LABEL,
    ("count", "Int!", "Number of issues."),
    ("overdue", "Int!", "Number of those that are overdue."),
    ASSET,
    ("person", "User", "The assignee or the auditor, where they are grouped by it; the first of them when by both."),
];

const FIRST_GROUPS: Field =
    ("first", "Int", "At most so many groups, at most 1,000; all without it, and a refusal where they are more.");
const DIRECTION: Field =
    ("direction", "OrderDirection", "Which way; without it the most first, the worst mean first, keys from the first.");

/// See [`crate::domain::summary::Key`].
pub const SUMMARY_KEY: Value = Value {
    name: "SummaryKey",
    doc: "What the rows of a group have in common in one dimension.",
    fields: &[
        ("by", "String!", "The dimension, a word of `groupBy`."),
        (
            "value",
            "String",
            "The value: a word of the enumeration, a month as `YYYY-MM`, `true` or `false`, or a global id; null \
             where the rows have none.",
        ),
        ("label", "String", "The value for a person to read; null where the rows have none."),
    ],
};

/// See [`crate::domain::summary::Group`].
pub const AUDIT_GROUP: Value =
    Value { name: "AuditSummaryGroup", doc: "Audits that have something in common.", fields: AUDIT_FIELDS };

/// See [`crate::domain::summary::Group`].
pub const ISSUE_GROUP: Value =
    Value { name: "IssueSummaryGroup", doc: "Issues that have something in common.", fields: ISSUE_FIELDS };

/// See [`crate::domain::search::Hit`].
pub const SEARCH_HIT: Value = Value {
    name: "SearchHit",
    doc: "A record that was found.",
    fields: &[
        ("node", "Node!", "The record."),
        ("type", "SearchType!", "What sort of record it is."),
        ("title", "String!", "What the record is called."),
        (
            "highlight",
            "String!",
            "The text it was found by, as HTML with `<mark>` around what was searched for and everything else \
             escaped; of a long text the part around it.",
        ),
        ("field", "String!", "Name of the field which that text is of."),
        (
            "score",
            "Float!",
            "How well it fits: 1 for the whole field, 0.75 for its beginning, 0.5 for the beginning of a word, 0.25 \
             for any other part.",
        ),
    ],
};

/// A hit with its place.
pub const SEARCH_EDGE: Value = Value {
    name: "SearchEdge",
    doc: "A record that was found, with its place among all of them.",
    fields: &[
        ("cursor", "String!", "Its place, for `after` of the same search."),
        ("node", "SearchHit!", "What was found."),
    ],
};

/// See [`crate::domain::summary`].
pub const AUDIT_SUMMARY: Composite = Composite {
    name: "auditSummary",
    root: "Query",
    doc: "Audits counted, as a whole and by what they have in common.",
    arguments: &[
        ("filter", "AuditFilter", "Only audits that pass."),
        ("groupBy", "[AuditGroupBy!]", "What audits of one group have in common; at most three, no groups without."),
        (
            "orderBy",
            "AuditSummaryOrder",
            "The order of the groups; by their number of audits without it. Equal ones come by their keys.",
        ),
        DIRECTION,
        FIRST_GROUPS,
    ],
    typename: "AuditSummary",
    type_doc: "Counts over audits.",
    rows: &[],
    values: &[
        ("total", "Int!", "Number of audits."),
        ("overdue", "Int!", "Number of those that are overdue."),
        MEAN,
        ("groups", "[AuditSummaryGroup!]!", "The groups; empty without `groupBy`."),
    ],
};

/// See [`crate::domain::summary`].
pub const ISSUE_SUMMARY: Composite = Composite {
    name: "issueSummary",
    root: "Query",
    doc: "Issues counted, as a whole and by what they have in common.",
    arguments: &[
        ("filter", "IssueFilter", "Only issues that pass."),
        ("groupBy", "[IssueGroupBy!]", "What issues of one group have in common; at most three, no groups without."),
        (
            "orderBy",
            "IssueSummaryOrder",
            "The order of the groups; by their number of issues without it. Equal ones come by their keys.",
        ),
        DIRECTION,
        FIRST_GROUPS,
    ],
    typename: "IssueSummary",
    type_doc: "Counts over issues.",
    rows: &[],
    values: &[
        ("total", "Int!", "Number of issues."),
        ("overdue", "Int!", "Number of those that are overdue."),
        ("groups", "[IssueSummaryGroup!]!", "The groups; empty without `groupBy`."),
    ],
};

/// See [`crate::domain::search`].
pub const SEARCH: Composite = Composite {
    name: "search",
    root: "Query",
    doc: "Audits, assets, issues and people found by a part of what they are called, the best ones first: the whole \
         field, its beginning, the beginning of a word, any other part. A to Z and a to z count as the same. The \
         newest 100,000 of each sort are looked through, and all of them by their whole number, slug or username.",
    arguments: &[
        ("text", "String!", "What to search for; 1 to 200 characters without the white space around them."),
        (
            "types",
            "[SearchType!]",
            "Only records of these sorts; all without it. Equally good ones come in the order of the sorts, then \
             newest first.",
        ),
        (
            "first",
            "Int",
            "At most so many; without it as many as a list at the root gives, and at most as many as that may give.",
        ),
        ("after", "String", "Only those behind this cursor."),
    ],
    typename: "SearchConnection",
    type_doc: "A page of what was found. Pages go forward only.",
    rows: &[],
    values: &[
        ("edges", "[SearchEdge!]!", "What was found, with the places."),
        ("nodes", "[SearchHit!]!", "What was found."),
        ("pageInfo", "PageInfo!", "Whether there is more, and where."),
    ],
};
