//! Working the whole trail of an organization out anew from the store, page by page, and naming the first event that is
//! not what it was.

mod known;
mod walk;

use std::fmt;

use uuid::Uuid;

use self::known::{End, Known};
use self::walk::{Found, Walk};
use super::note::{Checkpoint, PublicKey};
use super::record::{self, Record};
use super::tree::Hash;
use crate::domain::db::{Db, Errand};
use crate::domain::error::{Error, Result};

/// Events of one statement.
const PAGE: i64 = 500;

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Something of it is another.
    Changed,
    /// It is not there any more.
    Removed,
    /// It was not there.
    Inserted,
    /// It stands in the place of another.
    Reordered,
}

impl What {
    /// As a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Inserted => "inserted",
            Self::Reordered => "reordered",
        }
    }
}

/// The first event that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What happened to it.
    pub what: What,
    /// Its sequence.
    pub sequence: i64,
    /// Its identifier, where the store still has one for the sequence.
    pub event: Option<Uuid>,
    /// How that shows.
    pub why: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {}", self.sequence)?;
        if let Some(uuid) = self.event {
            write!(f, " ({uuid})")?;
        }
        write!(f, " was {}: {}", self.what.word(), self.why)
    }
}

/// What the trail is held against beside itself.
#[derive(Clone, Debug, Default)]
pub struct Trusted {
    /// Keys of checkpoints; without one, kept checkpoints prove nothing and are passed over.
    pub keys: Vec<PublicKey>,
    /// Checkpoints from outside the store. Those of other trails are passed over.
    pub checkpoints: Vec<Checkpoint>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Number of events that were worked out.
    pub events: i64,
    /// The root of their tree.
    pub root: Hash,
    /// Number of checkpoints they were held against.
    pub checkpoints: usize,
    /// The first event that is not what it was.
    pub finding: Option<Finding>,
}

/// Verifies the trail of an organization as it stands now: what is written meanwhile is left to the next time.
pub async fn verify(db: &Db, organization_id: i64, trusted: &Trusted) -> Result<Report> {
    let errand = Errand { organization_id: Some(organization_id), ..Errand::default() };
    let end = End::read(db, &errand, organization_id).await?;
    if end.last_sequence > 0 && end.tree.as_ref().is_some_and(|tree| tree.size() == 0) {
        let why = "the trail has no tree yet: start the gateway or run `audit-gateway migrate up`";
        return Err(Error::Conflict(why.to_owned()));
    }
    let mut trusted = trusted.clone();
    trusted.checkpoints.retain(|checkpoint| checkpoint.is_of(end.organization));
    let trusted = &trusted;
    let mut walk = Walk::new(end.organization);
    let finding = match go(db, &errand, organization_id, (&mut walk, &end, trusted)).await? {
        Some(found) => Some(settle(db, &errand, organization_id, found).await?),
        None => walk.finish(&end, trusted),
    };
    let events = walk.tree.size().cast_signed();
    Ok(Report { events, root: walk.tree.root(), checkpoints: walk.checkpoints, finding })
}

async fn go(
    db: &Db,
    errand: &Errand,
    organization_id: i64,
    (walk, end, trusted): (&mut Walk, &End, &Trusted),
) -> Result<Option<Found>> {
    loop {
        let after = walk.tree.size().cast_signed();
        let limit = PAGE.min(end.last_sequence - after);
        if limit <= 0 {
            return Ok(None);
        }
        let known = Known::between(db, errand, organization_id, (after, after + limit, trusted)).await?;
        let rows = db.fetch(errand, record::page(db.store(), organization_id, after, limit)).await?;
        for row in rows.iter() {
            if let Err(found) = walk.step(&Record::of(row)?, &known) {
                return Ok(Some(found));
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
    }
}

/// What happened at the place of an event whose leaf was made for another: that shows at its neighbour and at the other
/// place.
async fn settle(db: &Db, errand: &Errand, organization_id: i64, found: Found) -> Result<Finding> {
    let Found { mut finding, recorded_as } = found;
    let Some(place) = recorded_as else { return Ok(finding) };
    let own_place = async |place: i64| -> Result<Option<i64>> {
        let rows = db.fetch(errand, record::page(db.store(), organization_id, place - 1, 1)).await?;
        let event = if rows.is_empty() { None } else { Some(Record::of(rows.row(0))?) };
        let event = event.filter(|event| event.sequence == place);
        Ok(event.and_then(|event| walk::said(&event)).map(|said| said.sequence))
    };
    let (there, next) = (own_place(place).await?, own_place(finding.sequence + 1).await?);
    finding.what = if there == Some(finding.sequence) {
        What::Reordered
    } else if next == Some(finding.sequence) {
        What::Inserted
    } else if finding.what == What::Reordered && there.is_none_or(|there| there > place) {
        // Those behind it were moved up.
        finding.event = None;
        What::Removed
    } else {
        finding.what
    };
    Ok(finding)
}
