//! The statements that go through more than they give, or through everything, and why each may.

mod counts;
mod more;

/// Some statements with the reason why they may.
pub struct Grows {
    /// How their lines in the list begin.
    pub starts: &'static str,
    /// What else is in their lines.
    has: &'static str,
    /// The reason, for readers.
    pub why: &'static str,
}

impl Grows {
    /// Whether it is about the statement with this line.
    pub fn is_about(&self, statement: &str) -> bool {
        statement.starts_with(self.starts) && statement.contains(self.has)
    }
}

/// Whether it is one step of a walk through a table by its primary key: it reads as many rows as it
/// gives. A job walks so, and the doctor.
pub fn walks_by_key(statement: &str) -> bool {
    let table = statement.split("FROM \"").nth(1).and_then(|rest| rest.split('"').next());
    let table = table.unwrap_or_default();
    let key: &[&str] = match table {
        "chain_head" => &["chain"],
        "membership" => &["project_id", "person_id"],
        "removed_leaves" | "removed_links" => &["chain", "first_seq"],
        "session" => &["id_hash"],
        _ => &["id"],
    };
    let columns: Vec<String> = key.iter().map(|name| format!("\"{table}\".\"{name}\"")).collect();
    let marks = vec!["?"; key.len()].join(", ");
    let order: Vec<String> = columns.iter().map(|column| format!("{column} ASC")).collect();
    let order = format!(" ORDER BY {} LIMIT ?", order.join(", "));
    let after = format!(" WHERE ({}) > ({marks})", columns.join(", "));
    // Past rows whose keys cannot be read, which only somebody else writes, it goes by number.
    let statement = statement.strip_suffix(" OFFSET ?").unwrap_or(statement);
    statement
        .strip_suffix(&order)
        .map(|rest| rest.strip_suffix(&after).unwrap_or(rest))
        .is_some_and(|rest| rest.ends_with(&format!("FROM \"{table}\"")))
}

/// Every exception.
pub fn exceptions() -> impl Iterator<Item = &'static Grows> {
    OTHERS.iter().chain(counts::COUNTS).chain(more::MORE)
}

const OTHERS: &[Grows] = &[
    Grows {
        starts: "SELECT * FROM \"removed_leaves\"",
        has: "\"first_seq\" BETWEEN ? AND ?",
        why: "the tree of a chain is made anew, in parts: the leaves of those links that were removed on purpose",
    },
    Grows {
        starts: "SELECT * FROM \"removed_links\"",
        has: "WHERE \"removed_links\".\"chain\" = ?",
        why: "the chain is verified: there is one row for each run of links that were removed on purpose",
    },
    Grows {
        starts: "SELECT \"audit_event\".\"seq\" FROM \"audit_event\"",
        has: "\"audit_event\".\"action\" = ?",
        why: "whether older secrets were moved: it is asked when keys are opened, until they are",
    },
    Grows {
        starts: "SELECT 1 AS used WHERE EXISTS",
        has: "FROM pipeline)",
        why: "whether there is any: the first row answers, and it is asked only before the set-up",
    },
    Grows {
        starts: "SELECT CASE WHEN EXISTS (SELECT 1 FROM credential",
        has: "project.steps_hidden_at IS NULL",
        why: "whether the project has any: the first row answers",
    },
    Grows {
        starts: "DELETE FROM \"shared_secret_view\" WHERE",
        has: "\"shared_secret_view\".\"project_id\" = ?",
        why: "those who were shown one secret, when it is another one",
    },
    Grows {
        starts: "SELECT * FROM \"credential\" WHERE \"credential\".\"project_id\" = ?",
        has: "\"credential\".\"natural_key\" ASC LIMIT ?",
        why: "a page of the list, in the order of an index; what a filter leaves out is read past",
    },
    Grows {
        starts: "SELECT * FROM \"credential\" WHERE \"credential\".\"project_id\" = ?",
        has: "\"credential\".\"natural_key\" DESC LIMIT ?",
        why: "the same page, reached from the one after it",
    },
    Grows {
        starts: "SELECT \"credential_count\".\"number\"",
        has: "\"credential_count\".\"project_id\" = ?",
        why: "there is one row for each project",
    },
    Grows {
        starts: "SELECT COUNT(*) FROM (SELECT \"credential\".\"id\" FROM \"credential\" WHERE \"credential\".\"project_id\" = ?",
        has: " LIMIT ?) AS",
        why: "the list says how many fit, up to a bound; what a filter leaves out is read past",
    },
    Grows {
        starts: "WITH RECURSIVE found(host)",
        has: "MIN(credential.host)",
        why: "each host is one look into the index, which gives the first of many",
    },
    Grows {
        starts: "SELECT \"pipeline\".\"id\", \"pipeline\".\"name\" FROM \"pipeline\" WHERE \"pipeline\".\"project_id\" = ?",
        has: "ORDER BY \"pipeline\".\"name_key\" ASC LIMIT ?",
        why: "the first pipelines to choose from, in the order of an index; what a search leaves out is read past",
    },
    Grows {
        starts: "SELECT * FROM \"audit_event\" WHERE \"audit_event\".\"chain\" = ?",
        has: "substr(\"audit_event\".\"detail\", 1, 60)",
        why: "the events of a credential's grants, by an index of how their details begin, which plans do not name as a column",
    },
    Grows {
        starts: "SELECT * FROM \"membership\" INNER JOIN \"person\"",
        has: "\"project_id\" = ?",
        why: "everybody who belongs to the project is named",
    },
    Grows {
        starts: "SELECT * FROM \"audit_event\" WHERE \"audit_event\".\"chain\" = ? ORDER BY",
        has: " LIMIT ?",
        why: "the newest events of a chain, in the order of its key",
    },
    Grows {
        starts: "SELECT \"pipeline_fetch\".\"seq\" FROM \"pipeline_fetch\" WHERE \"pipeline_fetch\".\"chain\" = ? ORDER BY",
        has: " LIMIT ?",
        why: "the newest fetch of a chain, in the order of its key",
    },
    Grows {
        starts: "SELECT \"receipt\".\"seq\" FROM \"receipt\" WHERE \"receipt\".\"chain\" = ? ORDER BY",
        has: " LIMIT ?",
        why: "the newest receipt of a chain, in the order of its key",
    },
    Grows {
        starts: "SELECT * FROM \"chain_head\" WHERE \"chain_head\".\"chain\" = ?",
        has: "",
        why: "each chain has one end, which is found by its key",
    },
    Grows {
        starts: "UPDATE \"chain_head\" SET",
        has: "WHERE \"chain_head\".\"chain\" = ?",
        why: "each chain has one end, which is found by its key",
    },
    Grows {
        starts: "DELETE FROM \"",
        has: "\"expires_at\" <",
        why: "what is over goes: a range of an index, which ends where the living begins",
    },
    Grows {
        starts: "SELECT \"job\".\"id\" FROM \"job\" WHERE \"job\".\"due_at\" <= ?",
        has: "",
        why: "the first job that is due: a range of an index, which ends where nothing is due",
    },
    Grows {
        starts: "UPDATE job SET locked_until = ?",
        has: "ORDER BY due_at LIMIT 1",
        why: "the first job that is due: a range of an index, which ends where nothing is due",
    },
    Grows {
        starts: "SELECT * FROM \"job\" ORDER BY",
        has: " LIMIT ?",
        why: "the page shows the first jobs, in the order of an index",
    },
    Grows {
        starts: "SELECT * FROM \"chain_head\" ORDER BY",
        has: "\"chain_head\".\"chain\" ASC",
        why: "the log names the end of every chain: one row for each project",
    },
    Grows {
        starts: "SELECT * FROM \"issuer\" WHERE \"issuer\".\"url\" >",
        has: " LIMIT ?",
        why: "the page shows the list of trusted issuers, in the order of an index",
    },
    Grows {
        starts: "SELECT issuer.id, (SELECT COUNT(*) FROM trust_rule",
        has: "= lower(issuer.url)",
        why: "the page counts the rules of each issuer on the list, found in an index of how it is spelled",
    },
    Grows {
        starts: "SELECT trust_rule.project_id, project.slug,",
        has: "= lower(?)",
        why: "the rules of one issuer with the names of their pipelines, found in the same index",
    },
    Grows {
        starts: "SELECT pipeline_token.id FROM pipeline_token WHERE pipeline_token.pipeline_id IN",
        has: "= lower(?)",
        why: "the same: the tokens of their pipelines, which end when the issuer is removed",
    },
    Grows {
        starts: "SELECT * FROM \"outbox\" WHERE \"outbox\".\"id\" > ?",
        has: " LIMIT ?",
        why: "the next rows after one, in the order of their key",
    },
    Grows {
        starts: "DELETE FROM \"outbox\"",
        has: "\"at\" < ?",
        why: "old rows go: a range of an index",
    },
    Grows {
        starts: "SELECT \"secret_version\".\"data_key\", COUNT(",
        has: " GROUP BY ",
        why: "the page of the keys says how many secrets are under each; counted in an index",
    },
    Grows {
        starts: "SELECT \"secret_version\".\"fingerprint_key\", COUNT(",
        has: " GROUP BY ",
        why: "the page of the keys says how many fingerprints are of each; counted in an index",
    },
    Grows {
        starts: "SELECT COUNT(\"id\") AS \"rows\" FROM \"secret_version\"",
        has: "",
        why: "the page of the keys says how many do not open: a range of an index",
    },
    Grows {
        starts: "SELECT COUNT(\"secret_version\".\"id\") AS \"rows\" FROM \"secret_version\"",
        has: "",
        why: "the page of the keys says how many are left: a range of an index",
    },
    Grows {
        starts: "SELECT \"secret_version\".\"id\" FROM \"secret_version\" WHERE ",
        has: "\"unreadable_at\" IS NOT NULL ORDER BY ",
        why: "every mark goes, and the marked ones are locked before: an index of them",
    },
    Grows {
        starts: "SELECT * FROM \"secret_version\" INNER JOIN \"credential\"",
        has: " LIMIT ?",
        why: "a new key takes every secret in its turn, some at a time",
    },
    Grows {
        starts: "UPDATE \"secret_version\" SET \"unreadable_at\" = ?",
        has: " IS NOT NULL",
        why: "every mark goes: an index of the marked ones",
    },
    Grows {
        starts: "SELECT * FROM \"finding\" WHERE \"finding\".\"project_id\" = ?",
        has: "\"project_id\" = ?",
        why: "the job that looks for findings compares all of a project with what it found",
    },
];
