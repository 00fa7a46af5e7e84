//! What can be done with each noun, and what each command takes.

use std::sync::LazyLock;

use futures_util::future::BoxFuture;

use super::desk::Desk;
use super::draft::Draft;
use super::entry::{Check, Entry, Slot};
use super::order::{Done, Order};
use super::record::Record;
use super::sheet;
use super::workflow::{self, Step};
use crate::domain::cell::Kind;
use crate::domain::cx::Role;
use crate::domain::describe::Noun;
use crate::domain::error::Result;
use crate::domain::model::model;

/// Completes and checks a draft before it is written.
pub type Fill = for<'a, 't, 'o> fn(&'a mut Desk<'t>, &'a mut Draft<'o>) -> BoxFuture<'a, Result<()>>;
/// Does what follows from a record that was written: the draft, and the record as it is now.
pub type After = for<'a, 't, 'o> fn(&'a mut Desk<'t>, &'a Draft<'o>, &'a Record) -> BoxFuture<'a, Result<()>>;
/// Looks at a record before it is removed.
pub type Leave = for<'a, 't> fn(&'a mut Desk<'t>, &'a Record) -> BoxFuture<'a, Result<()>>;
/// Carries out a command of its own kind.
pub type Special = for<'a, 't> fn(&'a mut Desk<'t>, &'a Act, &'a Order) -> BoxFuture<'a, Result<Done>>;

/// What can be done with one noun.
#[derive(Debug)]
pub struct Sheet {
    /// The noun.
    pub noun: &'static Noun,
    /// What its records are made of.
    pub entries: Vec<Entry>,
    /// Who may make one.
    pub create: Option<Role>,
    /// Who may change one.
    pub update: Option<Role>,
    /// Who may remove one.
    pub delete: Option<Role>,
    /// Who may put one out of use and back.
    pub archive: Option<Role>,
    /// Combinations of columns that no two records share, and the entry that is told.
    pub unique: Vec<(&'static [&'static str], &'static str)>,
    /// Completes and checks a draft.
    pub fill: Option<Fill>,
    /// Does what follows.
    pub after: Option<After>,
    /// Looks at a record before it is removed.
    pub leave: Option<Leave>,
    /// Records that go with one: noun and column.
    pub owns: Vec<(&'static str, &'static str)>,
    /// Records that let go of one: noun and columns.
    pub frees: Vec<(&'static str, &'static [&'static str])>,
    /// The column, and its words, that put one out of use; an instant where there are no words.
    pub archived: (&'static str, Option<(&'static str, &'static str)>),
}

impl Sheet {
    /// A sheet on which everything can be done by `role`, but archiving.
    pub fn of(noun: &str, role: Role) -> Self {
        let found = model().noun(noun);
        debug_assert!(found.is_some(), "{noun} is no noun");
        let noun = found.or_else(|| model().nouns().first());
        let Some(noun) = noun else { unreachable!("the model has nouns") };
        Self {
            noun,
            entries: Vec::new(),
            create: Some(role),
            update: Some(role),
            delete: Some(role),
            archive: None,
            unique: Vec::new(),
            fill: None,
            after: None,
            leave: None,
            owns: Vec::new(),
            frees: Vec::new(),
            archived: ("", None),
        }
    }

    /// These fields can be given.
    pub fn fields(mut self, names: &[&'static str]) -> Self {
        for name in names {
            let entry = Entry::field(self.noun, name);
            debug_assert!(entry.is_some(), "{name} is no column of {}", self.noun.name);
            self.entries.extend(entry);
        }
        self
    }

    /// These records can be referred to.
    pub fn refers(mut self, names: &[&'static str]) -> Self {
        for name in names {
            let entry = Entry::relation(self.noun, name);
            debug_assert!(entry.is_some(), "{name} is no relation of {}", self.noun.name);
            self.entries.extend(entry);
        }
        self
    }

    /// A further value for the command.
    pub fn extra(mut self, name: &'static str, slot: Slot, doc: &'static str) -> Self {
        self.entries.push(Entry::extra(name, doc, slot));
        self
    }

    fn each(mut self, names: &[&str], change: impl Fn(&mut Entry)) -> Self {
        for name in names {
            let entry = self.entries.iter_mut().find(|entry| entry.name == *name);
            debug_assert!(entry.is_some(), "{name} is no entry");
            entry.into_iter().for_each(&change);
        }
        self
    }

    /// A new record must have these.
    pub fn required(self, names: &[&str]) -> Self {
        self.each(names, |entry| entry.required = true)
    }

    /// These are given once and stay.
    pub fn fixed(self, names: &[&str]) -> Self {
        self.each(names, |entry| entry.on_update = false)
    }

    /// These can be changed, but are not given to a new record.
    pub fn later(self, names: &[&str]) -> Self {
        self.each(names, |entry| entry.on_create = false)
    }

    /// Asks something of these.
    pub fn check(self, names: &[&str], check: Check) -> Self {
        self.each(names, |entry| entry.check = check)
    }

    /// These are texts of any lines.
    pub fn prose(self, names: &[&str]) -> Self {
        self.check(names, Check::Prose(20_000))
    }

    /// No two records share these columns; a fault is told at `entry`.
    pub fn unique(mut self, columns: &'static [&'static str], entry: &'static str) -> Self {
        self.unique.push((columns, entry));
        self
    }

    /// Completes and checks a draft.
    pub fn fill(mut self, fill: Fill) -> Self {
        self.fill = Some(fill);
        self
    }

    /// Does what follows.
    pub fn after(mut self, after: After) -> Self {
        self.after = Some(after);
        self
    }

    /// Looks at a record before it is removed.
    pub fn leave(mut self, leave: Leave) -> Self {
        self.leave = Some(leave);
        self
    }

    /// These records go with one.
    pub fn owns(mut self, noun: &'static str, column: &'static str) -> Self {
        self.owns.push((noun, column));
        self
    }

    /// These records let go of one.
    pub fn frees(mut self, noun: &'static str, columns: &'static [&'static str]) -> Self {
        self.frees.push((noun, columns));
        self
    }

    /// Only these may do what.
    pub fn roles(mut self, create: Option<Role>, update: Option<Role>, delete: Option<Role>) -> Self {
        (self.create, self.update, self.delete) = (create, update, delete);
        self
    }

    /// Records can be put out of use.
    pub fn archived(mut self, role: Role, column: &'static str, words: Option<(&'static str, &'static str)>) -> Self {
        self.archive = Some(role);
        self.archived = (column, words);
        self
    }
}

/// How a command is carried out.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// Makes a record.
    Create(&'static Sheet),
    /// Changes a record.
    Update(&'static Sheet),
    /// Removes a record.
    Delete(&'static Sheet),
    /// Puts a record out of use, or back.
    Archive(&'static Sheet, bool),
    /// Takes a record a step of its workflow further.
    Step(&'static Step),
    /// Something of its own.
    Special(Special),
}

/// What a command gives.
#[derive(Clone, Copy, Debug)]
pub enum Gives {
    /// The record.
    One(&'static Noun),
    /// Records.
    Many(&'static Noun),
    /// The id of what is no more.
    Id(&'static Noun),
    /// A record of an API key, and its token.
    Token(&'static Noun),
    /// Values: names, types and descriptions.
    Values(&'static [(&'static str, &'static str, &'static str)]),
}

/// One command.
#[derive(Debug)]
pub struct Act {
    /// Name, such as `createAudit`.
    pub name: &'static str,
    /// Description for the API's reader.
    pub doc: String,
    /// Least role of the caller.
    pub role: Role,
    /// What it changes; none for a command that makes something.
    pub target: Option<&'static Noun>,
    /// What it takes.
    pub entries: Vec<Entry>,
    /// Whether it makes a record, so that required values must be given.
    pub is_new: bool,
    /// What it gives.
    pub gives: Gives,
    /// Rows of several organizations may be touched: people, memberships and organizations themselves.
    pub wide: bool,
    /// The scope that an API key with scopes needs.
    pub scope: &'static str,
    /// How it is carried out.
    pub run: Run,
}

/// The scope that lets an API key with scopes change something.
const WRITE: &str = "graphql:write";

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn lower(name: &str) -> String {
    // `AssetProfile` as the reader knows it: asset profile.
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text.replace("api key", "API key")
}

fn article(name: &str) -> &'static str {
    if name.starts_with(['a', 'e', 'i', 'o', 'A']) { "an" } else { "a" }
}

impl Act {
    fn of(sheet: &'static Sheet, verb: &str, role: Role, (doc, run): (String, Run)) -> Self {
        let noun = sheet.noun;
        let (target, entries, gives) = match run {
            Run::Create(_) => {
                (None, sheet.entries.iter().filter(|entry| entry.on_create).cloned().collect(), Gives::One(noun))
            }
            Run::Update(_) => {
                (Some(noun), sheet.entries.iter().filter(|entry| entry.on_update).cloned().collect(), Gives::One(noun))
            }
            Run::Delete(_) => (Some(noun), Vec::new(), Gives::Id(noun)),
            _ => (Some(noun), Vec::new(), Gives::One(noun)),
        };
        Self {
            name: leaked(format!("{verb}{}", noun.name)),
            doc,
            role,
            target,
            entries,
            is_new: matches!(run, Run::Create(_)),
            gives,
            wide: matches!(noun.name, "User" | "Membership" | "Organization"),
            scope: WRITE,
            run,
        }
    }

    /// A command of its own kind.
    pub fn special(name: &'static str, doc: &str, role: Role, (gives, run): (Gives, Special)) -> Self {
        Self {
            name,
            doc: doc.to_owned(),
            role,
            target: None,
            entries: Vec::new(),
            is_new: true,
            gives,
            wide: false,
            scope: WRITE,
            run: Run::Special(run),
        }
    }

    /// On a record of this noun.
    pub fn on(mut self, noun: &str) -> Self {
        self.target = model().noun(noun);
        self.is_new = false;
        self
    }

    /// Takes these values.
    pub fn takes(mut self, entries: Vec<Entry>) -> Self {
        self.entries = entries;
        self
    }

    /// Whether it is about who may sign in, or about a key: it may end another command's session, so that nobody shares
    /// its transaction (docs/decisions/0012).
    pub fn is_about_access(&self) -> bool {
        let given = match self.gives {
            Gives::One(noun) | Gives::Many(noun) | Gives::Id(noun) | Gives::Token(noun) => Some(noun),
            Gives::Values(_) => None,
        };
        self.wide || self.target.into_iter().chain(given).any(|noun| noun.name == "ApiKey")
    }

    /// Touches rows of several organizations.
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }
}

static SHEETS: LazyLock<Vec<Sheet>> = LazyLock::new(sheet::all);

/// The sheet of a noun.
pub fn sheet(noun: &str) -> Option<&'static Sheet> {
    SHEETS.iter().find(|sheet| sheet.noun.name == noun)
}

static ACTS: LazyLock<Vec<Act>> = LazyLock::new(|| {
    let mut acts = Vec::new();
    for sheet in SHEETS.iter() {
        let name = lower(sheet.noun.name);
        let a = article(&name);
        let mut add = |verb: &str, role: Option<Role>, doc: String, run: Run| {
            acts.extend(role.map(|role| Act::of(sheet, verb, role, (doc, run))));
        };
        add("create", sheet.create, format!("Makes {a} {name}."), Run::Create(sheet));
        add("update", sheet.update, format!("Changes {a} {name}; what is not given stays."), Run::Update(sheet));
        add(
            "delete",
            sheet.delete,
            format!("Removes {a} {name}; refused while something else refers to it."),
            Run::Delete(sheet),
        );
        add(
            "archive",
            sheet.archive,
            format!("Puts {a} {name} out of use; its history stays."),
            Run::Archive(sheet, true),
        );
        add("unarchive", sheet.archive, format!("Puts {a} {name} back into use."), Run::Archive(sheet, false));
    }
    acts.extend(workflow::steps().filter_map(|step| {
        let noun = model().noun(step.noun)?;
        Some(Act {
            name: step.name,
            doc: step.doc(),
            role: step.role,
            target: Some(noun),
            entries: (step.entries)(),
            is_new: false,
            gives: Gives::One(noun),
            wide: false,
            scope: WRITE,
            run: Run::Step(step),
        })
    }));
    acts.extend(sheet::specials());
    acts
});

/// Every command, in the order of the schema.
pub fn acts() -> &'static [Act] {
    &ACTS
}

static RECORDS: LazyLock<Vec<Act>> = LazyLock::new(sheet::records);

/// Any command, by its name: also those that only the documented interfaces carry out.
pub fn find(name: &str) -> Option<&'static Act> {
    ACTS.iter().chain(RECORDS.iter()).find(|act| act.name == name)
}

/// An entry of a kind that is no column.
pub fn extra(name: &'static str, kind: Kind, doc: &'static str) -> Entry {
    Entry::extra(name, doc, Slot::Extra(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever changes a user, a membership or a key ends sessions (migration m0017), so a command of another name that
    /// comes to be among these belongs here, too.
    #[test]
    fn what_is_about_access_is_known() {
        let about = ACTS.iter().chain(RECORDS.iter()).filter(|act| act.is_about_access());
        let names: Vec<_> = about.map(|act| act.name).collect();
        let known = "updateOrganization createUser updateUser archiveUser unarchiveUser createMembership \
                     updateMembership deleteMembership updateApiKey createOrganization createApiKey revokeApiKey \
                     showApiToken grantApiAccess withdrawApiAccess recordContact";
        assert_eq!(names.join(" "), known);
    }
}
