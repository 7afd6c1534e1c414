//! What others can check of an audit log without its database and without its keys: the Merkle tree over
//! the links of a chain, signed checkpoints of it, proofs that a link is in it, and exports. Pure
//! functions: whoever has a file, a checkpoint and a public key needs nothing else.
//!
//! # Formats
//!
//! Leaf of a link: `SHA-256(0x00 ‖ bytes)` (RFC 6962), where `bytes` are these parts, each with its
//! length before it (8 bytes, big-endian):
//!
//! ```text
//! "regcred/link/v1" ‖ chain id (16 bytes) ‖ number (8 bytes) ‖ kind ‖ field ‖ field …
//! ```
//!
//! Links count from 1, leaves from 0: link 7 is leaf 6. The kind is `event`, `fetch`, `receipt`, or `removed`
//! for a link that was removed because of its age before the tree was begun: of that only the number is
//! covered. The MAC of the link is no part of the leaf.
//!
//! Checkpoint: a signed note (`c2sp.org/signed-note`) as `c2sp.org/tlog-checkpoint` has it. Its origin is
//! `HOST/chain/ID`, and the name of the key that signs it as well. After a restore the tree is another
//! one, with the origin `HOST/chain/ID/2`, and so on. While a key is replaced, the old one and the new
//! one sign.
//!
//! Export: JSON Lines, one line for each link, in their order, from link 1 on.
//!
//! ```text
//! {"chain":"ID","link":7,"kind":"event","fields":["text",{"hex":"0190ff"}, …],"leaf":"64 hex digits"}
//! {"chain":"ID","link":8,"leaf":"64 hex digits"}
//! ```
//!
//! The fields are those that the leaf covers, as text or in hex. A line without fields is of a link that
//! was removed because of its age: its leaf stays, so that the others still verify. With any other
//! member it is wrong: nothing proves that.
//!
//! Cosignatures of witnesses (`c2sp.org/tlog-cosignature`) are further lines of the note. A witness is asked for
//! one with a proof that the checkpoint goes on from the last one that it has cosigned.
//!
//! # What a checkpoint proves
//!
//! That no link up to its size was changed, removed, inserted or moved since it was signed. It does not
//! prove that what was written is true, and nothing of the links after it.

pub mod checkpoint;
pub mod cosignature;
pub mod export;
pub mod link;
pub mod note;
pub mod proof;
pub mod tree;
pub mod witness;

#[cfg(test)]
mod tests;
