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
    /// Where a chain is sent, or who fetches it.
    mod destination = "destination" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        chain: Uuid,
        name: String,
        transport: String,
        format: String,
        address: String,
        /// What the signing secret is derived from, and the one before until it ends.
        salt: Option<String>,
        earlier_salt: Option<String>,
        earlier_until: Option<i64>,
        /// The public half of the token that fetches, and the hash of the other one.
        token_id: Option<String>,
        token_hash: Option<Vec<u8>>,
        cursor_link: i64,
        cursor_receipt: i64,
        until_link: Option<i64>,
        until_receipt: Option<i64>,
        stopped_at: Option<i64>,
        failing_since: Option<i64>,
        problem: Option<String>,
        status: Option<i64>,
        last_at: Option<i64>,
        made_at: i64,
        made_by: String,
        mac: Option<String>,
        made_by_id: Option<Uuid>,
        /// Who was shown its secret or token last.
        shown_to: Option<Uuid>,
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
