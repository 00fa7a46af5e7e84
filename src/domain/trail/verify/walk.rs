//! The way through a trail, one event after the other.

use uuid::Uuid;

use super::known::{End, Known};
use super::{Finding, Trusted, What};
use crate::domain::trail::erasure;
use crate::domain::trail::leaf::Said;
use crate::domain::trail::record::Record;
use crate::domain::trail::tree::{Frontier, Hash, Leaves};

/// A finding that may still change its name.
#[derive(Debug)]
pub struct Found {
    pub finding: Finding,
    /// The place that an event was recorded for, where that is behind the one it stands at.
    pub recorded_as: Option<i64>,
}

impl Found {
    fn at(what: What, event: &Record, why: impl Into<String>) -> Self {
        let finding = Finding { what, sequence: event.sequence, event: Some(event.uuid), why: why.into() };
        Self { finding, recorded_as: None }
    }
}

/// What a leaf says of itself.
pub fn said(event: &Record) -> Option<Said> {
    Said::of(event.leaf.as_deref()?)
}

/// How far the trail was followed, and what was worked out on the way.
pub struct Walk {
    organization: Uuid,
    /// The tree so far.
    pub tree: Frontier,
    /// Checkpoints that agreed.
    pub checkpoints: usize,
    /// Leaves up to here were agreed with by something else.
    agreed: u64,
    /// Erased events that no erasure has told of yet.
    untold: Vec<i64>,
}

impl Walk {
    /// At the beginning.
    pub fn new(organization: Uuid) -> Self {
        Self { organization, tree: Frontier::default(), checkpoints: 0, agreed: 0, untold: Vec::new() }
    }

    /// Takes the next event in.
    pub fn step(&mut self, event: &Record, known: &Known) -> Result<(), Found> {
        let hash = self.leaf(event)?;
        let mut finished = Vec::new();
        self.tree.push(hash, |place, root| finished.push((place, root)));
        let size = self.tree.size();
        for (place, root) in finished {
            match known.subtrees.get(&place) {
                Some(kept) if *kept == root => {}
                Some(_) => return Err(self.disagreement("a kept hash is of other events")),
                None => return Err(self.disagreement("the hash that was kept of these events is gone")),
            }
            self.agreed = size;
        }
        for said in known.roots.get(&size.cast_signed()).into_iter().flatten() {
            match said.root {
                Ok(root) if root == self.tree.root() => self.checkpoints += 1,
                Ok(_) => return Err(self.disagreement(&format!("{} is of other events", said.who))),
                Err(why) => return Err(self.disagreement(&format!("{} cannot be trusted: {why}", said.who))),
            }
            self.agreed = size;
        }
        Ok(())
    }

    /// The hash of the leaf of an event that is what it was, as far as it can tell itself.
    fn leaf(&mut self, event: &Record) -> Result<Hash, Found> {
        let expected = self.tree.size().cast_signed() + 1;
        if event.sequence > expected {
            let why = format!("the next event is {}", event.sequence);
            let finding = Finding { what: What::Removed, sequence: expected, event: None, why };
            return Err(Found { finding, recorded_as: None });
        }
        if event.sequence < expected {
            return Err(Found::at(What::Inserted, event, "there are two of this sequence"));
        }
        let (Some(leaf), Some(leaf_hash)) = (&event.leaf, &event.leaf_hash) else {
            return Err(Found::at(What::Inserted, event, "it has no leaf"));
        };
        let said = Said::of(leaf).ok_or_else(|| Found::at(What::Changed, event, "its leaf cannot be read"))?;
        if said.sequence != expected {
            return Err(Self::elsewhere(event, &said));
        }
        let hash = Hash::of_leaf(leaf.as_bytes());
        if Hash::parse(leaf_hash) != Some(hash) {
            return Err(Found::at(What::Changed, event, "the hash of its leaf is another"));
        }
        self.content(event, &said)?;
        if event.leaf_text(self.organization, &said.commitment) != *leaf {
            return Err(Found::at(What::Changed, event, "its columns are not what its leaf says"));
        }
        Ok(hash)
    }

    /// An event whose leaf was made for another place.
    fn elsewhere(event: &Record, said: &Said) -> Found {
        if said.event != event.uuid {
            let found = Found::at(What::Changed, event, format!("its leaf is that of event {}", said.sequence));
            return Found { recorded_as: Some(said.sequence), ..found };
        }
        if said.sequence < event.sequence {
            let why = format!("the event that was recorded as {} follows as {}", said.sequence, event.sequence);
            let finding = Finding { what: What::Inserted, sequence: said.sequence, event: None, why };
            return Found { finding, recorded_as: None };
        }
        let found = Found::at(What::Reordered, event, format!("it was recorded as {}", said.sequence));
        Found { recorded_as: Some(said.sequence), ..found }
    }

    /// What can be erased of an event is what it was, or erased.
    fn content(&mut self, event: &Record, said: &Said) -> Result<(), Found> {
        if event.erased_at.is_some() {
            if !event.is_erased() || erasure::is_erasure(event) {
                return Err(Found::at(What::Changed, event, "it is marked as erased and cannot be"));
            }
            self.untold.push(event.sequence);
        } else if event.commitment() != Some(said.commitment) {
            return Err(Found::at(What::Changed, event, "its snapshots are not those that were recorded"));
        }
        if erasure::is_erasure(event) {
            let told = erasure::told(event);
            self.untold.retain(|sequence| !told.iter().any(|range| range.contains(sequence)));
        }
        Ok(())
    }

    fn disagreement(&self, why: &str) -> Found {
        let finding = among(self.agreed..self.tree.size(), why);
        Found { finding, recorded_as: None }
    }

    /// What shows only at the end.
    pub fn finish(&self, end: &End, trusted: &Trusted) -> Option<Finding> {
        let size = self.tree.size().cast_signed();
        let finding = |what, sequence, why| Some(Finding { what, sequence, event: None, why });
        if let Some(sequence) = self.untold.first() {
            let why = "its snapshots are gone, and no erasure tells of it";
            return finding(What::Changed, *sequence, why.to_owned());
        }
        let Some(tree) = &end.tree else {
            return Some(among(self.agreed..self.tree.size(), "the head of the trail was tampered with"));
        };
        if size < end.last_sequence {
            return finding(What::Removed, size + 1, format!("the head of the trail counts {}", end.last_sequence));
        }
        if *tree != self.tree {
            let leaves = self.tree.difference(tree).unwrap_or(self.agreed..self.tree.size());
            return Some(among(leaves, "the head of the trail is of other events"));
        }
        if end.greatest > size {
            return finding(What::Inserted, size + 1, format!("the head of the trail counts {size}"));
        }
        let outside = trusted.checkpoints.iter().map(|checkpoint| checkpoint.size).max().unwrap_or(0);
        let longest = end.hashed.max(end.checkpoint).max(outside);
        if longest > size {
            return finding(What::Removed, size + 1, format!("there were {longest} events once"));
        }
        None
    }
}

/// A finding that is known to be among some events.
fn among(leaves: Leaves, why: &str) -> Finding {
    let (first, last) = (leaves.start.cast_signed() + 1, leaves.end.cast_signed());
    let why = if first >= last { why.to_owned() } else { format!("{why}; it is one of {first} to {last}") };
    Finding { what: What::Changed, sequence: first, event: None, why }
}
