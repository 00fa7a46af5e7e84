//! Issues and the comments on their verification and rejection.

use futures_util::future::BoxFuture;

use super::super::act::{Act, Gives, Sheet, extra};
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::entry::{Check, Entry};
use super::super::order::{Done, Order};
use super::super::record::Record;
use super::super::run::target;
use super::numbers;
use super::plan::corrective;
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::Role;
use crate::domain::error::{Error, Result};
use crate::domain::model::model;

/// Sheets of issues and comments.
pub fn sheets() -> Vec<Sheet> {
    vec![
        Sheet::of("Issue", Role::Member)
            .fields(&["kind", "title", "description", "severity", "impact", "effort", "priority", "correctiveAction"])
            .fields(&["preventativeAction", "action", "completeBy", "occurredOn", "scoreResponse", "customFields"])
            .refers(&["audit", "activity", "asset", "template", "assignee", "categories"])
            .required(&["title"])
            .fixed(&["kind", "auditId", "activityId", "assetId", "assigneeId"])
            .prose(&["title", "description", "action"])
            .check(&["title"], Check::Prose(1_000))
            .check(&["correctiveAction"], Check::Object)
            .check(&["preventativeAction"], Check::Object)
            .check(&["customFields"], Check::Array)
            .owns("CommentGroup", "issue_id")
            .fill(issue)
            .after(issue_done)
            .leave(issue_ends),
        Sheet::of("Comment", Role::Member)
            .roles(None, Some(Role::Member), Some(Role::Member))
            .fields(&["text"])
            .required(&["text"])
            .prose(&["text"])
            .fill(own_comment)
            .leave(own_comment_ends),
    ]
}

/// Commenting.
pub fn specials() -> Vec<Act> {
    let Some(noun) = model().noun("Comment") else { return Vec::new() };
    let doc = "Adds a comment on the verification or rejection of an issue.";
    let mut act = Act::special("createComment", doc, Role::Member, (Gives::One(noun), comment)).on("Issue");
    let groups = model().noun("CommentGroup").and_then(|groups| Entry::field(groups, "kind"));
    let mut text = extra("text", Kind::Text, "What is said.");
    text.check = Check::Prose(20_000);
    act.entries = groups.into_iter().chain([text]).collect();
    for entry in &mut act.entries {
        entry.required = true;
    }
    act.is_new = true;
    vec![act]
}

fn issue<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let audit = desk.load_id("Audit", draft.number("audit_id")).await?;
        draft.parent = audit.as_ref().map(|audit| audit.uuid);
        if let Some(before) = &draft.before {
            if before.text("status") == "CLOSED" {
                return Err(Error::Rule("ISSUE_CLOSED", "a closed issue does not change; reopen it first".to_owned()));
            }
            return Ok(());
        }
        if let Some(activity) = desk.load_id("Activity", draft.number("activity_id")).await? {
            match (activity.number("audit_id"), draft.number("audit_id")) {
                (own, None) => draft.set("audit_id", own),
                (own, given) if own != given => draft.fault("activityId", "INVALID", "is no activity of the audit"),
                _ => {}
            }
        }
        let audit = match audit {
            Some(audit) => Some(audit),
            None => desk.load_id("Audit", draft.number("audit_id")).await?,
        };
        if let Some(audit) = &audit {
            draft.parent = Some(audit.uuid);
            if !draft.has("asset_id") {
                draft.set("asset_id", audit.cell("asset_id").clone());
            } else if !is_within(desk, draft.number("asset_id"), audit.number("asset_id")).await? {
                draft.fault("assetId", "INVALID", "is neither the asset of the audit nor below it");
            }
            draft.default("template_id", audit.cell("template_id").clone());
        }
        if draft.number("assigned_to_id").is_some() {
            draft.set("assigned_by_id", desk.caller.user_id);
        }
        let number = match draft.number("asset_id") {
            Some(asset) => numbers::of_asset(desk, "issue_counter", asset).await?,
            None => numbers::of_organization(desk, "issue_counter").await?,
        };
        draft.set("number", number);
        Ok(())
    })
}

/// Whether an asset is another one or below it: an audit of a product finds issues in its areas (contract ablebase 3.3).
async fn is_within(desk: &mut Desk<'_>, asset: Option<i64>, above: Option<i64>) -> Result<bool> {
    if asset == above {
        return Ok(true);
    }
    let (asset, above) = (desk.load_id("Asset", asset).await?, desk.load_id("Asset", above).await?);
    Ok(asset.zip(above).is_some_and(|(asset, above)| asset.text("path").starts_with(above.text("path"))))
}

fn issue_done<'a>(desk: &'a mut Desk<'_>, draft: &'a Draft<'_>, record: &'a Record) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if !draft.is_new() || record.text("kind") != "NONCONFORMANCE" {
            return Ok(());
        }
        match desk.load_id("Audit", record.number("audit_id")).await? {
            Some(audit) => corrective(desk, record, &audit).await,
            None => Ok(()),
        }
    })
}

fn issue_ends<'a>(desk: &'a mut Desk<'_>, record: &'a Record) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let comments = model().noun("Comment").ok_or(Error::Internal)?;
        for group in desk.load_all("CommentGroup", "issue_id", record.id).await? {
            desk.remove(comments, "comment_group_id", group.id, Some(group.uuid)).await?;
        }
        Ok(())
    })
}

/// Adds a comment to one of the groups of an issue, which is made where there is none.
pub async fn say(desk: &mut Desk<'_>, issue: &Record, kind: &str, text: &str) -> Result<Record> {
    let groups = desk.load_all("CommentGroup", "issue_id", issue.id).await?;
    let group = match groups.into_iter().find(|group| group.text("kind") == kind) {
        Some(group) => group,
        None => {
            let noun = model().noun("CommentGroup").ok_or(Error::Internal)?;
            desk.insert_row(noun, vec![("issue_id", issue.id.into()), ("kind", kind.into())], Some(issue.uuid)).await?
        }
    };
    let noun = model().noun("Comment").ok_or(Error::Internal)?;
    let columns = vec![
        ("comment_group_id", Cell::from(group.id)),
        ("text", text.into()),
        ("user_id", desk.caller.user_id.into()),
    ];
    desk.insert_row(noun, columns, Some(issue.uuid)).await
}

fn comment<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let issue = target(desk, act, order).await?;
        let kind = order.text("kind").unwrap_or_default();
        let said = say(desk, &issue, kind, order.text("text").unwrap_or_default()).await?;
        Ok(Done::row(said.uuid))
    })
}

fn is_own(desk: &Desk<'_>, record: &Record) -> Result<()> {
    if record.number("user_id") == Some(desk.caller.user_id) || desk.caller.role >= Role::Admin {
        Ok(())
    } else {
        Err(Error::Forbidden("only its author or an administrator may change a comment"))
    }
}

fn own_comment<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move { draft.before.as_ref().map_or(Ok(()), |record| is_own(desk, record)) })
}

fn own_comment_ends<'a>(desk: &'a mut Desk<'_>, record: &'a Record) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move { is_own(desk, record) })
}
