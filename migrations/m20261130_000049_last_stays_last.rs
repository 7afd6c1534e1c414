//! When the clock went back, servers of before wrote a last use over a later one. The receipts that are
//! there say which was the last, and verifying the chain compares the two.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 3] = [
    "UPDATE usage SET
        first_at = CASE WHEN g.first_at < usage.first_at THEN g.first_at ELSE usage.first_at END,
        last_at = CASE WHEN g.last_at > usage.last_at THEN g.last_at ELSE usage.last_at END,
        last_used_at = CASE WHEN usage.last_used_at IS NULL OR g.last_used_at > usage.last_used_at
            THEN g.last_used_at ELSE usage.last_used_at END
    FROM (SELECT r.credential_id AS credential_id, f.pipeline_id AS pipeline_id,
            MIN(f.at) AS first_at, MAX(f.at) AS last_at,
            MAX(CASE WHEN r.image LIKE '%/%' OR EXISTS (SELECT 1 FROM delivery_report d
                WHERE d.chain = r.chain AND d.seq = r.seq AND d.number = r.number)
                THEN f.at END) AS last_used_at
        FROM pipeline_fetch f JOIN receipt r ON r.chain = f.chain AND r.seq = f.seq
            JOIN counted c ON c.chain = f.chain
        WHERE f.seq <= c.counts_seq AND r.outcome = 'delivered' AND r.credential_id IS NOT NULL
            AND r.version IS NOT NULL
        GROUP BY r.credential_id, f.pipeline_id) g
    WHERE usage.credential_id = g.credential_id AND usage.pipeline_id = g.pipeline_id",
    "UPDATE secret_version SET last_delivered_at = g.last_at
    FROM (SELECT r.credential_id AS credential_id, r.version AS version, MAX(f.at) AS last_at
        FROM pipeline_fetch f JOIN receipt r ON r.chain = f.chain AND r.seq = f.seq
            JOIN counted c ON c.chain = f.chain
        WHERE f.seq <= c.counts_seq AND r.outcome = 'delivered'
        GROUP BY r.credential_id, r.version) g
    WHERE secret_version.credential_id = g.credential_id AND secret_version.version = g.version
        AND (secret_version.last_delivered_at IS NULL OR secret_version.last_delivered_at < g.last_at)",
    "UPDATE pipeline_token SET last_used_at = g.last_at
    FROM (SELECT f.token_id AS token_id, MAX(f.at) AS last_at FROM pipeline_fetch f
        GROUP BY f.token_id) g
    WHERE pipeline_token.id = g.token_id
        AND (pipeline_token.last_used_at IS NULL OR pipeline_token.last_used_at < g.last_at)",
];

// What was the last is no worse for servers of before.
runs!(&UP, &[""; 0]);
