//! Audits of products as the Ablebase interface plans and changes them: texts, days and status in one command, so that they
//! are one event (contract ablebase 4.3 and 4.4).

use futures_util::future::BoxFuture;

use super::super::act::{self, Act, Gives, Special};
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::entry::{Check, Entry};
use super::super::order::{Done, Order};
use super::super::record::Record;
use super::super::run::{complete, drafted, put, target};
use super::super::workflow::{self, Step};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::Role;
use crate::domain::error::{Error, Result};

/// The commands.
pub fn acts() -> Vec<Act> {
    let Some(sheet) = act::sheet("Audit") else { return Vec::new() };
    let field = |name: &str, check: Check| Entry::field(sheet.noun, name).map(|entry| Entry { check, ..entry });
    let what = || {
        let texts = [("title", Check::Verbatim(200)), ("description", Check::Verbatim(2_000))];
        let mut entries: Vec<Entry> = field("type", Check::Free).into_iter().collect();
        entries.extend(texts.into_iter().filter_map(|(name, check)| field(name, check)));
        let over = "Whether it is over. An audit that stands so already stays where it stands.";
        entries.push(act::extra("over", Kind::Bool, over));
        entries
    };
    let one = |run: Special| (Gives::One(sheet.noun), run);
    let mut begin = Act::special(
        "beginProductAudit",
        "Begins an audit of a product, or records one that is over already.",
        Role::Member,
        one(begin_audit),
    );
    begin.entries = what();
    begin.entries.extend(Entry::relation(sheet.noun, "asset").map(|entry| Entry { required: true, ..entry }));
    let mut amend = Act::special(
        "amendProductAudit",
        "Changes an audit's texts, days, standard and status at once.",
        Role::Member,
        one(amend_audit),
    )
    .on("Audit");
    amend.entries = what();
    amend.entries.extend(["startedAt", "completedAt"].iter().filter_map(|name| field(name, Check::Free)));
    amend.entries.extend(["standard", "conformanceLevel"].iter().filter_map(|name| Entry::relation(sheet.noun, name)));
    vec![begin, amend]
}

/// Whether the audit is to be over, where that was said.
fn over(order: &Order) -> Option<bool> {
    order.cell("over").and_then(Cell::as_bool)
}

fn begin_audit<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let sheet = act::sheet("Audit").ok_or(Error::Internal)?;
        let mut draft = drafted(desk, (sheet.noun, &act.entries), None, order);
        draft.set("state", "IN_PROGRESS");
        draft.set("started_at", desk.now());
        draft.set("auditor_id", desk.caller.user_id);
        if over(order) == Some(true) {
            draft.set("state", "CLOSED");
            draft.set("closed_by_id", desk.caller.user_id);
            for column in ["completed_at", "closed_at", "finished_at"] {
                draft.set(column, desk.now());
            }
        }
        complete(desk, sheet, &mut draft).await?;
        if draft.text("asset_kind") != "PRODUCT" {
            return Err(Error::invalid("assetId", "must be a product"));
        }
        if draft.text("title").is_empty() {
            let number = draft.number("asset_sequence").unwrap_or_default();
            draft.set("name", format!("Audit {number}"));
        }
        put(desk, sheet, &draft).await.map(|record| Done::row(record.uuid))
    })
}

fn amend_audit<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let sheet = act::sheet("Audit").ok_or(Error::Internal)?;
        let before = target(desk, act, order).await?;
        let mut draft = drafted(desk, (sheet.noun, &act.entries), Some(before.clone()), order);
        complete(desk, sheet, &mut draft).await?;
        let step = match over(order) {
            Some(over) => stand(desk, &before, &mut draft, over).await?,
            None => None,
        };
        let mut record = put(desk, sheet, &draft).await?;
        if let Some(step) = step {
            record = workflow::follow(desk, step, record, order).await?;
        }
        Ok(Done::row(record.uuid))
    })
}

/// Takes an audit to where it is to stand, and fills in when work began or was completed: what is given stays, but null
/// says nothing. Gives the step that is taken.
async fn stand(
    desk: &mut Desk<'_>,
    before: &Record,
    draft: &mut Draft<'_>,
    over: bool,
) -> Result<Option<&'static Step>> {
    let is_over = matches!(before.text("state"), "CLOSED" | "CANCELED");
    let name = match (is_over, over) {
        (false, true) => Some("closeAudit"),
        (true, false) => Some("reopenAudit"),
        _ => None,
    };
    let step = name.map(|name| workflow::step(name).ok_or(Error::Internal)).transpose()?;
    if let Some(step) = step {
        workflow::permit(desk, step, before).await?;
        for (column, cell) in workflow::columns(desk, step, before, draft.order) {
            if !matches!(column, "started_at" | "completed_at") {
                draft.set(column, cell);
            }
        }
    }
    let column = if over { "completed_at" } else { "started_at" };
    if draft.cell(column).is_null() {
        draft.set(column, desk.now());
    }
    if !draft.changed().is_empty() {
        draft.set("updated_by_user_id", desk.caller.user_id);
    }
    Ok(step)
}
