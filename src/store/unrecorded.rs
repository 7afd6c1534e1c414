//! The transactions that leave no audit event.

/// Why a transaction leaves no audit event. `src/tests/unrecorded.rs` lists where each is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unrecorded {
    /// A session, or that it was used: signing in and signing out have events.
    Session,
    /// A single-use slot between a form and the page after it.
    Slot,
    /// The removal of what has expired.
    Sweep,
    /// That a token was refused, or asked with: events say so up to a bound, and sums beyond.
    Refusals,
    /// A job: when it is due, who runs it, and how that went.
    Job,
    /// Receipts: those of a fetch are a link of the chain itself.
    Receipts,
    /// What is counted of receipts, and what is found by that: it says nothing but what other rows say.
    Counts,
    /// A further part of the old receipts whose removal an event has said.
    Removal,
    /// Links of an older version in the tree of their chain, and what is signed of a tree: it says nothing
    /// but what the links say.
    Tree,
    /// A check of a credential that begins, or that Regcred made by itself and that found what it found before.
    Check,
    /// That a day has come that was typed, or that a member has read what they were told.
    Notifications,
    /// Short-lived tokens that end a moment before what gave them: the end of that has the event.
    Revocation,
    /// What another system has of a chain by now, or why it was not sent: the chain itself says what was done.
    Shipped,
    /// That files were declared again as they were: a change of what they say has the event.
    Declared,
    /// A short-lived token for a proof, or when a rule was last used: the receipts hold the proof.
    Proof,
    /// Secrets under another key: the change of the key has the event.
    Reseal,
    /// The first keys: without them there is no chain.
    FirstKeys,
    /// That the first steps of a project were put away: it only hides a part of a page.
    FirstSteps,
    /// A link to set the instance up: who uses it has the event.
    SetupLink,
    /// Another version of the schema.
    Schema,
    /// A restored backup: it brings its own chains.
    Restore,
    /// What a test needs. The product never says this.
    Test,
}
