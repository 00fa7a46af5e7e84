//! Inventory audits as one request makes and changes them: counts, further values and a step of the work, all of it or
//! nothing (contract packagex 2.4 and 2.5).

use std::collections::HashMap;

use futures_util::future::BoxFuture;
use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::super::act::{self, Act, Gives, extra};
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::entry::{Check, Entry, Slot};
use super::super::order::{Done, Given, Order, Values};
use super::super::record::Record;
use super::super::run::{drafted, finish, target};
use super::super::workflow::{self, audit as flow};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::Role;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::model::model;

/// The scope that a key with scopes needs.
const SCOPE: &str = "packagex:write";
/// Most pairs of an audit's metadata.
const PAIRS: usize = 25;
/// Counts are less than this.
const COUNT_LIMIT: i64 = 1_000_000_000_000;

/// The values of an audit that a change gives, beside counts and state.
const VALUES: [&str; 5] = ["priority", "auditorId", "completeBy", "updateInventory", "feedback"];

/// The steps, by the state that an audit gets to.
const STEPS: [(&str, &str); 5] = [
    ("IN_PROGRESS", "startAudit"),
    ("IN_REVIEW", "submitAudit"),
    ("RECOUNT", "requestRecount"),
    ("CLOSED", "closeAudit"),
    ("CANCELED", "cancelAudit"),
];

/// The commands.
pub fn acts() -> Vec<Act> {
    let (Some(sheet), Some(count)) = (act::sheet("Audit"), model().noun("CountTask")) else { return Vec::new() };
    let named = |names: &[&str]| -> Vec<Entry> {
        let found = names.iter().filter_map(|name| sheet.entries.iter().find(|entry| entry.name == *name));
        found.cloned().collect()
    };
    let metadata = extra(METADATA, Kind::Json, "Members of the metadata to set; null or an empty text takes one away.");
    let mut open = Act::special(
        "openInventoryAudit",
        "Makes an inventory audit with a count of every stock level of the location.",
        Role::Member,
        (Gives::One(sheet.noun), open_inventory),
    );
    open.scope = SCOPE;
    open.entries = named(&["assetId", "itemIds", "layoutIds", "number", "priority", "auditorId", "completeBy"]);
    open.entries.extend(named(&["updateInventory", "countStock"]));
    open.entries.push(metadata.clone());
    let mut work = Act::special(
        "workInventoryAudit",
        "Counts, changes an inventory audit and takes it a step further.",
        Role::Member,
        (Gives::One(sheet.noun), work_inventory),
    )
    .on("Audit");
    work.scope = SCOPE;
    let tasks = Slot::Items("InventoryCountInput", Box::leak(counts(count).into_boxed_slice()));
    work.entries = vec![Entry::extra("tasks", "Counts, each once.", tasks)];
    work.entries.push(extra(STATE, Kind::Text, "Where to take it."));
    work.entries.push(extra(
        UNLESS,
        Kind::Text,
        "States, with blanks between, in which nothing is to be done for that.",
    ));
    work.entries.extend(named(&VALUES));
    work.entries.push(metadata);
    work.entries.extend(named(&["number", "assetId"]));
    vec![open, work]
}

const METADATA: &str = "metadataChanges";
const STATE: &str = "state";
const UNLESS: &str = "unless";

fn counts(noun: &'static crate::domain::describe::Noun) -> Vec<Entry> {
    let mut entries = vec![Entry::extra("id", "The count.", Slot::Row(noun))];
    entries.push(extra("countedQty", Kind::Decimal, "Quantity found; null = not counted."));
    entries.push(extra("add", Kind::Decimal, "Adds to what was counted so far; may be negative."));
    entries.extend(["reasonCode", "item", "layout"].iter().filter_map(|name| Entry::relation(noun, name)));
    for entry in &mut entries {
        entry.check = Check::Free;
    }
    entries
}

fn open_inventory<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let sheet = act::sheet("Audit").ok_or(Error::Internal)?;
        let mut draft = drafted(desk, (sheet.noun, &act.entries), None, order);
        match changed_metadata("{}", order) {
            Ok(metadata) => draft.set("metadata", metadata.map_or(Cell::Json("{}".to_owned()), Cell::Json)),
            Err(fault) => draft.extend([fault]),
        }
        let record = finish(desk, sheet, draft).await?;
        Ok(Done::row(record.uuid))
    })
}

/// One count that changes.
struct Change {
    position: usize,
    task: Record,
    columns: Vec<(&'static str, Cell)>,
}

impl Change {
    fn sets(&self, column: &str) -> Option<&Cell> {
        self.columns.iter().find(|(name, _)| *name == column).map(|(_, cell)| cell)
    }
}

fn work_inventory<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let audit = target(desk, act, order).await?;
        if audit.text("asset_kind") != flow::INVENTORY {
            return Err(Error::NotFound("audit"));
        }
        let (changes, mut faults) = changes(desk, &audit, order).await?;
        let draft = values(desk, act, &audit, order, &mut faults);
        refused(faults)?;
        refused(locked(&audit, &changes, &draft))?;
        let audit = write(desk, audit, changes, draft, order).await?;
        if let Some(state) = order.text(STATE)
            && !order.text(UNLESS).is_some_and(|states| states.split(' ').any(|known| known == audit.text("state")))
        {
            step(desk, audit.clone(), state).await?;
        }
        desk.fold();
        Ok(Done::row(audit.uuid))
    })
}

fn refused(faults: Vec<Fault>) -> Result<()> {
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

fn fault(path: &[&str], code: &'static str, message: &str) -> Fault {
    Fault { path: path.iter().map(|part| (*part).to_owned()).collect(), code, message: message.to_owned() }
}

/// The counts that get other values, and what is wrong with those that are given.
async fn changes(desk: &mut Desk<'_>, audit: &Record, order: &Order) -> Result<(Vec<Change>, Vec<Fault>)> {
    let Some(Given::Items(items)) = order.values.get("tasks") else { return Ok((Vec::new(), Vec::new())) };
    let tasks = workflow::counts::tasks(desk, audit).await?;
    let known: HashMap<Uuid, &Record> = tasks.iter().map(|task| (task.uuid, task)).collect();
    let (mut changes, mut faults) = (Vec::new(), Vec::new());
    for (position, item) in items.iter().enumerate() {
        let place = position.to_string();
        let at = |name: &str, code, message| fault(&["tasks", &place, name], code, message);
        let task = match item.get("id") {
            Some(Given::One(Some(uuid))) => known.get(uuid).copied(),
            _ => None,
        };
        let Some(task) = task else {
            faults.push(at("id", "NOT_FOUND", "names no count of the audit"));
            continue;
        };
        for (name, column) in [("itemId", "item_id"), ("layoutId", "layout_id")] {
            if let Some(Given::One(Some(uuid))) = item.get(name)
                && id_of(desk, name, *uuid) != task.number(column)
            {
                faults.push(at(name, "FIXED", "cannot be changed"));
            }
        }
        let mut columns: Vec<(&'static str, Cell)> = Vec::new();
        match counted(task, item) {
            Ok(cell) => columns.extend(cell.map(|cell| ("counted_qty", cell))),
            Err((code, message)) => faults.push(at("countedQty", code, message)),
        }
        if let Some(Given::One(reason)) = item.get("reasonCodeId") {
            let id = reason.and_then(|uuid| id_of(desk, "reasonCodeId", uuid));
            columns.push(("reason_code_id", id.into()));
        }
        columns.retain(|(column, cell)| task.cell(column) != cell);
        if !columns.is_empty() {
            changes.push(Change { position, task: task.clone(), columns });
        }
    }
    Ok((changes, faults))
}

fn id_of(desk: &Desk<'_>, name: &str, uuid: Uuid) -> Option<i64> {
    let noun = match name {
        "itemId" => "Item",
        "layoutId" => "Layout",
        _ => "ReasonCode",
    };
    model().noun(noun).and_then(|noun| desk.found.id(noun, uuid))
}

/// What is counted then; none where nothing is said of it.
fn counted(task: &Record, item: &Values) -> Result<Option<Cell>, (&'static str, &'static str)> {
    let count = match (item.get("countedQty"), item.get("add")) {
        (_, Some(Given::Cell(Cell::Decimal(add)))) => {
            let so_far = if let Cell::Decimal(count) = task.cell("counted_qty") { *count } else { Decimal::ZERO };
            so_far + *add
        }
        (Some(Given::Cell(Cell::Decimal(count))), _) => *count,
        (Some(Given::Cell(Cell::Null)), _) => return Ok(Some(Cell::Null)),
        _ => return Ok(None),
    };
    if count < Decimal::ZERO {
        Err(("NEGATIVE", "the result must be at least 0"))
    } else if count >= COUNT_LIMIT.into() {
        Err(("TOO_LARGE", "the result is too large"))
    } else {
        Ok(Some(Cell::Decimal(count)))
    }
}

/// The audit with the given values, and what is wrong with them.
fn values<'o>(desk: &Desk<'_>, act: &Act, audit: &Record, order: &'o Order, faults: &mut Vec<Fault>) -> Draft<'o> {
    let mut draft = Draft::new(audit.noun, Some(audit.clone()), order);
    for entry in act.entries.iter().filter(|entry| VALUES.contains(&entry.name)) {
        match (entry.slot, order.values.get(entry.name)) {
            // Interfaces that know whole seconds send back what they were shown.
            (Slot::Field(_, column), Some(Given::Cell(cell))) if !is_same_second(audit.cell(column), cell) => {
                draft.set(column, cell.clone());
            }
            (Slot::One(noun, column), Some(Given::One(uuid))) => {
                draft.set(column, uuid.and_then(|uuid| desk.found.id(noun, uuid)));
            }
            _ => {}
        }
    }
    match changed_metadata(audit.text("metadata"), order) {
        Ok(metadata) => {
            if let Some(metadata) = metadata {
                draft.set("metadata", Cell::Json(metadata));
            }
        }
        Err(fault) => faults.push(fault),
    }
    if order.text("number").is_some_and(|number| number != audit.text("number")) {
        faults.push(fault(&["number"], "FIXED", "cannot be changed"));
    }
    if let Some(Given::One(Some(uuid))) = order.values.get("assetId") {
        let asset = model().noun("Asset").and_then(|noun| desk.found.id(noun, *uuid));
        if asset != audit.number("asset_id") {
            faults.push(fault(&["assetId"], "FIXED", "cannot be changed"));
        }
    }
    draft
}

fn is_same_second(one: &Cell, other: &Cell) -> bool {
    matches!((one.as_time(), other.as_time()), (Some(one), Some(other)) if one.timestamp() == other.timestamp())
}

type Members = IndexMap<String, Box<RawValue>>;

/// The metadata with its changes: none where nothing differs. Numbers keep the text they were given as.
fn changed_metadata(known: &str, order: &Order) -> Result<Option<String>, Fault> {
    let Some(changes) = order.cell(METADATA) else { return Ok(None) };
    let known: Members = serde_json::from_str(known).unwrap_or_default();
    let mut members = known.clone();
    match changes {
        Cell::Json(changes) => {
            let changes: Members =
                serde_json::from_str(changes).map_err(|_| fault(&["metadata"], "INVALID", "must be an object"))?;
            for (key, value) in changes {
                if matches!(value.get(), "null" | "\"\"") {
                    members.shift_remove(&key);
                } else if !known.get(&key).is_some_and(|known| is_same(known, &value)) {
                    members.insert(key, plain(value)?);
                }
            }
        }
        _ => members.clear(),
    }
    if members.len() > PAIRS {
        return Err(fault(&["metadata"], "TOO_MANY", "at most 25 pairs"));
    }
    let texts = |members: &Members| -> Vec<(String, String)> {
        members.iter().map(|(key, value)| (key.clone(), value.get().to_owned())).collect()
    };
    if texts(&members) == texts(&known) {
        return Ok(None);
    }
    serde_json::to_string(&members).map(Some).map_err(|_| fault(&["metadata"], "INVALID", "must be an object"))
}

/// Whether two values are the same, however they are spelt.
fn is_same(one: &RawValue, other: &RawValue) -> bool {
    let read = |value: &RawValue| serde_json::from_str::<serde_json::Value>(value.get()).ok();
    match (read(one), read(other)) {
        (Some(one), Some(other)) => one == other || (one.is_number() && one.as_f64() == other.as_f64()),
        _ => false,
    }
}

/// A value whose text, if it is one, is spelt without escapes that it does not need.
fn plain(value: Box<RawValue>) -> Result<Box<RawValue>, Fault> {
    let wrong = |_| fault(&["metadata"], "INVALID", "must be an object");
    if !value.get().starts_with('"') {
        return Ok(value);
    }
    let text: String = serde_json::from_str(value.get()).map_err(wrong)?;
    serde_json::value::to_raw_value(&text).map_err(wrong)
}

/// What may not change any more, told at each value.
fn locked(audit: &Record, changes: &[Change], draft: &Draft<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for change in changes {
        let place = change.position.to_string();
        for (column, name) in [("counted_qty", "countedQty"), ("reason_code_id", "reasonCodeId")] {
            if change.sets(column).is_some() && flow::may_count(audit, column == "counted_qty").is_err() {
                faults.push(fault(&["tasks", &place, name], "AUDIT_LOCKED", "is locked"));
            }
        }
    }
    for (column, _) in draft.changed() {
        if flow::is_locked(audit, column) {
            let name = match column {
                "auditor_id" => "auditorId",
                "complete_by" => "completeBy",
                "update_inventory" => "updateInventory",
                column => column,
            };
            faults.push(fault(&[name], "AUDIT_LOCKED", "is locked"));
        }
    }
    faults
}

/// Writes the counts and the values; gives the audit as it is then.
async fn write(
    desk: &mut Desk<'_>,
    audit: Record,
    changes: Vec<Change>,
    draft: Draft<'_>,
    order: &Order,
) -> Result<Record> {
    let is_counted = changes.iter().any(|change| change.sets("counted_qty").is_some_and(|cell| !cell.is_null()));
    let mut columns = draft.changed();
    if changes.is_empty() && columns.is_empty() {
        return Ok(audit);
    }
    for change in changes {
        desk.update_row(&change.task, change.columns, Some(audit.uuid)).await?;
    }
    columns.extend(desk.actor());
    columns.retain(|(column, cell)| audit.cell(column) != cell);
    let mut audit = desk.update_row(&audit, columns, None).await?;
    if is_counted && order.text(STATE).is_none() {
        flow::begin(desk, &audit).await?;
        audit = desk.load_id("Audit", Some(audit.id)).await?.ok_or(Error::Internal)?;
    }
    Ok(audit)
}

/// Takes the audit a step further. What refuses it is told at the counts it is about.
async fn step(desk: &mut Desk<'_>, audit: Record, state: &str) -> Result<()> {
    let stands = audit.text("state").to_owned();
    let refusal = |message: &str| Error::Invalid(vec![fault(&[STATE, &stands], "TRANSITION_REFUSED", message)]);
    let name = STEPS.iter().find(|(known, _)| *known == state).map(|(_, name)| *name);
    let Some(step) = name.and_then(workflow::step) else { return Err(refusal("is not possible")) };
    match workflow::advance(desk, step, audit.clone(), &Order::default()).await {
        Ok(_) => Ok(()),
        Err(Error::Rule(code, message)) => {
            let about = workflow::counts::about(desk, &audit, code).await?;
            if about.is_empty() {
                return Err(refusal(&message));
            }
            let name = if code == workflow::counts::REASON_REQUIRED { "reasonCodeId" } else { "countedQty" };
            let told = |task: &Record| fault(&["tasks", &task.uuid.to_string(), name], code, &message);
            Err(Error::Invalid(about.iter().map(told).collect()))
        }
        Err(error) => Err(error),
    }
}
