//! Checks of credentials against their registries.

entities! {
    /// One check; without a report it is under way, or its server ended.
    mod credential_check = "credential_check" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        credential_id: Uuid,
        version: i64,
        /// The origin and the username, as they are counted together.
        account: String,
        image: String,
        asked_by: String,
        begun_at: i64,
        /// Whether the registry refused the sign-in, or may have while it is under way.
        is_refused: bool,
        report: Option<String>,
    }
    /// What the last check of a credential says.
    mod check_state = "check_state" {
        #[sea_orm(primary_key, auto_increment = false)]
        credential_id: Uuid,
        project_id: Uuid,
        version: i64,
        state: String,
        since: i64,
        checked_at: i64,
        /// What the next one tries to pull, too.
        image: String,
        /// When Regcred checks it again by itself.
        due_at: Option<i64>,
    }
}
