//! What the product does by itself, and what others are to be told.

entities! {
    /// Jobs: when each is due, who runs it, and how it went last.
    mod job = "job" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        kind: String,
        job_key: String,
        due_at: Option<i64>,
        attempts: i64,
        locked_until: Option<i64>,
        locked_by: Option<Uuid>,
        last_started_at: Option<i64>,
        last_finished_at: Option<i64>,
        last_result: Option<String>,
        last_error_code: Option<String>,
        progress: String,
    }
    /// The outbox: which links of which chains are new.
    mod outbox = "outbox" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        at: i64,
        project_id: Option<Uuid>,
        chain: Uuid,
        seq: i64,
        kind: String,
        subject_id: Uuid,
    }
}
