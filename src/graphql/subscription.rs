//! The schema's subscriptions. The engine validates their documents; the answers are written from the plan
//! (`graphql/live.rs`), so no stream of the engine's ever gives anything.

use async_graphql::dynamic::{
    Field, FieldFuture, FieldValue, InputValue, Object, ResolverContext, SchemaBuilder, Subscription,
    SubscriptionField, SubscriptionFieldFuture,
};
use futures_util::stream;

use super::schema::type_ref;

const AFTER: (&str, &str, &str) = (
    "after",
    "Long",
    "Begin behind this sequence, as a stream that broke off resumes; 0 gives the whole trail. Without it only what \
     happens from now on comes.",
);

/// A root field: name, description, arguments and type.
struct Root {
    name: &'static str,
    doc: &'static str,
    arguments: &'static [(&'static str, &'static str, &'static str)],
    gives: &'static str,
}

const ROOTS: [Root; 3] = [
    Root {
        name: "changes",
        doc: "What happens in the organization, in order of commit: every event that you may see, each once. All \
              conditions that are given must hold.",
        arguments: &[
            (
                "entities",
                "[String!]",
                "Only events of records of these types, such as audit or acq.order; at most 100.",
            ),
            (
                "ids",
                "[ID!]",
                "Only events of these records, by global id or, for records that are kept elsewhere, by UUID; at most \
                 1,000.",
            ),
            ("actions", "[EventAction!]", "Only events of these sorts."),
        ],
        gives: "ChangeEvent!",
    },
    Root {
        name: "auditChanged",
        doc: "What happens to one audit and to its lines.",
        arguments: &[("id", "ID!", "Global id of the audit; it need not exist any more.")],
        gives: "AuditChanged!",
    },
    Root {
        name: "issueChanged",
        doc: "What happens to issues.",
        arguments: &[(
            "filter",
            "IssueFilter",
            "Only issues that pass as they are after the change; removals come whatever the filter.",
        )],
        gives: "IssueChanged!",
    },
];

/// The objects of an event and a record: type, description, field and type of the record, its description.
const PAYLOADS: [(&str, &str, (&str, &str), &str); 2] = [
    (
        "AuditChanged",
        "An event, and the audit as it is now.",
        ("audit", "Audit"),
        "The audit as it was when this was read; null when it is gone.",
    ),
    (
        "IssueChanged",
        "An event, and the issue as it is now.",
        ("issue", "Issue"),
        "The issue as it was when this was read; null when it is gone.",
    ),
];

/// Adds the subscriptions to the schema.
pub fn register(mut builder: SchemaBuilder) -> SchemaBuilder {
    let mut subscription = Subscription::new("Subscription").description("Everything that can be followed.");
    for root in ROOTS {
        let mut field = SubscriptionField::new(root.name, type_ref(root.gives), nothing).description(root.doc);
        for (name, type_text, doc) in root.arguments.iter().copied().chain([AFTER]) {
            field = field.argument(InputValue::new(name, type_ref(type_text)).description(doc));
        }
        subscription = subscription.field(field);
    }
    for (name, doc, (record, noun), record_doc) in PAYLOADS {
        let field =
            |name: &str, type_text: &str, doc: &str| Field::new(name, type_ref(type_text), unasked).description(doc);
        builder = builder.register(
            Object::new(name)
                .description(doc)
                .field(field("sequence", "Long!", "The event's sequence: to resume, send it as `after`."))
                .field(field("event", "ChangeEvent!", "What happened."))
                .field(field(record, noun, record_doc)),
        );
    }
    builder.register(subscription)
}

fn nothing(_: ResolverContext<'_>) -> SubscriptionFieldFuture<'_> {
    SubscriptionFieldFuture::new(async { Ok(stream::empty::<async_graphql::Result<FieldValue<'_>>>()) })
}

fn unasked(_: ResolverContext<'_>) -> FieldFuture<'_> {
    FieldFuture::Value(None)
}
