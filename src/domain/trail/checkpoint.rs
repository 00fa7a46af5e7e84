//! Making checkpoints: signing how long a trail is, leaving that with the operator, and keeping it.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::head::Head;
use super::note::Signer;
use crate::domain::cell::Kind;
use crate::domain::cx::Clock;
use crate::domain::db::{Arg, Db, Errand, Outcome, Statement};
use crate::domain::error::{Error, Result};

/// How often the trails are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// After so many looks even one new event makes a checkpoint.
const LOOKS: u32 = 10;
/// After so many new events a checkpoint is made at the next look.
const MANY: i64 = 1_000;
/// Trails of one look; the rest follow at once.
const AT_ONCE: i64 = 100;

/// Makes checkpoints of all trails of a store.
#[derive(Clone, Debug)]
pub struct Keeper {
    /// Who signs.
    pub signer: Arc<Signer>,
    /// The file they are written to as well, outside the store.
    pub anchor: Option<PathBuf>,
    /// The clock.
    pub clock: Clock,
}

impl Keeper {
    /// Makes checkpoints for as long as it is let.
    pub async fn keep(self, db: Db) {
        let mut look = 0;
        loop {
            tokio::time::sleep(LOOK).await;
            look = (look + 1) % LOOKS;
            let least = if look == 0 { 1 } else { MANY };
            if let Err(error) = self.catch_up(&db, least).await {
                // The next look tries again: nothing is lost but time.
                tracing::warn!(%error, "checkpoints could not be made");
            }
        }
    }

    /// Makes a checkpoint of every trail with at least so many events since the last one. Gives the notes.
    pub async fn catch_up(&self, db: &Db, least: i64) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        loop {
            let rows = db.fetch(&Errand::default(), due(least)).await?;
            let count = rows.len();
            for row in rows.iter() {
                if let Some((organization_id, head)) = row.split_first() {
                    let organization_id = organization_id.as_int().ok_or(Error::Internal)?;
                    notes.push(self.checkpoint(db, organization_id, &Head::of(head)?).await?);
                }
            }
            if count < usize::try_from(AT_ONCE).unwrap_or(usize::MAX) {
                return Ok(notes);
            }
        }
    }

    /// Signs, leaves with the operator, then keeps: what is kept is also outside.
    async fn checkpoint(&self, db: &Db, organization_id: i64, head: &Head) -> Result<String> {
        let size = head.last_sequence;
        let note = self.signer.note(head.organization, size, head.tree.root());
        if let Some(anchor) = self.anchor.clone() {
            let note = note.clone();
            let written = tokio::task::spawn_blocking(move || append(&anchor, &note)).await;
            match written.map_err(|error| Error::internal("anchor", &error))? {
                Ok(()) => {}
                Err(error) => {
                    tracing::error!(%error, "the anchor of the trail cannot be written");
                    return Err(Error::Unavailable);
                }
            }
        }
        let sql = "INSERT INTO trail_checkpoint (organization_id, size, note, created_at) VALUES ($1, $2, $3, $4) ON \
                   CONFLICT (organization_id, size) DO NOTHING";
        let now = Arg::one(Kind::Time, self.clock.now());
        let args = vec![Arg::long(organization_id), Arg::long(size), Arg::text(note.as_str()), now];
        let statement = Arc::new(Statement::new(sql, args, Vec::new()));
        db.write(&Errand::default(), move |tx| {
            let statement = Arc::clone(&statement);
            Box::pin(async move {
                tx.fetch(&statement).await?;
                Ok(Outcome::Bookkeeping(()))
            })
        })
        .await?;
        Ok(note)
    }
}

/// The heads of trails that have grown by at least so many events since their last checkpoint.
fn due(least: i64) -> Statement {
    let sql = format!(
        "SELECT organization_id, {} FROM trail_head WHERE tree_size = last_sequence AND tree_size >= $1 + coalesce((SELECT \
         max(c.size) FROM trail_checkpoint c WHERE c.organization_id = trail_head.organization_id), 0) ORDER BY 1 LIMIT $2",
        Head::COLUMNS
    );
    let kinds = std::iter::once(Kind::Long).chain(Head::KINDS).collect();
    Statement::new(sql, vec![Arg::long(least), Arg::long(AT_ONCE)], kinds)
}

/// Appends a note and an empty line, and returns when the disk has them.
fn append(path: &Path, note: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(format!("{note}\n").as_bytes())?;
    file.sync_all()
}
