//! The proofs of the trail, as the schema shows them.

use super::Composite;

/// See [`crate::domain::trail::Checkpoint`].
pub const CHECKPOINT: Composite = Composite {
    name: "trailCheckpoint",
    root: "Query",
    doc: "How long the organization's trail is now and the root of its hash tree, signed. Keep it: only who has one can \
          show later that the end of the trail was cut off.",
    arguments: &[],
    typename: "TrailCheckpoint",
    type_doc: "A signed statement of how long a trail is and which root its hash tree has (c2sp.org/tlog-checkpoint).",
    rows: &[],
    values: &[
        ("size", "Long!", "Number of events."),
        ("rootHash", "String!", "Root of the hash tree (RFC 6962), in base64."),
        ("note", "String!", "The statement as a signed note (c2sp.org/signed-note)."),
        ("publicKey", "String!", "Ed25519 key that signed it, in base64; the same as at `/trail/key`."),
    ],
};

/// See [`crate::domain::trail::Inclusion`].
pub const PROOF: Composite = Composite {
    name: "trailProof",
    root: "Query",
    doc: "Proves that an event is in the organization's trail.",
    arguments: &[
        ("event", "ID!", "Global id of the event."),
        ("size", "Long", "Number of events of the trail that it is proven for; all of them without it."),
    ],
    typename: "TrailProof",
    type_doc: "The hashes from an event's leaf up to the root of the trail's hash tree (RFC 6962, section 2.1.1).",
    rows: &[],
    values: &[
        ("sequence", "Long!", "The event's position in the trail, from 1."),
        ("leafIndex", "Long!", "The leaf's position in the tree, from 0."),
        ("leaf", "String!", "The bytes that were hashed, in base64."),
        ("leafHash", "String!", "Their hash, in base64."),
        ("hashes", "[String!]!", "The hashes that lead to the root, from the leaf upwards, in base64."),
        ("size", "Long!", "Number of leaves of the tree."),
        ("rootHash", "String!", "Its root, in base64."),
    ],
};

/// See [`crate::domain::trail::Consistency`].
pub const CONSISTENCY: Composite = Composite {
    name: "trailConsistency",
    root: "Query",
    doc: "Proves that the trail as it was is the beginning of the trail as it was later: that nothing in it was changed.",
    arguments: &[
        ("from", "Long!", "Number of events of the earlier trail."),
        ("to", "Long!", "Number of events of the later one."),
    ],
    typename: "TrailConsistency",
    type_doc: "The hashes that lead to both roots (RFC 6962, section 2.1.2).",
    rows: &[],
    values: &[("hashes", "[String!]!", "The hashes, in base64; none where either trail is empty or both are one.")],
};
