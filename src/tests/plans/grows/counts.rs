//! The exceptions of what is counted and added up of receipts, and of what recounts it.

use super::Grows;

pub(super) const COUNTS: &[Grows] = &[
    Grows {
        starts: "INSERT INTO usage (project_id,",
        has: "FROM pipeline_fetch f JOIN receipt r",
        why: "it adds up what was delivered since the last count, and goes through the sums",
    },
    Grows {
        starts: "UPDATE pipeline_token SET last_used_at = CASE",
        has: "FROM pipeline_fetch f",
        why: "the same: the tokens of what was fetched since the last count",
    },
    Grows {
        starts: "UPDATE secret_version SET deliveries = secret_version.deliveries + g.times",
        has: "FROM pipeline_fetch f JOIN receipt r",
        why: "the same: the versions of what was delivered since the last count",
    },
    Grows {
        starts: "SELECT v.id FROM secret_version v WHERE v.project_id = ? AND (v.credential_id, v.version) IN",
        has: " ORDER BY v.credential_id, v.version",
        why: "the versions that were delivered a moment ago, each by its number; only PostgreSQL is asked",
    },
    Grows {
        starts: "INSERT INTO usage_day (chain,",
        has: "FROM pipeline_fetch f JOIN receipt r",
        why: "it adds up the receipts of some links, and goes through the sums",
    },
    Grows {
        starts: "SELECT got.credential_id AS credential_id,",
        has: "f.seq > ? AND f.seq <= ?",
        why: "the same for who looks at what is not added up yet, and for who recounts it",
    },
    Grows {
        starts: "SELECT * FROM \"usage_day\" WHERE \"usage_day\".\"chain\" = ?",
        has: "\"usage_day\".\"outcome\" ASC LIMIT ?",
        why: "the sums of a chain are recounted when it is verified, some at a time, in the order of their key",
    },
    Grows {
        starts: "SELECT * FROM \"removed_days\" WHERE \"removed_days\".\"chain\" = ?",
        has: "\"removed_days\".\"day\" ASC LIMIT ?",
        why: "the same of what was put aside of receipts that were removed, in the order of its days",
    },
    Grows {
        starts: "SELECT * FROM \"usage\" WHERE \"usage\".\"project_id\" = ?",
        has: "\"usage\".\"pipeline_id\" ASC LIMIT ?",
        why: "the same of the pairs",
    },
    Grows {
        starts: "SELECT * FROM \"secret_version\" WHERE \"secret_version\".\"project_id\" = ?",
        has: "\"secret_version\".\"version\" ASC LIMIT ?",
        why: "the same of the versions of secrets",
    },
    Grows {
        starts: "SELECT s.credential_id AS credential_id,",
        has: "f.seq > ? AND f.seq <= ?",
        why: "what was delivered is recounted from the receipts of some links when the chain is verified",
    },
    Grows {
        starts: "SELECT t.id AS id FROM (SELECT f.token_id AS token_id,",
        has: "f.seq > ? AND f.seq <= ?",
        why: "the same of the tokens that fetched it",
    },
    Grows {
        starts: "SELECT \"delivery_report\".\"seq\", \"delivery_report\".\"number\" FROM",
        has: "LEFT JOIN \"receipt\"",
        why: "every report is looked at when the chain is verified",
    },
    Grows {
        starts: "WITH RECURSIVE found(id)",
        has: "FROM usage_day",
        why: "each pipeline, or each credential, is one look into an index; it is asked for on the last page alone",
    },
    Grows {
        starts: "SELECT * FROM \"counted\"",
        has: "\"counted\".\"chain\" = ?",
        why: "there is one row for each project",
    },
    Grows {
        starts: "UPDATE \"counted\" SET",
        has: "\"counted\".\"chain\" = ?",
        why: "there is one row for each project",
    },
];
