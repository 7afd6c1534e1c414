//! Audit events and receipts, chained, and what was said of a receipt afterwards.

entities! {
    /// The end of each chain.
    mod chain_head = "chain_head" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        seq: i64,
        mac: Vec<u8>,
    }
    /// Audit events.
    mod audit_event = "audit_event" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        seq: i64,
        at: i64,
        action: String,
        actor_id: Option<Uuid>,
        actor: String,
        subject_id: Uuid,
        subject: String,
        detail: String,
        mac: Vec<u8>,
    }
    /// Receipts.
    mod receipt = "receipt" {
        id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        seq: i64,
        at: i64,
        pipeline_id: Uuid,
        pipeline: String,
        credential_id: Option<Uuid>,
        credential: Option<String>,
        version: Option<i64>,
        intent: String,
        door: String,
        token_id: String,
        claims: String,
        address: Option<String>,
        outcome: String,
        reason: Option<String>,
        mac: Vec<u8>,
        proof: Option<String>,
        image: Option<String>,
    }
    /// What pipelines said afterwards of what they were handed.
    mod delivery_report = "delivery_report" {
        #[sea_orm(primary_key, auto_increment = false)]
        receipt_id: Uuid,
        project_id: Uuid,
        outcome: String,
        at: i64,
    }
}
