//! Proofs: that an event is in the tree, and that a tree is the beginning of a larger one. Read from kept hashes, some
//! hundred of them whatever the length of the trail.

use std::collections::{BTreeMap, HashMap};

use super::head::Head;
use super::tree::{self, Hash, Leaves, Place};
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Reader, Statement, Store};
use crate::domain::error::{Error, Result};

/// That an event is in the tree of `size` leaves with this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// The event's position, from 1.
    pub sequence: i64,
    /// The bytes that were hashed.
    pub leaf: String,
    /// Their hash.
    pub leaf_hash: Hash,
    /// The hashes on the way to the root, from the leaf upwards (RFC 6962, section 2.1.1).
    pub hashes: Vec<Hash>,
    /// Number of leaves.
    pub size: i64,
    /// The root.
    pub root: Hash,
}

/// That a tree is the beginning of a larger one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consistency {
    /// The hashes (RFC 6962, section 2.1.2).
    pub hashes: Vec<Hash>,
}

/// The end of an organization's trail. One without events has one too.
pub async fn read_head(reader: &mut Reader, organization_id: i64) -> Result<Head> {
    let sql = format!("SELECT {} FROM trail_head WHERE organization_id = $1", Head::COLUMNS);
    let found = Statement::new(sql, vec![Arg::long(organization_id)], Head::KINDS.to_vec());
    let rows = reader.fetch(&found).await?;
    if !rows.is_empty() {
        return Head::of(rows.row(0));
    }
    let sql = "SELECT uuid FROM organization WHERE id = $1";
    let rows = reader.fetch(&Statement::new(sql, vec![Arg::long(organization_id)], vec![Kind::Uuid])).await?;
    let organization = rows.cell(0, 0).as_uuid().ok_or(Error::NotFound("organization"))?;
    Ok(Head { organization, last_sequence: 0, tree: Default::default() })
}

/// Proves that the event with this sequence is in the tree of `size` leaves; of all without it.
pub async fn inclusion(
    reader: &mut Reader,
    organization_id: i64,
    sequence: i64,
    size: Option<i64>,
) -> Result<Inclusion> {
    let size = within(&read_head(reader, organization_id).await?, "size", size)?;
    let outside = || Error::invalid("size", "must be at least the sequence of the event and at most the trail's");
    let (index, leaves) = (sequence.cast_unsigned().wrapping_sub(1), size.cast_unsigned());
    let nodes = tree::inclusion(index, leaves).ok_or_else(outside)?;
    let sql = "SELECT leaf, leaf_hash FROM change_event WHERE organization_id = $1 AND sequence = $2";
    let args = vec![Arg::long(organization_id), Arg::long(sequence)];
    let rows = reader.fetch(&Statement::new(sql, args, vec![Kind::Text, Kind::Text])).await?;
    let [Cell::Text(leaf), Cell::Text(leaf_hash)] = rows.row(0) else { return Err(missing()) };
    let mut hashes = roots(reader, organization_id, nodes.into_iter().chain(std::iter::once(0..leaves))).await?;
    let root = hashes.pop().ok_or_else(missing)?;
    let leaf_hash = Hash::parse(leaf_hash).ok_or_else(missing)?;
    Ok(Inclusion { sequence, leaf: leaf.clone(), leaf_hash, hashes, size, root })
}

/// Proves that the tree of `from` leaves is the beginning of the one of `to` leaves.
pub async fn consistency(reader: &mut Reader, organization_id: i64, from: i64, to: i64) -> Result<Consistency> {
    let to = within(&read_head(reader, organization_id).await?, "to", Some(to))?;
    let nodes = (from >= 0).then(|| tree::consistency(from.cast_unsigned(), to.cast_unsigned())).flatten();
    let nodes = nodes.ok_or_else(|| Error::invalid("from", "must be from 0 to `to`"))?;
    Ok(Consistency { hashes: roots(reader, organization_id, nodes).await? })
}

/// The roots of the finished subtrees that the tree of `size` leaves consists of, the largest first.
pub async fn frontier(reader: &mut Reader, organization_id: i64, size: i64) -> Result<Vec<Hash>> {
    roots(reader, organization_id, tree::finished(size.cast_unsigned())).await
}

/// The size asked for, of a tree that has as many leaves.
fn within(head: &Head, name: &str, size: Option<i64>) -> Result<i64> {
    let all = head.tree.size().cast_signed();
    match size {
        None => Ok(all),
        Some(size) if (0..=all).contains(&size) => Ok(size),
        Some(_) => Err(Error::invalid(name, format!("must be from 0 to {all}, the number of events"))),
    }
}

fn missing() -> Error {
    Error::internal("trail", &"a kept hash is missing; `audit-gateway verify` tells which")
}

/// The roots over nodes of the tree.
async fn roots(
    reader: &mut Reader,
    organization_id: i64,
    nodes: impl IntoIterator<Item = Leaves>,
) -> Result<Vec<Hash>> {
    let nodes: Vec<Leaves> = nodes.into_iter().collect();
    let mut places = Vec::new();
    nodes.iter().for_each(|node| tree::places(node, &mut places));
    let mut levels: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for place in places {
        levels.entry(place.level).or_default().push(place.position);
    }
    let mut hashes = HashMap::new();
    for (level, positions) in levels {
        let rows = reader.fetch(&kept(reader.store(), organization_id, (level, &positions))).await?;
        for row in rows.iter() {
            let [Cell::Int(position), Cell::Text(hash)] = row else { return Err(missing()) };
            let place = Place { level, position: position.cast_unsigned() };
            hashes.insert(place, Hash::parse(hash).ok_or_else(missing)?);
        }
    }
    nodes.iter().map(|node| tree::root_over(node, &hashes).ok_or_else(missing)).collect()
}

/// The kept hashes of a level. Looked up one by one: joined with a list, a store without statistics goes through the
/// whole trail and looks for each of its events in the list.
fn kept(store: Store, organization_id: i64, (level, positions): (u32, &[u64])) -> Statement {
    let among = match store {
        Store::Postgres => "= ANY($2::bigint[])",
        Store::Sqlite => "IN (SELECT value FROM json_each($2))",
    };
    // A leaf stands in its event, which is counted from 1.
    let (sql, first) = if level == 0 {
        let sql =
            "SELECT sequence - 1, leaf_hash FROM change_event WHERE organization_id = $1 AND leaf_hash IS NOT NULL";
        (format!("{sql} AND sequence {among}"), 1)
    } else {
        let sql = "SELECT \"position\", root_hash FROM trail_subtree WHERE organization_id = $1";
        (format!("{sql} AND level = {level} AND \"position\" {among}"), 0)
    };
    let places = positions.iter().map(|position| (position.cast_signed() + first).into()).collect();
    Statement::new(sql, vec![Arg::long(organization_id), Arg::Many(Kind::Long, places)], vec![Kind::Long, Kind::Text])
}
