//! The wrapped keys in a backup, for telling before a restore whether it was changed.

use super::super::KeyRow;
use super::Header;
use crate::domain::key::KeyState;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use uuid::Uuid;

/// How the line of a key begins as it is written, so that the many others need not be read.
const START: &[u8] = b"[\"crypto_key\",";

impl Header {
    /// The wrapped key in the line of a row; `None` for the row of another table, and for one that
    /// is not as this version writes it.
    pub fn key_row(&self, line: &[u8]) -> Option<KeyRow> {
        if !line.starts_with(START) {
            return None;
        }
        let (table, cells): (String, Vec<Json>) = serde_json::from_slice(line).ok()?;
        let columns = &self.tables.get(&table)?.columns;
        let cell = |name: &str| cells.get(columns.iter().position(|(column, _)| column == name)?);
        let text = |name: &str| cell(name)?.as_str();
        Some(KeyRow {
            purpose: text("purpose")?.to_owned(),
            version: i32::try_from(cell("version")?.as_i64()?).ok()?,
            key_uuid: Uuid::parse_str(text("key_uuid")?).ok()?,
            wrapped: STANDARD.decode(text("wrapped")?).ok()?,
            kek_id: text("kek_id")?.to_owned(),
            state: KeyState::from_word(text("state")?)?,
            state_since: cell("state_since")?.as_i64()?,
            // As it is called now, or was before the step `fence_older_servers`.
            created_at: cell("made_at").or_else(|| cell("created_at"))?.as_i64()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_by_the_names_of_its_columns_or_not_at_all() {
        for made in ["made_at", "created_at"] {
            is_read_with(made);
        }
    }

    /// With that name of the column that says when the key was made.
    fn is_read_with(made: &str) {
        let header = r#"{"format":"regcred-backup","version":2,"schema":"","made_at":"",
                "database":"sqlite","kek_ids":[],"tables":{"crypto_key":{"columns":[["MADE","bigint"],
                ["purpose","text"],["version","integer"],["key_uuid","uuid"],["wrapped","bytes"],
                ["kek_id","text"],["state","text"],["state_since","bigint"]]}}}"#;
        let header: Header = serde_json::from_str(&header.replace("MADE", made)).unwrap();
        let uuid = Uuid::max();
        let line = format!(
            r#"["crypto_key",[4,"audit",2,"{uuid}","AAEC","b976fc652f5fdb1d","active",5]]"#
        );
        let row = header.key_row(line.as_bytes()).unwrap();
        assert_eq!((row.purpose.as_str(), row.version, row.key_uuid), ("audit", 2, uuid));
        assert_eq!((row.wrapped, row.kek_id.as_str()), (vec![0, 1, 2], "b976fc652f5fdb1d"));
        assert_eq!((row.state, row.state_since, row.created_at), (KeyState::Active, 5, 4));
        for other in [
            line.replace("crypto_key", "project"),
            line.replace("active", "asleep"),
            line.replace("AAEC", "-"),
            line.replace(",5]]", "]]"),
            "[\"crypto_key\",".to_owned(),
        ] {
            assert_eq!(header.key_row(other.as_bytes()), None, "{other}");
        }
    }
}
