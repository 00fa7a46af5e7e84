//! The GraphQL query that gives what a form shows: the way over for a client that moves.

use super::form::{Form, Is, Many};
use crate::domain::describe::{Noun, Shape};
use crate::domain::model::model;

/// What GraphQL says in place of a field that only documented interfaces show.
#[derive(Clone, Copy, Debug)]
pub struct Native {
    /// The noun.
    pub noun: &'static str,
    /// The field.
    pub field: &'static str,
    /// Paths of the fields that it is worked out of.
    pub from: &'static [&'static str],
}

/// A selection in the making: names, with what is selected below each.
#[derive(Default)]
struct Selection(Vec<(String, Self)>);

/// A list within a record: its order, which of it, and how many.
struct Listed<'o> {
    order: &'o [(&'static str, bool)],
    only: Option<(&'static str, &'static str)>,
    most: usize,
}

/// The forms that were met, each to become a fragment.
struct Fragments<'n> {
    natives: &'n [Native],
    /// Most rows of a list within a record.
    nested: usize,
    found: Vec<&'static Form>,
}

/// The most rows of a list within a record that GraphQL gives at once.
pub const NESTED_MOST: usize = 100;

/// What selects a form of each node, behind `{ connection(...) { nodes `, to the end of the document.
pub fn tail(form: &Form, natives: &[Native]) -> String {
    tail_of(form, natives, NESTED_MOST)
}

/// The same with at most so many rows of each list within a record.
pub fn tail_of(form: &Form, natives: &[Native], nested: usize) -> String {
    let mut fragments = Fragments { natives, nested, found: Vec::new() };
    let mut text = String::new();
    fragments.selection(form).write(&mut text);
    text.push_str(" } }");
    let mut next = 0;
    while let Some(form) = fragments.found.get(next).copied() {
        text.push_str(&format!(" fragment {} on {} ", form.name, form.noun));
        fragments.selection(form).write(&mut text);
        next += 1;
    }
    text
}

/// An order of a list, as its argument; empty where there is none that GraphQL knows.
pub fn order_argument(noun: &Noun, order: &[(&str, bool)]) -> String {
    let known = order
        .iter()
        .filter(|(name, _)| noun.find_field(name).is_some_and(|(_, field)| field.sortable && !field.is_dialect));
    let steps: Vec<String> = known
        .map(|(name, descending)| {
            let direction = if *descending { "DESC" } else { "ASC" };
            format!("{{field: {}, direction: {direction}}}", screaming(name))
        })
        .collect();
    if steps.is_empty() { String::new() } else { format!(", orderBy: [{}]", steps.join(", ")) }
}

fn screaming(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

impl Selection {
    fn child(&mut self, name: String) -> &mut Self {
        let known = self.0.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            self.0.push((name, Self::default()));
            self.0.len() - 1
        });
        // The place was found or made just now.
        let Some((_, child)) = self.0.get_mut(known) else { unreachable!("a child") };
        child
    }

    /// Goes along a relation; gives the noun at its end.
    fn enter(&mut self, noun: &'static Noun, name: &str, list: &Listed<'_>) -> (&'static Noun, &mut Self) {
        let found = noun.find_relation(name).and_then(|(index, _)| model().related(noun, index));
        debug_assert!(found.is_some(), "{name} is no relation of {}", noun.name);
        let Some((relation, target)) = found else { return (noun, self) };
        let below = if relation.shape == Shape::Connection {
            let order = order_argument(target, list.order);
            let only = list.only.map(|(field, word)| format!(", filter: {{{field}: {{eq: {word}}}}}"));
            let only = only.unwrap_or_default();
            self.child(format!("{name}(first: {}{order}{only})", list.most)).child("nodes".to_owned())
        } else {
            let below = self.child(name.to_owned());
            // A list without arguments is given whole: its rows tell which they are.
            if let Some((field, _)) = list.only {
                below.child(field.to_owned());
            }
            below
        };
        (target, below)
    }

    fn write(&self, text: &mut String) {
        text.push('{');
        for (name, below) in &self.0 {
            text.push(' ');
            text.push_str(name);
            if !below.0.is_empty() {
                text.push(' ');
                below.write(text);
            }
        }
        text.push_str(" }");
    }
}

impl Fragments<'_> {
    fn selection(&mut self, form: &Form) -> Selection {
        let mut selection = Selection::default();
        let Some(noun) = model().noun(form.noun) else { return selection };
        for member in &form.members {
            match &member.is {
                Is::Value(from, _) => from.iter().for_each(|path| self.field(noun, path, &mut selection)),
                Is::One(ways) => ways.iter().for_each(|(path, form)| self.spread(noun, path, form, &mut selection)),
                Is::Sole(many, path) => self.list(noun, many, path, &mut selection),
                Is::Many(many) | Is::Map(many, _) => self.list(noun, many, "", &mut selection),
                Is::Members(field) => self.field(noun, field, &mut selection),
            }
        }
        selection
    }

    fn field(&self, noun: &'static Noun, path: &str, into: &mut Selection) {
        let (way, name) = path.rsplit_once('.').unwrap_or(("", path));
        let (noun, into) = along(noun, way, into);
        let native = self.natives.iter().find(|native| native.noun == noun.name && native.field == name);
        match native {
            Some(native) => native.from.iter().for_each(|path| self.field(noun, path, into)),
            None => {
                into.child(name.to_owned());
            }
        }
    }

    fn spread(&mut self, noun: &'static Noun, path: &str, form: &'static Form, into: &mut Selection) {
        let (_, into) = along(noun, path, into);
        into.child(format!("...{}", form.name));
        if !self.found.iter().any(|found| found.name == form.name) {
            self.found.push(form);
        }
    }

    fn list(&mut self, noun: &'static Noun, many: &Many, path: &str, into: &mut Selection) {
        let listed = Listed { order: many.order, only: many.only, most: self.nested };
        let (noun, into) = into.enter(noun, many.relation, &listed);
        self.spread(noun, path, many.form, into);
    }
}

fn along<'s>(noun: &'static Noun, path: &str, into: &'s mut Selection) -> (&'static Noun, &'s mut Selection) {
    let listed = Listed { order: &[], only: None, most: NESTED_MOST };
    path.split('.')
        .filter(|name| !name.is_empty())
        .fold((noun, into), |(noun, into), name| into.enter(noun, name, &listed))
}

/// The value of `Link` that leads to GraphiQL with a query.
pub fn alternate(query: &str) -> String {
    let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
    format!("</graphiql?query={query}>; rel=\"alternate\"; type=\"text/html\"; title=\"GraphQL\"")
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::rest::kit::write::{INTEGER, TEXT};

    static PERSON: LazyLock<Form> = LazyLock::new(|| Form::of("Person", "User").value("mail", &["mailAddress"], TEXT));

    #[test]
    fn a_form_is_selected_with_fragments_lists_and_native_names() {
        let natives = [Native { noun: "User", field: "mailAddress", from: &["email"] }];
        let many =
            Many { relation: "audits", order: &[("uuid", true), ("standing", false)], only: None, form: &PERSON };
        let form = Form::of("Area", "AuditArea")
            .value("threshold", &["auditThreshold"], INTEGER)
            .value("abbr", &["orgUnit.abbr"], TEXT)
            .one("leader", "leader", &PERSON);
        let text = "{ auditThreshold orgUnit { abbr } leader { ...Person } } } } fragment Person on User { email }";
        assert_eq!(tail(&form, &natives), text);
        let noun = model().noun("Audit").unwrap();
        assert_eq!(order_argument(noun, many.order), ", orderBy: [{field: UUID, direction: DESC}]");
    }

    static WORDS: LazyLock<Form> = LazyLock::new(|| Form::of("Words", "CommentGroup").value("id", &["uuid"], TEXT));
    static FINDING: LazyLock<Form> = LazyLock::new(|| {
        let rejections =
            Many { relation: "commentGroups", order: &[], only: Some(("kind", "REJECTION")), form: &WORDS };
        Form::of("Finding", "Issue").many("rejections", rejections)
    });

    #[test]
    fn a_part_of_a_list_is_asked_for_or_told_apart() {
        let tasks = Many { relation: "issues", order: &[], only: Some(("kind", "TASK")), form: &FINDING };
        let text = "{ issues(first: 7, filter: {kind: {eq: TASK}}) { nodes { ...Finding } } } } } \
                    fragment Finding on Issue { commentGroups { kind ...Words } } fragment Words on CommentGroup { uuid }";
        assert_eq!(tail_of(&Form::of("Visit", "Audit").many("tasks", tasks), &[], 7), text);
    }
}
