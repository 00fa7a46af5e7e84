//! Carries a command out: one transaction, with its entries in the trail.

use std::sync::Arc;

use super::act::{Act, Run, Sheet};
use super::check;
use super::desk::Desk;
use super::draft::Draft;
use super::entry::{Entry, Slot};
use super::once;
use super::order::{Done, Given, Order};
use super::record::Record;
use super::refer;
use super::remove;
use super::workflow;
use crate::domain::access;
use crate::domain::cell::Cell;
use crate::domain::cx::{Caller, Cx};
use crate::domain::db::{Arg, Outcome, Tx};
use crate::domain::describe::{Noun, Scope};
use crate::domain::error::{Error, Fault, Result};
use crate::domain::trail::Origin;

/// Carries out a command for the caller of a request, whose session or key must still hold.
pub async fn execute(cx: &Cx, act: &'static Act, order: Order) -> Result<Done> {
    let caller = Arc::clone(cx.caller()?);
    access::may(&caller, act.role, act.scope)?;
    let organization_id = (!act.wide).then_some(caller.organization_id);
    let errand = cx.errand(organization_id);
    let origin = Origin::of(cx);
    let opening = (!act.is_about_access()).then(|| Desk::opening(&caller, &origin));
    let given = Arc::new((order, origin, caller));
    cx.db
        .write_in_turn(&errand, opening, move |tx| {
            let given = Arc::clone(&given);
            Box::pin(async move { within(tx, act, given.as_ref()).await })
        })
        .await
}

async fn within(
    tx: &mut Tx,
    act: &'static Act,
    (order, origin, caller): &(Order, Origin, Arc<Caller>),
) -> Result<Outcome<Done>> {
    let mut desk = Desk::open(tx, Arc::clone(caller), origin.clone()).await?;
    if let Some(once) = &order.once
        && let Some(done) = once::recall(&mut desk, once).await?
    {
        return Ok(Outcome::Unchanged(done));
    }
    let mut done = carry_out(&mut desk, act, order).await?;
    let has_changed = desk.append().await?;
    done.receipts = desk.receipts();
    if let Some(once) = &order.once {
        once::remember(&mut desk, once, &done).await?;
    }
    Ok(match (has_changed, &order.once) {
        (true, _) => Outcome::Changed(done),
        (false, Some(_)) => Outcome::Bookkeeping(done),
        (false, None) => Outcome::Unchanged(done),
    })
}

async fn carry_out(desk: &mut Desk<'_>, act: &'static Act, order: &Order) -> Result<Done> {
    desk.found = refer::find(desk, &act.entries, &order.values).await?;
    match act.run {
        Run::Create(sheet) => {
            let draft = drafted(desk, (sheet.noun, &sheet.entries), None, order);
            finish(desk, sheet, draft).await.map(|record| given(sheet, record))
        }
        Run::Update(sheet) => {
            let before = target(desk, act, order).await?;
            own(&before)?;
            let draft = drafted(desk, (sheet.noun, &sheet.entries), Some(before), order);
            finish(desk, sheet, draft).await.map(|record| given(sheet, record))
        }
        Run::Delete(sheet) => {
            let record = target(desk, act, order).await?;
            own(&record)?;
            if let Some(leave) = sheet.leave {
                leave(desk, &record).await?;
            }
            remove::remove(desk, sheet, &record).await?;
            Ok(Done::row(record.uuid))
        }
        Run::Archive(sheet, away) => {
            let record = target(desk, act, order).await?;
            let (column, words) = sheet.archived;
            let out = match words {
                Some((out, _)) => record.text(column) == out,
                None => record.has(column),
            };
            if out != away {
                let cell = match (words, away) {
                    (Some((out, _)), true) => Cell::from(out),
                    (Some((_, back)), false) => Cell::from(back),
                    (None, true) => desk.now().into(),
                    (None, false) => Cell::Null,
                };
                let mut draft = Draft::new(sheet.noun, Some(record.clone()), order);
                draft.set(column, cell);
                return finish(desk, sheet, draft).await.map(|record| given(sheet, record));
            }
            Ok(given(sheet, record))
        }
        Run::Step(step) => {
            let record = target(desk, act, order).await?;
            refuse(check::faults(&act.entries, order, false), order, desk, &act.entries)?;
            workflow::take(desk, step, record, order).await
        }
        Run::Special(run) => {
            refuse(check::faults(&act.entries, order, act.is_new), order, desk, &act.entries)?;
            run(desk, act, order).await
        }
    }
}

/// What a sheet's command gives. What follows the writing may change the record once more, so then it is read again.
fn given(sheet: &Sheet, record: Record) -> Done {
    let done = Done::row(record.uuid);
    Done { record: sheet.after.is_none().then_some(record), ..done }
}

fn refuse(mut faults: Vec<Fault>, order: &Order, desk: &Desk<'_>, entries: &[Entry]) -> Result<()> {
    faults.extend(order.faults.iter().cloned());
    faults.extend(unknown(desk, entries, order));
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// The record that a command changes, in the version that its sender saw.
pub async fn target(desk: &mut Desk<'_>, act: &Act, order: &Order) -> Result<Record> {
    let noun = act.target.ok_or(Error::Internal)?;
    let uuid = order.target.ok_or_else(|| Error::invalid("id", "is required"))?;
    let record = desk.load(noun, uuid).await?;
    match (order.expected_version, record.number("version")) {
        (Some(expected), Some(current)) if expected != current => Err(Error::Stale { current }),
        _ => Ok(record),
    }
}

/// Refuses what is built in and shared by all organizations.
fn own(record: &Record) -> Result<()> {
    let shared = record.noun.scope == Scope::TenantOrShared && !record.has("organization_id");
    if shared { Err(Error::Rule("BUILT_IN", "is built in and cannot be changed".to_owned())) } else { Ok(()) }
}

/// Faults of references to rows that the organization does not have.
fn unknown(desk: &Desk<'_>, entries: &[Entry], order: &Order) -> Vec<Fault> {
    let missing = |entry: &Entry, given: Option<&Given>| match (entry.slot, given) {
        (Slot::One(noun, _) | Slot::Row(noun), Some(Given::One(Some(uuid)))) => desk.found.id(noun, *uuid).is_none(),
        _ => false,
    };
    let fault = |path: Vec<String>| Fault { path, code: "NOT_FOUND", message: "names no record of yours".to_owned() };
    let mut faults = Vec::new();
    for entry in entries {
        let given = order.values.get(entry.name);
        if missing(entry, given) {
            faults.push(fault(vec![entry.name.to_owned()]));
        }
        if let (Slot::Many(noun, _) | Slot::Rows(noun), Some(Given::Many(uuids))) = (entry.slot, given) {
            let missing = uuids.iter().enumerate().filter(|(_, uuid)| desk.found.id(noun, **uuid).is_none());
            faults.extend(missing.map(|(position, _)| fault(vec![entry.name.to_owned(), position.to_string()])));
        }
        if let (Slot::Items(_, inner), Some(Given::Items(items))) = (entry.slot, given) {
            let name = entry.name.to_owned();
            for (position, item) in items.iter().enumerate() {
                for entry in inner.iter().filter(|entry| missing(entry, item.get(entry.name))) {
                    faults.push(fault(vec![name.clone(), position.to_string(), entry.name.to_owned()]));
                }
            }
        }
    }
    faults
}

/// A draft with the given values in their columns.
pub fn drafted<'o>(
    desk: &Desk<'_>,
    (noun, entries): (&'static Noun, &[Entry]),
    before: Option<Record>,
    order: &'o Order,
) -> Draft<'o> {
    let is_new = before.is_none();
    let mut draft = Draft::new(noun, before, order);
    draft.extend(check::faults(entries, order, is_new));
    draft.extend(unknown(desk, entries, order));
    for entry in entries {
        match (entry.slot, order.values.get(entry.name)) {
            (Slot::Field(_, column), Some(Given::Cell(cell))) => draft.set(column, cell.clone()),
            (Slot::One(noun, column), Some(Given::One(uuid))) => {
                draft.set(column, uuid.and_then(|uuid| desk.found.id(noun, uuid)));
            }
            (Slot::Many(noun, table), Some(Given::Many(uuids))) => {
                let mut ids: Vec<i64> = Vec::with_capacity(uuids.len());
                for id in uuids.iter().filter_map(|uuid| desk.found.id(noun, *uuid)) {
                    if !ids.contains(&id) {
                        ids.push(id);
                    }
                }
                draft.links.push((table, ids));
            }
            _ => {}
        }
    }
    draft
}

/// Completes, checks and writes a draft, and does what follows.
pub async fn finish(desk: &mut Desk<'_>, sheet: &Sheet, mut draft: Draft<'_>) -> Result<Record> {
    complete(desk, sheet, &mut draft).await?;
    put(desk, sheet, &draft).await
}

/// Completes and checks a draft.
pub async fn complete(desk: &mut Desk<'_>, sheet: &Sheet, draft: &mut Draft<'_>) -> Result<()> {
    if let Some(fill) = sheet.fill {
        fill(desk, draft).await?;
    }
    taken(desk, sheet, draft).await?;
    draft.sound()
}

/// Writes a draft that is complete, and does what follows.
pub async fn put(desk: &mut Desk<'_>, sheet: &Sheet, draft: &Draft<'_>) -> Result<Record> {
    let record = if draft.is_new() { desk.insert(draft).await? } else { desk.update(draft).await? };
    if let Some(after) = sheet.after {
        after(desk, draft, &record).await?;
    }
    Ok(record)
}

/// Faults of values that another record has already.
async fn taken(desk: &mut Desk<'_>, sheet: &Sheet, draft: &mut Draft<'_>) -> Result<()> {
    for (columns, entry) in &sheet.unique {
        if !columns.iter().any(|column| draft.changes(column))
            || columns.iter().any(|column| draft.cell(column).is_null())
        {
            continue;
        }
        let global = matches!(sheet.noun.scope, Scope::Members | Scope::Itself);
        let mut sql = format!("SELECT id FROM \"{}\" WHERE id <> $1", sheet.noun.table);
        let mut args = vec![Arg::long(draft.before.as_ref().map_or(0, |record| record.id))];
        if !global {
            args.push(Arg::long(desk.organization_id));
            sql.push_str(" AND organization_id = $2");
        }
        for column in *columns {
            let kind = sheet.noun.columns.iter().find(|(name, _)| name == column).map(|(_, kind)| *kind);
            args.push(Arg::One(kind.ok_or(Error::Internal)?, draft.cell(column).clone()));
            sql.push_str(&format!(" AND \"{column}\" = ${}", args.len()));
        }
        if desk.number(&sql, args).await?.is_some() {
            draft.fault(entry, "TAKEN", "is taken by another record");
        }
    }
    Ok(())
}
