//! The tables of which nothing decides.

/// The tables whose rows have no MAC, and why nobody gets more by changing them.
pub(super) const DECIDE_NOTHING: &[(&str, &str)] = &[
    ("slot", "what is in it opens only for the person and the kind that it was sealed for"),
    (
        "crypto_key",
        "each key is bound to its row by its wrapping; the state only says which is used",
    ),
    ("credential_count", "it is shown, and the list has its rows whatever it says"),
    ("lease", "it says who works and whether writes are kept"),
    ("shared_secret_view", "it takes rights away, and the rules for Drone say the same"),
    ("used_assertion", "a row takes rights away, and that one was removed shows with no MAC"),
    ("usage", "it is added up for pages"),
    ("audit_event", "each is a link of a chain"),
    ("pipeline_fetch", "each is a link of a chain"),
    ("receipt", "it is a part of a link of a chain"),
    (
        "delivery_report",
        "a link of the chain says the same, which is compared when that is verified",
    ),
    ("counted", "it says how far the counts are"),
    ("usage_day", "it is added up for pages, and recounted when the chain is verified"),
    ("removed_links", "each has a proof of its own"),
    ("removed_leaves", "each has a proof of its own"),
    ("removed_days", "the digest of all is in a link of the chain"),
    (
        "cosignature",
        "the key of a witness verifies each, and that the log goes on from it is checked",
    ),
    ("job", "what is due is done by the product for everybody alike"),
    ("outbox", "it says where in the chains to look"),
    ("credential_check", "it says what a registry answered, for pages"),
    ("check_state", "it says what a registry answered last, for pages"),
    ("notification", "it says what members are told, for pages"),
    ("notification_seen", "it says what a member has read, for pages"),
    ("definition", "it says what a file names, for pages"),
    ("definition_statement", "it is a part of what a file names, for pages"),
    ("finding", "it is found anew from what decides, and who accepted one is a link of a chain"),
];
