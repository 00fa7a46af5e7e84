//! Which steps the work of an audit, an issue, a program and a schedule may take: declared once, as data. From where
//! to where, who may take it, what must hold, and what follows.

pub mod audit;
pub mod counts;
mod issue;
mod print;
mod program;

use futures_util::future::BoxFuture;

use super::desk::Desk;
use super::entry::Entry;
use super::order::{Done, Order};
use super::record::Record;
use crate::domain::cell::Cell;
use crate::domain::cx::Role;
use crate::domain::error::{Error, Result};

pub use self::print::markdown;

/// Columns that a step sets.
pub type Columns = Vec<(&'static str, Cell)>;

/// What an effect does with the record as it is afterwards.
pub type Deed = for<'a, 't> fn(&'a mut Desk<'t>, &'a Record, &'a Order) -> BoxFuture<'a, Result<()>>;

/// Something that must hold before a step is taken.
#[derive(Debug)]
pub struct Guard {
    /// Stable code of the refusal: the rule's name.
    pub code: &'static str,
    /// The rule, for a person to read.
    pub rule: &'static str,
    /// Whether it holds.
    pub holds: for<'a, 't> fn(&'a mut Desk<'t>, &'a Record) -> BoxFuture<'a, Result<bool>>,
}

/// Something that follows from a step.
#[derive(Debug)]
pub struct Effect {
    /// What follows, for a person to read.
    pub says: &'static str,
    /// Which columns of the record are set.
    pub sets: Option<fn(&Desk<'_>, &Record, &Order) -> Columns>,
    /// What else is done, with the record as it is afterwards.
    pub does: Option<Deed>,
}

/// Who may take a step, beside the role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody with the role.
    Anyone,
    /// The person in the column, and administrators; everybody where nobody is in it.
    OnlyOrAdmin(&'static str),
    /// Everybody but the person in the column.
    NotThe(&'static str),
}

/// One step.
#[derive(Debug)]
pub struct Step {
    /// Name of the command.
    pub name: &'static str,
    /// What it takes further.
    pub noun: &'static str,
    /// What it does, for the API's reader.
    pub says: &'static str,
    /// The column that says where the record stands.
    pub column: &'static str,
    /// Where it may stand before.
    pub from: &'static [&'static str],
    /// Where it stands after; none where it stays.
    pub to: Option<&'static str>,
    /// Least role.
    pub role: Role,
    /// Who, beside the role.
    pub who: Who,
    /// What must hold.
    pub guards: &'static [&'static Guard],
    /// What follows.
    pub effects: &'static [&'static Effect],
    /// What it takes.
    pub entries: fn() -> Vec<Entry>,
}

impl Step {
    /// The whole description for the API's reader.
    pub fn doc(&self) -> String {
        let mut doc = format!("{} From {}.", self.says, self.from.join(", "));
        for guard in self.guards {
            doc.push_str(&format!(" {}: {}.", guard.code, guard.rule));
        }
        doc
    }
}

/// Nothing beside the record.
pub fn nothing() -> Vec<Entry> {
    Vec::new()
}

/// All steps, in the order of the schema.
pub fn steps() -> impl Iterator<Item = &'static Step> {
    audit::STEPS.iter().chain(issue::STEPS).chain(program::STEPS)
}

/// A step by its name.
pub fn step(name: &str) -> Option<&'static Step> {
    steps().find(|step| step.name == name)
}

/// Takes a record a step further.
pub async fn take(desk: &mut Desk<'_>, step: &'static Step, record: Record, order: &Order) -> Result<Done> {
    advance(desk, step, record, order).await.map(|record| Done::row(record.uuid))
}

/// The same, giving the record as it is afterwards.
pub async fn advance(desk: &mut Desk<'_>, step: &'static Step, record: Record, order: &Order) -> Result<Record> {
    permit(desk, step, &record).await?;
    let mut columns = columns(desk, step, &record, order);
    columns.retain(|(column, cell)| record.cell(column) != cell);
    let record = if columns.is_empty() { record } else { desk.update_row(&record, columns, None).await? };
    follow(desk, step, record, order).await
}

/// Refuses a step that cannot be taken from where the record stands, by this caller or as things are.
pub async fn permit(desk: &mut Desk<'_>, step: &Step, record: &Record) -> Result<()> {
    let stands = record.text(step.column);
    if !step.from.contains(&stands) {
        let message = format!("{} is not possible in {stands}; it needs {}", step.name, step.from.join(" or "));
        return Err(Error::Rule("TRANSITION_REFUSED", message));
    }
    match step.who {
        Who::OnlyOrAdmin(column) => {
            let person = record.number(column);
            if person.is_some() && person != Some(desk.caller.user_id) && desk.caller.role < Role::Admin {
                return Err(Error::Forbidden("only the person it is assigned to or an administrator may do this"));
            }
        }
        Who::NotThe(column) if record.number(column) == Some(desk.caller.user_id) => {
            return Err(Error::Rule("OWN_WORK", "the person it is assigned to cannot approve it".to_owned()));
        }
        _ => {}
    }
    for guard in step.guards {
        if !(guard.holds)(desk, record).await? {
            return Err(Error::Rule(guard.code, guard.rule.to_owned()));
        }
    }
    Ok(())
}

/// The columns that a step sets.
pub fn columns(desk: &Desk<'_>, step: &Step, record: &Record, order: &Order) -> Columns {
    let mut columns: Columns = step.to.map(|to| (step.column, Cell::from(to))).into_iter().collect();
    for effect in step.effects {
        columns.extend(effect.sets.map(|sets| sets(desk, record, order)).unwrap_or_default());
    }
    columns
}

/// Does what follows from a step, with the record as it is after it; gives the record as it is then.
pub async fn follow(desk: &mut Desk<'_>, step: &Step, mut record: Record, order: &Order) -> Result<Record> {
    for effect in step.effects {
        if let Some(does) = effect.does {
            does(desk, &record, order).await?;
            // What was done may have taken it further.
            record = desk.load_id(step.noun, Some(record.id)).await?.ok_or(Error::Internal)?;
        }
    }
    Ok(record)
}
