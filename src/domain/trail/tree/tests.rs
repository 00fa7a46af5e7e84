//! The tree against one that is worked out anew for every question, as RFC 6962 defines it and as a client checks it.

use super::*;

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|number| Hash::of_leaf(&number.to_be_bytes())).collect()
}

fn at(hashes: &[Hash], place: u64) -> Hash {
    hashes[usize::try_from(place).unwrap()]
}

/// The tree as RFC 6962 defines it, word for word; what was worked out once is remembered.
struct Defined {
    leaves: Vec<Hash>,
    roots: HashMap<Leaves, Hash>,
}

impl Defined {
    fn new(count: u64) -> Self {
        Self { leaves: leaves(count), roots: HashMap::new() }
    }

    /// The greatest power of two below the number of leaves.
    fn middle(within: &Leaves) -> u64 {
        let mut count = 1;
        while count * 2 < within.end - within.start {
            count *= 2;
        }
        within.start + count
    }

    /// MTH(D[n]).
    fn root(&mut self, within: Leaves) -> Hash {
        if let Some(root) = self.roots.get(&within) {
            return *root;
        }
        let root = match within.end - within.start {
            0 => Hash::of_nothing(),
            1 => at(&self.leaves, within.start),
            _ => {
                let middle = Self::middle(&within);
                Hash::above(self.root(within.start..middle), self.root(middle..within.end))
            }
        };
        self.roots.insert(within, root);
        root
    }

    /// PATH(m, D[n]).
    fn path(&mut self, index: u64, within: Leaves) -> Vec<Hash> {
        if within.end - within.start == 1 {
            return Vec::new();
        }
        let middle = Self::middle(&within);
        let (mut path, above) = if index < middle {
            (self.path(index, within.start..middle), self.root(middle..within.end))
        } else {
            (self.path(index, middle..within.end), self.root(within.start..middle))
        };
        path.push(above);
        path
    }

    /// SUBPROOF(m, D[n], b).
    fn subproof(&mut self, old: u64, within: Leaves, complete: bool) -> Vec<Hash> {
        if old == within.end {
            return if complete { Vec::new() } else { vec![self.root(within)] };
        }
        let middle = Self::middle(&within);
        let (mut proof, above) = if old <= middle {
            (self.subproof(old, within.start..middle, complete), self.root(middle..within.end))
        } else {
            (self.subproof(old, middle..within.end, false), self.root(within.start..middle))
        };
        proof.push(above);
        proof
    }
}

/// A tree as the store keeps it.
struct Kept {
    roots: Vec<Hash>,
    hashes: HashMap<Place, Hash>,
    /// Roots that were worked out before.
    over: HashMap<Leaves, Hash>,
}

fn kept_tree(count: u64) -> Kept {
    let mut frontier = Frontier::default();
    let mut kept = Kept { roots: vec![frontier.root()], hashes: HashMap::new(), over: HashMap::new() };
    for (leaf, position) in leaves(count).into_iter().zip(0..) {
        kept.hashes.insert(Place { level: 0, position }, leaf);
        frontier.push(leaf, |place, root| assert!(kept.hashes.insert(place, root).is_none()));
        frontier = Frontier::parse(frontier.size(), &frontier.text()).unwrap();
        kept.roots.push(frontier.root());
    }
    kept
}

impl Kept {
    fn proof(&mut self, nodes: &[Leaves]) -> Vec<Hash> {
        let over = |node: &Leaves| {
            let reckon = || root_over(node, &self.hashes).unwrap();
            *self.over.entry(node.clone()).or_insert_with(reckon)
        };
        nodes.iter().map(over).collect()
    }
}

/// RFC 9162, section 2.1.3.2.
fn holds_leaf(leaf: Hash, index: u64, (size, root): (u64, Hash), proof: &[Hash]) -> bool {
    let (mut place, mut last, mut reckoned) = (index, size - 1, leaf);
    for hash in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            reckoned = Hash::above(*hash, reckoned);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            reckoned = Hash::above(reckoned, *hash);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && reckoned == root
}

/// RFC 9162, section 2.1.4.2.
fn begins_with(old: (u64, Hash), new: (u64, Hash), proof: &[Hash]) -> bool {
    let mut path = proof.to_vec();
    if old.0.is_power_of_two() {
        path.insert(0, old.1);
    }
    let (mut place, mut last) = (old.0 - 1, new.0 - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let Some((first, rest)) = path.split_first() else { return false };
    let (mut reckoned_old, mut reckoned_new) = (*first, *first);
    for hash in rest {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            reckoned_old = Hash::above(*hash, reckoned_old);
            reckoned_new = Hash::above(*hash, reckoned_new);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            reckoned_new = Hash::above(reckoned_new, *hash);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && reckoned_old == old.1 && reckoned_new == new.1
}

const MOST: u64 = 512;

#[test]
fn every_root_up_to_512_leaves_is_that_of_the_definition() {
    let (kept, mut defined) = (kept_tree(MOST), Defined::new(MOST));
    for size in 0..=MOST {
        assert_eq!(at(&kept.roots, size), defined.root(0..size), "{size} leaves");
    }
}

#[test]
fn every_inclusion_proof_up_to_512_leaves_is_that_of_the_definition() {
    let (mut kept, mut defined) = (kept_tree(MOST), Defined::new(MOST));
    for size in 1..=MOST {
        for index in 0..size {
            let proof = kept.proof(&inclusion(index, size).unwrap());
            assert_eq!(proof, defined.path(index, 0..size), "{index} in {size}");
        }
        assert_eq!(inclusion(size, size), None);
    }
    assert_eq!(inclusion(0, 0), None);
}

#[test]
fn an_inclusion_proof_convinces_of_its_leaf_and_of_no_other() {
    let (mut kept, leaves) = (kept_tree(MOST), leaves(MOST));
    for size in (1..=MOST).filter(|size| *size < 20 || size % 37 == 0 || *size == MOST) {
        let tree = (size, at(&kept.roots, size));
        for index in (0..size).step_by(5) {
            let proof = kept.proof(&inclusion(index, size).unwrap());
            assert!(holds_leaf(at(&leaves, index), index, tree, &proof), "{index} in {size}");
            assert!(!holds_leaf(at(&leaves, (index + 1) % MOST), index, tree, &proof));
        }
    }
}

#[test]
fn every_consistency_proof_up_to_512_leaves_is_that_of_the_definition() {
    let (mut kept, mut defined) = (kept_tree(MOST), Defined::new(MOST));
    for new in 1..=MOST {
        for old in 1..=new {
            let proof = kept.proof(&consistency(old, new).unwrap());
            assert_eq!(proof, defined.subproof(old, 0..new, true), "{old} in {new}");
        }
        assert_eq!(consistency(0, new), Some(Vec::new()));
        assert_eq!(consistency(new + 1, new), None);
    }
}

#[test]
fn a_consistency_proof_convinces_of_its_trees_and_of_no_others() {
    let mut kept = kept_tree(MOST);
    for new in (2..=MOST).filter(|new| *new < 20 || new % 41 == 0 || *new == MOST) {
        for old in (1..new).step_by(7) {
            let proof = kept.proof(&consistency(old, new).unwrap());
            let (before, after) = ((old, at(&kept.roots, old)), (new, at(&kept.roots, new)));
            assert!(begins_with(before, after, &proof), "{old} in {new}");
            assert!(!begins_with((old, at(&kept.roots, old - 1)), after, &proof));
        }
    }
}

#[test]
fn kept_roots_stand_over_256_of_the_level_below() {
    let (kept, mut defined) = (kept_tree(1_000), Defined::new(1_000));
    let above: Vec<Place> = kept.hashes.keys().filter(|place| place.level > 0).copied().collect();
    assert_eq!(above.len(), 3);
    for place in above {
        let first = place.position * 256;
        assert_eq!(kept.hashes[&place], defined.root(first..first + 256));
    }
}

#[test]
fn a_proof_needs_few_hashes_whatever_the_size() {
    // No tree of that size is needed to know which hashes a proof asks for.
    for size in [70_000, 16_777_216 + 77_777, 5_000_000_123] {
        for index in [0, size / 3, size - 1] {
            let nodes = inclusion(index, size).unwrap();
            assert!(nodes.len() <= 33);
            let mut found = Vec::new();
            nodes.iter().for_each(|node| places(node, &mut found));
            for level in 0..5 {
                let here = found.iter().filter(|place| place.level == level).count();
                assert!(here <= 2 * 255, "{here} hashes of level {level}");
            }
        }
    }
}

#[test]
fn a_frontier_of_another_size_is_no_frontier() {
    let mut frontier = Frontier::default();
    leaves(5).into_iter().for_each(|leaf| frontier.push(leaf, |_, _| {}));
    assert_eq!(Frontier::parse(5, &frontier.text()), Some(frontier.clone()));
    assert_eq!(Frontier::parse(7, &frontier.text()), None);
    assert_eq!(Frontier::parse(5, "AAAA"), None);
    assert_eq!(Frontier::parse(0, ""), Some(Frontier::default()));
}
