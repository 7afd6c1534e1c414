//! What the MACs of rows cover, pinned: rows that are stored already have theirs over just this.

/// The tables by the names in their MACs, each with its columns that decide and what they hold, in their
/// order.
pub(super) const V1: &[(&str, &str)] = &[
    ("instance", "name Text, value Text, until Bigint"),
    (
        "person",
        "id Uuid, email Text, email_key Text, name Text, password_hash Text, is_admin Boolean, disabled_at Bigint",
    ),
    ("project", "id Uuid, slug Text, name Text"),
    ("membership", "project_id Uuid, person_id Uuid, role Text"),
    ("session", "id_hash Bytes, data Text, person_id Uuid, ends_at Bigint"),
    ("pipeline", "id Uuid, project_id Uuid, name Text, identity_epoch Bigint, identities Bigint"),
    (
        "pipeline_token",
        "id Text, project_id Uuid, pipeline_id Uuid, secret_hash Bytes, expires_on Text, expires_at Bigint, proof Text, revoked_at Bigint, identity_epoch Bigint, created_by_id Uuid, created_at Bigint, created_by Text",
    ),
    (
        "trust_rule",
        "id Uuid, project_id Uuid, pipeline_id Uuid, provider Text, issuer Text, audience Text, claims Text, public_key Text, ended_at Bigint, identity_epoch Bigint, created_by_id Uuid, created_at Bigint, created_by Text, intent Text, shown_to Uuid",
    ),
    ("issuer", "id Uuid, url Text"),
    (
        "access_grant",
        "id Uuid, project_id Uuid, pipeline_id Uuid, credential_id Uuid, intent Text, repositories Text, branches Text, events Text, forks Text, expires_on Text, is_narrow Boolean, needs_approval Boolean, granted_by Uuid, approved_by Uuid, approver Text, approved_at Bigint, approved_until Text, approved_epoch Bigint, revision Bigint, created_at Bigint, created_by Text",
    ),
    (
        "credential",
        "id Uuid, project_id Uuid, name Text, host Text, is_insecure Boolean, method Text, username Text, access Text, paths Text, is_protected Boolean, secret_version Bigint, disabled_at Bigint, token_service Text, revision Bigint",
    ),
    (
        "guard_change",
        "id Uuid, project_id Uuid, credential_id Uuid, changes Text, proposed_by Uuid, revision Bigint",
    ),
    (
        "secret_version",
        "id Uuid, project_id Uuid, credential_id Uuid, version Bigint, method Text, staged_at Bigint, destroyed_at Bigint",
    ),
    (
        "review",
        "id Uuid, project_id Uuid, name Text, opened_at Bigint, opened_by Text, opened_by_id Uuid, due_on Text, undecided Text, items Bigint, closed_at Bigint, closed_by Text, opening Text, closing Text",
    ),
    (
        "review_item",
        "id Uuid, project_id Uuid, review_id Uuid, number Bigint, kind Text, subject Text, pipeline_id Uuid, credential_id Uuid, name Text, terms Text, whose Text, whose_id Uuid, made_at Bigint, facts Text, reviewer Text, reviewer_id Uuid, verdict Text, decided_at Bigint, decided_by Text, decided_by_id Uuid, note Text, effect Bigint",
    ),
    (
        "destination",
        "id Uuid, chain Uuid, transport Text, format Text, address Text, salt Text, earlier_salt Text, earlier_until Bigint, token_id Text, token_hash Bytes, cursor_link Bigint, cursor_receipt Bigint, until_link Bigint, until_receipt Bigint, stopped_at Bigint",
    ),
    ("regcred/chain-head/v1", "chain Uuid, seq Bigint, link Bytes"),
];

/// Columns that came later: a row says nothing of one that is empty in it, and so says what it said before
/// there was the column. New ones come behind them.
pub(super) const LATER: &[(&str, &str)] = &[
    ("destination", "made_by_id Uuid, shown_to Uuid"),
    ("regcred/chain-head/v1", "frontier Bytes, signed Bytes"),
];
