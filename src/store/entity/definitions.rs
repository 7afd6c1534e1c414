//! What pipelines declare.

entities! {
    /// A file of a pipeline, as it was declared last.
    mod definition = "definition" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        pipeline_id: Uuid,
        path: String,
        system: String,
        /// Of the file's text, in hex.
        sha256: Option<String>,
        /// A hash of what it says.
        said: String,
        commit_id: Option<String>,
        branch: Option<String>,
        is_proved: bool,
        sent_by: String,
        /// A run of the pipeline sent it, and no person.
        by_run: bool,
        /// How many statements name an image or a registry, hold a variable, and so on.
        named: i64,
        unresolved: i64,
        passwords: i64,
        unread: i64,
        first_seen_at: i64,
        changed_at: i64,
        /// When it named something else last. Servers of before did not say so.
        names_changed_at: Option<i64>,
        last_seen_at: i64,
    }
    /// What one line of it says.
    mod definition_statement = "definition_statement" {
        #[sea_orm(primary_key, auto_increment = false)]
        definition_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        number: i32,
        kind: String,
        line: i64,
        place: String,
        job: Option<String>,
        is_hidden: bool,
        host: Option<String>,
        repository: Option<String>,
        /// Since when the file names this without a break. Servers of before did not say so.
        named_since: Option<i64>,
        /// What is named with all its parts, how it was seen and what is noted of it, as JSON.
        detail: String,
    }
}
