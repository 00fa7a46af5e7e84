//! The few types that are no noun: described here once, for the schema and for the plan.

mod report;
mod trail;

use super::mutation;

pub use self::report::choices;

/// An object type whose values are worked out: name, description, fields (name, type, description).
#[derive(Debug)]
pub struct Value {
    /// Name of the type.
    pub name: &'static str,
    /// Description.
    pub doc: &'static str,
    /// Fields.
    pub fields: &'static [Field],
}

/// Name, type and description of a field or an argument.
pub type Field = (&'static str, &'static str, &'static str);

/// A root field whose object has parts that are answered apart.
#[derive(Debug)]
pub struct Composite {
    /// Name of the root field.
    pub name: &'static str,
    /// `Query` or `Mutation`.
    pub root: &'static str,
    /// Description of the field.
    pub doc: &'static str,
    /// Arguments: name, type, description.
    pub arguments: &'static [Field],
    /// Name of the object's type.
    pub typename: &'static str,
    /// Description of the type.
    pub type_doc: &'static str,
    /// Parts that are rows of a noun.
    pub rows: &'static [RowsField],
    /// Parts that are values: name, type, description.
    pub values: &'static [Field],
}

/// A part of a composite that is one row of a noun, or a list of them.
#[derive(Debug)]
pub struct RowsField {
    /// Field name.
    pub name: &'static str,
    /// The noun.
    pub noun: &'static str,
    /// A list.
    pub list: bool,
    /// One row that may be missing.
    pub nullable: bool,
    /// Description.
    pub doc: &'static str,
}

/// The composite of a root field.
pub fn composite(root: &str, name: &str) -> Option<&'static Composite> {
    composites().find(|composite| composite.root == root && composite.name == name)
}

/// All composites, those of the commands last.
pub fn composites() -> impl Iterator<Item = &'static Composite> {
    COMPOSITES.iter().chain(mutation::composites())
}

/// Input types that are no filter or order.
pub fn inputs() -> impl Iterator<Item = &'static Value> {
    INPUTS.iter().chain(mutation::inputs())
}

/// The object type of a field of a value or a composite.
pub fn value_type(type_name: &str, field: &str) -> &'static str {
    let fields = VALUES
        .iter()
        .find(|value| value.name == type_name)
        .map(|value| value.fields)
        .or_else(|| composites().find(|composite| composite.typename == type_name).map(|found| found.values));
    fields
        .and_then(|fields| fields.iter().find(|(name, ..)| *name == field))
        .map_or("", |(_, type_text, _)| type_text.trim_matches(['[', ']', '!']))
}

/// Types of worked out values.
pub const VALUES: &[Value] = &[
    Value {
        name: "Change",
        doc: "One difference between a record before and after a change.",
        fields: &[
            ("path", "String!", "Where in the record, such as `state` or `metadata.colour`."),
            ("before", "JSON", "The value before; null when there was none."),
            ("after", "JSON", "The value after; null when there is none any more."),
        ],
    },
    Value {
        name: "UserError",
        doc: "Something in the input that its sender can mend.",
        fields: &[
            ("field", "[String!]", "Path of the field in the input, outermost first; null for the input as a whole."),
            ("code", "String!", "Stable code, such as INVALID_CREDENTIALS."),
            ("message", "String!", "What is wrong, for a person to read."),
        ],
    },
    Value {
        name: "AcquisitionEventError",
        doc: "Why an event was refused.",
        fields: &[
            ("index", "Int!", "Position of the event, from 0."),
            ("id", "String", "Its identifier, where it had one."),
            ("field", "String!", "The key that it is refused for; empty for the event as a whole."),
            ("message", "String!", "What is wrong with it."),
        ],
    },
    report::SUMMARY_KEY,
    report::AUDIT_GROUP,
    report::ISSUE_GROUP,
    report::SEARCH_HIT,
    report::SEARCH_EDGE,
];

const INPUTS: &[Value] = &[
    Value {
        name: "LoginInput",
        doc: "Who signs in.",
        fields: &[
            ("username", "String!", "Username or mail address."),
            ("password", "String!", "Password."),
            ("organization", "String", "Slug of the organization to act in; the first one without it."),
            ("clientMutationId", "String", "Given back as it is."),
        ],
    },
    Value {
        name: "RefreshTokenInput",
        doc: "Which session to prolong.",
        fields: &[
            ("refreshToken", "String!", "The refresh token; it serves once."),
            ("clientMutationId", "String", "Given back as it is."),
        ],
    },
];

const SESSION: &[Field] = &[
    ("accessToken", "String", "Send it as `Authorization: Bearer <token>`; null when the sign-in was refused."),
    ("refreshToken", "String", "Gets the next pair of tokens, once; null when refused."),
    ("expiresAt", "DateTime", "End of the access token's life; null when refused."),
    ("userErrors", "[UserError!]!", "Why it was refused; empty when it was not."),
    ("clientMutationId", "String", "As it was given."),
];

const SESSION_USER: &[RowsField] =
    &[RowsField { name: "user", noun: "User", list: false, nullable: true, doc: "Who signed in; null when refused." }];

const COMPOSITES: &[Composite] = &[
    Composite {
        name: "viewer",
        root: "Query",
        doc: "Who you are, where you act and what you may do.",
        arguments: &[],
        typename: "Viewer",
        type_doc: "The caller of this request.",
        rows: &[
            RowsField { name: "user", noun: "User", list: false, nullable: false, doc: "You." },
            RowsField {
                name: "organization",
                noun: "Organization",
                list: false,
                nullable: false,
                doc: "The active organization: the token's, or the one of the header `X-Organization`.",
            },
            RowsField {
                name: "memberships",
                noun: "Membership",
                list: true,
                nullable: false,
                doc: "Your memberships in all organizations.",
            },
        ],
        values: &[("permissions", "[String!]!", "What your role lets you do in the active organization.")],
    },
    report::AUDIT_SUMMARY,
    report::ISSUE_SUMMARY,
    report::SEARCH,
    trail::CHECKPOINT,
    trail::PROOF,
    trail::CONSISTENCY,
    Composite {
        name: "login",
        root: "Mutation",
        doc: "Opens a session.",
        arguments: &[("input", "LoginInput!", "Who signs in.")],
        typename: "LoginPayload",
        type_doc: "A session that was opened, or why not.",
        rows: SESSION_USER,
        values: SESSION,
    },
    Composite {
        name: "refreshToken",
        root: "Mutation",
        doc: "Prolongs a session.",
        arguments: &[("input", "RefreshTokenInput!", "Which session.")],
        typename: "RefreshTokenPayload",
        type_doc: "A session that was prolonged, or why not.",
        rows: SESSION_USER,
        values: SESSION,
    },
    Composite {
        name: "logout",
        root: "Mutation",
        doc: "Ends the session this request is made in; its tokens are refused from the next request on.",
        arguments: &[],
        typename: "LogoutPayload",
        type_doc: "A session that was ended.",
        rows: &[],
        values: &[("ok", "Boolean!", "Always true.")],
    },
];
