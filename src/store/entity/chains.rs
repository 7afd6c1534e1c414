//! Audit events and receipts, chained, what was said of receipts afterwards, and what is counted.

entities! {
    mod chain_head = "chain_head" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        seq: i64,
        /// The MAC of the last link, which anybody can read there.
        link: Vec<u8>,
        /// What is needed to append to the tree over the links; it may not have come to the last one yet.
        frontier: Option<Vec<u8>>,
        /// What was last signed of the tree.
        signed: Option<Vec<u8>>,
        /// Over all of it.
        end_mac: Option<String>,
    }
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
    /// Requests of pipelines: each is one link.
    mod fetch = "pipeline_fetch" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        seq: i64,
        id: Uuid,
        at: i64,
        pipeline_id: Uuid,
        pipeline: String,
        door: String,
        token_id: String,
        claims: String,
        proof: Option<String>,
        address: Option<String>,
        form: i32,
        mac: Vec<u8>,
    }
    mod receipt = "receipt" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        seq: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        number: i32,
        credential_id: Option<Uuid>,
        credential: Option<String>,
        version: Option<i64>,
        intent: String,
        image: Option<String>,
        outcome: String,
        reason: Option<String>,
    }
    /// What pipelines said afterwards of what they were handed.
    mod delivery_report = "delivery_report" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        seq: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        number: i32,
        outcome: String,
        at: i64,
        /// The link of the event that says the same; 0: none does.
        link: i64,
    }
    /// Up to which link receipts are in the counts.
    mod counted = "counted" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        /// Up to which link they are counted.
        counts_seq: i64,
        /// Up to which link they are in the days.
        summed_seq: i64,
        /// Up to which link they are behind the base of the chain.
        base_seq: i64,
    }
    /// What each pipeline received of each credential in a day, and what it was refused. A request that was
    /// refused as a whole has no credential: nil.
    mod usage_day = "usage_day" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        credential_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pipeline_id: Uuid,
        /// Days since 1970-01-01, in UTC.
        #[sea_orm(primary_key, auto_increment = false)]
        day: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        intent: String,
        #[sea_orm(primary_key, auto_increment = false)]
        outcome: String,
        times: i64,
        /// Of how many the pipeline reported that they failed.
        failed: i64,
        /// The earliest and the latest time, whatever the clock did in between.
        first_at: i64,
        last_at: i64,
        last_seq: i64,
        /// The bits of the doors.
        doors: i64,
        first_version: Option<i64>,
        last_version: Option<i64>,
    }
    /// Runs of links whose receipts were removed because of their age.
    mod removed_links = "removed_links" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        first_seq: i64,
        last_seq: i64,
        /// The MAC of the last of them, which the next link follows.
        link_mac: Vec<u8>,
        /// That it was us.
        proof: Vec<u8>,
    }
    /// What witnesses have said of checkpoints: of each witness the last one may be empty still.
    mod cosignature = "cosignature" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        /// The name and the id of its key.
        #[sea_orm(primary_key, auto_increment = false)]
        witness: String,
        /// Which of the trees of the chain it is.
        #[sea_orm(primary_key, auto_increment = false)]
        tree: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        size: i64,
        /// The tree when the checkpoint was signed.
        frontier: Vec<u8>,
        /// The cosignature, which the key of the witness verifies.
        cosigned: Option<Vec<u8>>,
        /// Since when the witness is asked.
        since: i64,
        problem: Option<String>,
        status: Option<i64>,
    }
    /// Leaves of links that were removed because of their age, some of them one behind the other.
    mod removed_leaves = "removed_leaves" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        first_seq: i64,
        leaves: Vec<u8>,
        /// That it was us.
        proof: Vec<u8>,
    }
    /// What receipts behind the base of a chain added up to, by day.
    mod removed_days = "removed_days" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        day: i64,
        /// The sums in the order of their keys, as JSON.
        sums: String,
        /// The leaf that they are of the tree over all days, whose root the event of the base has.
        hash: Vec<u8>,
    }
}
