//! What somebody should look at.

entities! {
    /// Something that was found, as it was when it was looked for last, and who accepted it.
    mod finding = "finding" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        /// The same thing has the same one, whenever it is found.
        found_key: String,
        kind: String,
        /// The place of its kind in the list.
        rank: i64,
        state: String,
        credential_id: Option<Uuid>,
        pipeline_id: Option<Uuid>,
        /// The fact with its evidence, as JSON.
        found: String,
        opened_at: i64,
        resolved_at: Option<i64>,
        accepted_until: Option<String>,
        accepted_at: Option<i64>,
        accepted_by: Option<String>,
        accepted_by_id: Option<Uuid>,
        reason: Option<String>,
    }
}
