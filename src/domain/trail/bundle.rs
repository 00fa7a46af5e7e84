//! A trail as text for others to verify: one JSON object a line (docs/trail.md, The bundle).

use serde_json::json;

use super::note::Signer;
use super::proof::{frontier, read_head};
use super::record::{self, Record};
use crate::domain::cell::instant_text;
use crate::domain::db::{Db, Errand};
use crate::domain::error::{Error, Result};

/// Form of the first line, and its version.
const FORM: &str = "audit-gateway/trail/1";
/// Events of one statement.
const PAGE: i64 = 500;

/// Writes the trail of an organization as it stands now, from an event on. The last line is a checkpoint.
pub async fn export(
    db: &Db,
    organization_id: i64,
    (signer, from): (&Signer, i64),
    mut line: impl FnMut(String) -> Result<()>,
) -> Result<()> {
    let errand = Errand { organization_id: Some(organization_id), ..Errand::default() };
    let (end, before) = db
        .read(&errand, move |reader| {
            Box::pin(async move {
                let end = read_head(reader, organization_id).await?;
                if !(1..=end.last_sequence + 1).contains(&from) {
                    let last = end.last_sequence + 1;
                    return Err(Error::invalid("from", format!("must be from 1 to {last}")));
                }
                if !end.is_complete() {
                    return Err(Error::Conflict("the trail has no tree yet: start the gateway first".to_owned()));
                }
                let before = frontier(reader, organization_id, from - 1).await?;
                Ok((end, before))
            })
        })
        .await?;
    let roots: Vec<String> = before.iter().map(ToString::to_string).collect();
    let origin = signer.origin(end.organization);
    let key = signer.key().to_string();
    line(json!({ "trail": FORM, "origin": origin, "publicKey": key, "from": from, "before": roots }).to_string())?;
    let mut after = from - 1;
    while after < end.last_sequence {
        let limit = PAGE.min(end.last_sequence - after);
        let rows = db.fetch(&errand, record::page(db.store(), organization_id, after, limit)).await?;
        for row in rows.iter() {
            let event = Record::of(row)?;
            after = event.sequence;
            line(event_line(&event))?;
        }
        if rows.is_empty() {
            break;
        }
    }
    let note = signer.note(end.organization, end.last_sequence, end.tree.root());
    line(json!({ "checkpoint": note }).to_string())
}

/// Snapshots are texts here: what was hashed is their very text.
fn event_line(event: &Record) -> String {
    json!({
        "sequence": event.sequence,
        "uuid": event.uuid.to_string(),
        "action": event.action,
        "userUuid": event.user_uuid.map(|uuid| uuid.to_string()),
        "entityType": event.entity_type,
        "entityUuid": event.entity_uuid.to_string(),
        "parentUuid": event.parent_uuid.map(|uuid| uuid.to_string()),
        "eventDate": instant_text(&event.event_date),
        "actionDate": instant_text(&event.action_date),
        "surface": event.surface,
        "requestId": event.request_id,
        "snapshotAfter": event.snapshot_after,
        "snapshotBefore": event.snapshot_before,
        "extra": event.extra,
        "salt": event.salt,
        "leaf": event.leaf,
        "leafHash": event.leaf_hash,
        "erasedAt": event.erased_at.as_ref().map(instant_text),
    })
    .to_string()
}
