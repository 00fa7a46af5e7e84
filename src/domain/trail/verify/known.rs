//! What the store, and whoever else is trusted, says the tree was: where it ends, its kept hashes, its checkpoints.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::Trusted;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Db, Errand, Statement};
use crate::domain::error::{Error, Result};
use crate::domain::trail::note::Checkpoint;
use crate::domain::trail::tree::{Frontier, Hash, Place};

/// Where the store says that the trail ends.
#[derive(Debug)]
pub struct End {
    pub organization: Uuid,
    pub last_sequence: i64,
    /// None where the head holds no frontier of its size.
    pub tree: Option<Frontier>,
    /// The greatest sequence of an event.
    pub greatest: i64,
    /// The greatest size of a kept checkpoint.
    pub checkpoint: i64,
    /// Events under the last kept hash.
    pub hashed: i64,
}

impl End {
    /// Reads it in one statement: what is written meanwhile is wholly in it or not at all.
    pub async fn read(db: &Db, errand: &Errand, organization_id: i64) -> Result<Self> {
        let sql = "SELECT o.uuid, coalesce(h.last_sequence, 0), coalesce(h.tree_size, 0), coalesce(h.frontier, ''), \
                   coalesce((SELECT max(e.sequence) FROM change_event e WHERE e.organization_id = o.id), 0), \
                   coalesce((SELECT max(c.size) FROM trail_checkpoint c WHERE c.organization_id = o.id), 0), \
                   coalesce((SELECT max(t.\"position\") + 1 FROM trail_subtree t WHERE t.organization_id = o.id AND \
                   t.level = 1), 0) * 256 FROM organization o LEFT JOIN trail_head h ON h.organization_id = o.id WHERE \
                   o.id = $1";
        let kinds = [Kind::Uuid, Kind::Long, Kind::Long, Kind::Text, Kind::Long, Kind::Long, Kind::Long];
        let rows = db.fetch(errand, Statement::new(sql, vec![Arg::long(organization_id)], kinds.to_vec())).await?;
        let [
            Cell::Uuid(organization),
            Cell::Int(last_sequence),
            Cell::Int(size),
            Cell::Text(frontier),
            Cell::Int(greatest),
            Cell::Int(checkpoint),
            Cell::Int(hashed),
        ] = rows.row(0)
        else {
            return Err(Error::NotFound("organization"));
        };
        Ok(Self {
            organization: *organization,
            last_sequence: *last_sequence,
            tree: Frontier::parse(size.cast_unsigned(), frontier),
            greatest: *greatest,
            checkpoint: *checkpoint,
            hashed: *hashed,
        })
    }
}

/// A root that the tree is said to have had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The root, or why the statement cannot be trusted.
    pub root: Result<Hash, &'static str>,
    /// Who says so.
    pub who: &'static str,
}

/// What is known of the tree while it grows from one size to another.
#[derive(Debug, Default)]
pub struct Known {
    /// Kept hashes of finished subtrees.
    pub subtrees: HashMap<Place, Hash>,
    /// Roots by size.
    pub roots: BTreeMap<i64, Vec<Root>>,
}

/// Levels of kept hashes; the trees of the highest have more leaves than there are sequences to number them.
const LEVELS: u32 = 7;

impl Known {
    /// Reads it.
    pub async fn between(
        db: &Db,
        errand: &Errand,
        organization_id: i64,
        (from, to, trusted): (i64, i64, &Trusted),
    ) -> Result<Self> {
        let mut known = Self::default();
        let mut levels = Vec::new();
        let mut args = vec![Arg::long(organization_id)];
        for level in 1..=LEVELS {
            let place = args.len() + 1;
            levels.push(format!("(level = {level} AND \"position\" >= ${place} AND \"position\" < ${})", place + 1));
            args.extend([Arg::long(from >> (8 * level)), Arg::long(to >> (8 * level))]);
        }
        let sql = format!(
            "SELECT level, \"position\", root_hash FROM trail_subtree WHERE organization_id = $1 AND ({})",
            levels.join(" OR ")
        );
        let rows = db.fetch(errand, Statement::new(sql, args, vec![Kind::Int, Kind::Long, Kind::Text])).await?;
        for row in rows.iter() {
            let [Cell::Int(level), Cell::Int(position), Cell::Text(hash)] = row else { continue };
            let place = Place { level: u32::try_from(*level).unwrap_or(0), position: position.cast_unsigned() };
            known.subtrees.extend(Hash::parse(hash).map(|hash| (place, hash)));
        }
        known.checkpoints(db, errand, organization_id, (from, to, trusted)).await?;
        Ok(known)
    }

    async fn checkpoints(
        &mut self,
        db: &Db,
        errand: &Errand,
        organization_id: i64,
        (from, to, trusted): (i64, i64, &Trusted),
    ) -> Result<()> {
        for checkpoint in trusted.checkpoints.iter().filter(|outside| outside.size > from && outside.size <= to) {
            let root = Root { root: Ok(checkpoint.root), who: "a checkpoint from outside" };
            self.roots.entry(checkpoint.size).or_default().push(root);
        }
        if trusted.keys.is_empty() {
            return Ok(());
        }
        let sql = "SELECT c.size, c.note, o.uuid FROM trail_checkpoint c JOIN organization o ON o.id = c.organization_id \
                   WHERE c.organization_id = $1 AND c.size > $2 AND c.size <= $3";
        let args = vec![Arg::long(organization_id), Arg::long(from), Arg::long(to)];
        let rows = db.fetch(errand, Statement::new(sql, args, vec![Kind::Long, Kind::Text, Kind::Uuid])).await?;
        for row in rows.iter() {
            let [Cell::Int(size), Cell::Text(note), Cell::Uuid(organization)] = row else { continue };
            let root = Checkpoint::read(note, &trusted.keys).and_then(|read| {
                let own = read.size == *size && read.is_of(*organization);
                if own { Ok(read.root) } else { Err("it speaks of another trail or size") }
            });
            self.roots.entry(*size).or_default().push(Root { root, who: "a kept checkpoint" });
        }
        Ok(())
    }
}
