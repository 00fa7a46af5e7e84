//! The types of every command, for the schema and for the plan.

use std::sync::LazyLock;

use crate::domain::command::{Act, Entry, Gives, Slot, acts};
use crate::domain::describe::{Enumeration, Noun};
use crate::graphql::names;
use crate::graphql::values::{Composite, Field, RowsField, Value};

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn all<T>(values: Vec<T>) -> &'static [T] {
    Box::leak(values.into_boxed_slice())
}

fn upper(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

fn type_text(entry: &Entry, is_new: bool) -> String {
    let text = match entry.slot {
        Slot::Field(field, _) if field.list => format!("[{}!]", names::type_of(field)),
        Slot::Field(field, _) => names::type_of(field).to_owned(),
        Slot::One(..) | Slot::Row(_) => "ID".to_owned(),
        Slot::Many(..) | Slot::Rows(_) => "[ID!]".to_owned(),
        Slot::Items(name, _) => format!("[{name}!]"),
        Slot::Extra(kind) => names::scalar(kind).to_owned(),
        Slot::Word(words) => words.name.to_owned(),
        Slot::Password => "String".to_owned(),
    };
    if is_new && entry.required { format!("{text}!") } else { text }
}

fn fields(entries: &[Entry], is_new: bool) -> Vec<Field> {
    let given = entries.iter().filter(|entry| if is_new { entry.on_create } else { entry.on_update });
    given.map(|entry| (entry.name, leaked(type_text(entry, is_new)), entry.doc)).collect()
}

/// Name of the input type of a command.
fn input_name(act: &Act) -> &'static str {
    leaked(format!("{}Input", upper(act.name)))
}

fn input(act: &'static Act) -> Vec<Value> {
    let mut taken: Vec<Field> = Vec::new();
    if let Some(noun) = act.target {
        taken.push(("id", "ID!", leaked(format!("Global id of the {}.", noun.singular))));
        if noun.columns.iter().any(|(name, _)| *name == "version") {
            taken.push(("expectedVersion", "Int", "Refused where the record is not in this version any more."));
        }
    }
    taken.extend(fields(&act.entries, act.is_new));
    taken.push((
        "idempotencyKey",
        "String",
        "Within 24 hours the same key with the same input is answered, not carried out again.",
    ));
    taken.push(("clientMutationId", "String", "Given back as it is."));
    let mut types =
        vec![Value { name: input_name(act), doc: leaked(format!("What {} takes.", act.name)), fields: all(taken) }];
    for entry in &act.entries {
        if let Slot::Items(name, entries) = entry.slot {
            types.push(Value {
                name,
                doc: leaked(format!("One of the {} of {}.", entry.name, act.name)),
                fields: all(fields(entries, true)),
            });
        }
    }
    types
}

fn rows(noun: &'static Noun, list: bool) -> RowsField {
    let (name, doc) = if list {
        (noun.plural, "The records, in the order of the input; empty where it was refused.")
    } else {
        (noun.singular, "The record as it is now; null where it was refused.")
    };
    RowsField { name, noun: noun.name, list, nullable: true, doc }
}

fn composite(act: &'static Act) -> Composite {
    let mut given: Vec<RowsField> = Vec::new();
    let mut values: Vec<Field> = Vec::new();
    match act.gives {
        Gives::One(noun) => given.push(rows(noun, false)),
        Gives::Many(noun) => given.push(rows(noun, true)),
        Gives::Id(noun) => {
            let doc = leaked(format!("Global id of the {} that is no more; null where it was refused.", noun.singular));
            values.push(("deletedId", "ID", doc));
        }
        Gives::Token(noun) => {
            given.push(rows(noun, false));
            values.push(("token", "String", "Send it as `Authorization: Bearer <token>`; null where it was refused."));
        }
        Gives::Values(named) => values.extend(named.iter().map(|(name, type_text, doc)| {
            // A refused command gives none of them.
            (*name, leaked(type_text.trim_end_matches('!').to_owned()), *doc)
        })),
    }
    values.push(("userErrors", "[UserError!]!", "What its sender can mend; empty when it was carried out."));
    values.push(("clientMutationId", "String", "As it was given."));
    let arguments = vec![("input", leaked(format!("{}!", input_name(act))), "What it takes.")];
    Composite {
        name: act.name,
        root: "Mutation",
        doc: &act.doc,
        arguments: all(arguments),
        typename: leaked(format!("{}Payload", upper(act.name))),
        type_doc: leaked(format!("What came of {}.", act.name)),
        rows: all(given),
        values: all(values),
    }
}

static COMPOSITES: LazyLock<Vec<Composite>> = LazyLock::new(|| acts().iter().map(composite).collect());
static INPUTS: LazyLock<Vec<Value>> = LazyLock::new(|| acts().iter().flat_map(input).collect());

/// The commands as root fields.
pub fn composites() -> &'static [Composite] {
    &COMPOSITES
}

/// Their input types.
pub fn inputs() -> &'static [Value] {
    &INPUTS
}

/// Enumerations that only commands take.
pub fn enumerations() -> Vec<Enumeration> {
    let mut found = Vec::new();
    let mut add = |entry: &Entry| {
        if let Slot::Word(words) = entry.slot {
            found.push(words);
        }
    };
    for entry in acts().iter().flat_map(|act| &act.entries) {
        add(entry);
        if let Slot::Items(_, entries) = entry.slot {
            entries.iter().for_each(&mut add);
        }
    }
    found
}
