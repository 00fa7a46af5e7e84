//! The hash tree of RFC 6962 (section 2.1) over the leaves of one organization: how it grows, and which of its hashes
//! prove that a leaf is in it and that a smaller tree is its beginning. Knows no store.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// A SHA-256 hash. Shown as base64 (RFC 4648, section 4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; Self::BYTES]);

impl Hash {
    /// Length of a hash.
    pub const BYTES: usize = 32;

    /// The hash of a leaf's bytes.
    pub fn of_leaf(leaf: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(leaf).finalize().into())
    }

    /// The hash of the node above two others.
    pub fn above(left: Self, right: Self) -> Self {
        Self(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
    }

    /// The hash of bytes that are neither a leaf nor a node.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The root of a tree without leaves.
    pub fn of_nothing() -> Self {
        Self::of_bytes(&[])
    }

    /// The hash of 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The hash that a text shows.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_bytes(&STANDARD.decode(text).ok()?)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<[u8; Hash::BYTES]> for Hash {
    fn from(bytes: [u8; Hash::BYTES]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Levels of the tree between one kept root of finished subtrees and the next: a kept root stands over 256 of the
/// level below.
const STRIDE: u32 = 8;

/// A subtree whose leaves are all there. Those of level 0 are the leaves; one of level `n` has 256 to the power of `n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The level.
    pub level: u32,
    /// How many of the level stand before it.
    pub position: u64,
}

/// The roots of the finished subtrees a tree consists of, the largest first: all that is needed to let it grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// The frontier of a tree of `size` leaves from the text that [`Frontier::text`] gave.
    pub fn parse(size: u64, text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        let roots: Vec<Hash> = bytes.chunks(Hash::BYTES).map(Hash::from_bytes).collect::<Option<_>>()?;
        (u32::try_from(roots.len()).ok()? == size.count_ones()).then_some(Self { size, roots })
    }

    /// Its hashes one after the other, as base64.
    pub fn text(&self) -> String {
        STANDARD.encode(self.roots.iter().flat_map(|root| root.0).collect::<Vec<u8>>())
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf. Tells of the subtrees of level 1 and above that it finishes.
    pub fn push(&mut self, leaf: Hash, mut finished: impl FnMut(Place, Hash)) {
        let (mut root, mut height) = (leaf, 0);
        while self.size >> height & 1 == 1 {
            let Some(left) = self.roots.pop() else { break };
            root = Hash::above(left, root);
            height += 1;
            if height % STRIDE == 0 {
                finished(Place { level: height / STRIDE, position: self.size >> height }, root);
            }
        }
        self.roots.push(root);
        self.size += 1;
    }

    /// The leaves of the first subtree whose root is another in `other`; none where all are the same.
    pub fn difference(&self, other: &Self) -> Option<Leaves> {
        let mut roots = self.roots.iter().zip(&other.roots);
        finished(self.size).into_iter().find(|_| roots.next().is_none_or(|(own, other)| own != other))
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let above = |right: Hash, left: &Hash| Hash::above(*left, right);
        match self.roots.split_last() {
            Some((last, rest)) => rest.iter().rev().fold(*last, above),
            None => Hash::of_nothing(),
        }
    }
}

/// The leaves of a node of the tree.
pub type Leaves = Range<u64>;

/// The finished subtrees that a tree consists of, the largest first.
pub fn finished(size: u64) -> Vec<Leaves> {
    let mut start = 0;
    let heights = (0..u64::BITS).rev().filter(|height| size >> height & 1 == 1);
    heights
        .map(|height| {
            let leaves = start..start + (1 << height);
            start = leaves.end;
            leaves
        })
        .collect()
}

/// The greatest power of two below a number of at least two.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// The nodes whose hashes prove that the leaf at `index` is in the tree of `size` leaves, from the leaf upwards. None
/// where it is not.
pub fn inclusion(index: u64, size: u64) -> Option<Vec<Leaves>> {
    let mut nodes = Vec::new();
    let mut within = 0..size;
    if !within.contains(&index) {
        return None;
    }
    while within.end - within.start > 1 {
        let middle = within.start + split(within.end - within.start);
        if index < middle {
            nodes.push(middle..within.end);
            within.end = middle;
        } else {
            nodes.push(within.start..middle);
            within.start = middle;
        }
    }
    nodes.reverse();
    Some(nodes)
}

/// The nodes whose hashes prove that the tree of `old` leaves is the beginning of the tree of `new` ones (RFC 6962,
/// section 2.1.2). None where it cannot be; nothing needs a proof where either tree is empty or both are one.
pub fn consistency(old: u64, new: u64) -> Option<Vec<Leaves>> {
    if old > new {
        return None;
    }
    let mut nodes = Vec::new();
    if old == 0 || old == new {
        return Some(nodes);
    }
    let mut within = 0..new;
    while old < within.end {
        let middle = within.start + split(within.end - within.start);
        if old <= middle {
            nodes.push(middle..within.end);
            within.end = middle;
        } else {
            nodes.push(within.start..middle);
            within.start = middle;
        }
    }
    // The old tree's own root is known to whoever asks.
    if within.start > 0 {
        nodes.push(within);
    }
    nodes.reverse();
    Some(nodes)
}

/// The kept hashes that the root over `leaves` is worked out from.
pub fn places(leaves: &Leaves, found: &mut Vec<Place>) {
    if let Some(place) = kept(leaves) {
        found.push(place);
    } else if let Some((left, right)) = halves(leaves) {
        places(&left, found);
        places(&right, found);
    }
}

/// The root over `leaves`, of kept hashes. None where one is missing.
pub fn root_over(leaves: &Leaves, hashes: &HashMap<Place, Hash>) -> Option<Hash> {
    if let Some(place) = kept(leaves) {
        return hashes.get(&place).copied();
    }
    let (left, right) = halves(leaves)?;
    Some(Hash::above(root_over(&left, hashes)?, root_over(&right, hashes)?))
}

/// Where the root over `leaves` is kept, if it is: nodes begin at a multiple of their greatest power of two.
fn kept(leaves: &Leaves) -> Option<Place> {
    let count = leaves.end.checked_sub(leaves.start).filter(|count| count.is_power_of_two())?;
    let height = count.trailing_zeros();
    (height % STRIDE == 0).then_some(Place { level: height / STRIDE, position: leaves.start >> height })
}

fn halves(leaves: &Leaves) -> Option<(Leaves, Leaves)> {
    let count = leaves.end.checked_sub(leaves.start).filter(|count| *count > 1)?;
    let middle = leaves.start + split(count);
    Some((leaves.start..middle, middle..leaves.end))
}

#[cfg(test)]
mod tests;
