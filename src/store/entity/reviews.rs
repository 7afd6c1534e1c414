//! Access reviews.

entities! {
    mod review = "review" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        name: String,
        opened_at: i64,
        opened_by: String,
        opened_by_id: Option<Uuid>,
        due_on: Option<String>,
        undecided: String,
        items: i64,
        closed_at: Option<i64>,
        closed_by: Option<String>,
        /// Checkpoints of the audit log, with what verifies them, as JSON.
        opening: Option<String>,
        closing: Option<String>,
        mac: Option<String>,
    }
    /// What let somebody in when the review began.
    mod review_item = "review_item" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        review_id: Uuid,
        /// Its place, from 1.
        number: i64,
        kind: String,
        /// An id, or the public half of a token.
        subject: String,
        pipeline_id: Option<Uuid>,
        credential_id: Option<Uuid>,
        name: String,
        terms: String,
        /// Who made it, or has it.
        whose: String,
        whose_id: Option<Uuid>,
        made_at: Option<i64>,
        /// What was known of its use, as JSON.
        facts: String,
        reviewer: Option<String>,
        reviewer_id: Option<Uuid>,
        verdict: Option<String>,
        decided_at: Option<i64>,
        decided_by: Option<String>,
        decided_by_id: Option<Uuid>,
        note: Option<String>,
        /// The link that says what was removed.
        effect: Option<i64>,
        mac: Option<String>,
    }
}
