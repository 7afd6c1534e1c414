//! Further exceptions: lists of an operator, and access reviews, which are of everything.

use super::Grows;

pub(super) const MORE: &[Grows] = &[
    Grows {
        starts: "SELECT * FROM \"notification\"",
        has: "ORDER BY \"notification\".\"at\" DESC LIMIT ?",
        why: "it reads the newest from the end of the index, and stops at the bound",
    },
    Grows {
        starts: "SELECT \"check_state\".\"credential_id\" FROM",
        has: "\"due_at\" <= ? LIMIT ?",
        why: "it stops at the first check that is due",
    },
    Grows {
        starts: "UPDATE check_state SET due_at = ?",
        has: "ORDER BY due_at LIMIT ?",
        why: "it takes the checks that are due first, and stops at the bound",
    },
    Grows {
        starts: "SELECT \"pipeline\".\"id\" FROM \"pipeline\" WHERE \"pipeline\".\"project_id\" = ?",
        has: "\"pipeline\".\"rules_key\" = ?",
        why: "the sweep looks for pipelines whose rules an older server saved; a project has hundreds of pipelines at most",
    },
    Grows {
        starts: "SELECT \"membership\".\"project_id\", COUNT(",
        has: " GROUP BY",
        why: "an operator lists the projects, each with the number of its members",
    },
    Grows {
        starts: "SELECT * FROM \"project\" ORDER BY",
        has: "\"slug\"",
        why: "an operator lists the projects",
    },
    Grows {
        starts: "SELECT * FROM \"access_grant\" WHERE \"access_grant\".\"project_id\" = ? AND",
        has: "IN (SELECT \"id\" FROM \"pipeline\"",
        why: "an access review is of every grant of the project",
    },
    Grows {
        starts: "SELECT * FROM \"pipeline_token\" WHERE \"pipeline_token\".\"project_id\" = ?",
        has: "IN (SELECT \"id\" FROM \"pipeline\"",
        why: "the same: every token that a person made",
    },
    Grows {
        starts: "SELECT * FROM \"trust_rule\" WHERE \"trust_rule\".\"project_id\" = ? ORDER BY",
        has: "\"trust_rule\".\"id\" ASC",
        why: "the same: every trust rule",
    },
    Grows {
        starts: "SELECT * FROM \"chain_head\" WHERE \"chain_head\".\"chain\" IN",
        has: "IN (?, ?)",
        why: "there is one row for each project",
    },
    Grows {
        starts: "SELECT * FROM \"chain_head\" WHERE \"chain_head\".\"signed\" IS NOT NULL",
        has: "\"signed\"",
        why: "the same, once a minute where there are witnesses",
    },
    Grows {
        starts: "SELECT * FROM \"destination\" WHERE \"destination\".\"chain\" = ?",
        has: " LIMIT ?",
        why: "a chain has as many destinations at most as its page lists",
    },
    Grows {
        starts: "SELECT * FROM \"review\" WHERE \"review\".\"project_id\" = ? ORDER BY",
        has: "\"review\".\"id\" DESC LIMIT ?",
        why: "the newest reviews, in the order of an index",
    },
    Grows {
        starts: "SELECT * FROM \"review\" WHERE \"review\".\"project_id\" = ? AND",
        has: "\"review\".\"due_on\" IS NOT NULL",
        why: "the job that closes reviews looks at all of the project, of which there are a few a year",
    },
    Grows {
        starts: "SELECT * FROM \"credential\" WHERE \"credential\".\"project_id\" = ?",
        has: "\"credential\".\"owner\" <> ?",
        why: "an access review is of every credential that has an owner",
    },
    Grows {
        starts: "SELECT p.id AS id, p.name AS name FROM project p",
        has: "NOT EXISTS (SELECT 1 FROM audit_event e WHERE e.chain = p.id AND e.action = ?)",
        why: "once a day: the projects of a version that left no events of reports",
    },
    Grows {
        starts: "SELECT MAX(CASE WHEN ( SELECT f.pipeline_id FROM pipeline_fetch f",
        has: "ORDER BY r.seq DESC LIMIT ?",
        why: "the newest deliveries for one image, which an index has: it goes through these few alone",
    },
];
