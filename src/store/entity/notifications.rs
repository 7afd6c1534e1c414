//! What members of projects are told without asking.

entities! {
    mod notification = "notification" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        credential_id: Uuid,
        /// What it is told once for.
        cause: String,
        name: String,
        /// As JSON.
        what: String,
        at: i64,
    }
    /// Until when a member has read them.
    mod notification_seen = "notification_seen" {
        #[sea_orm(primary_key, auto_increment = false)]
        project_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        person_id: Uuid,
        seen_at: i64,
    }
}
