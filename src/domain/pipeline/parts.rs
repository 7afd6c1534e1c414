//! The parts of a pipeline's page that stand for themselves.

use super::PipelineSummary;
use crate::domain::audit::AuditEvent;
use crate::domain::delivery::ReceiptPage;
use serde::{Deserialize, Serialize};

/// What stands above each part of a pipeline's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineHead {
    pub summary: PipelineSummary,
    /// Whether its row was changed outside the product: then nothing works for it.
    pub is_changed: bool,
}

/// The events about a pipeline, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineActivity {
    pub head: PipelineHead,
    pub events: Vec<AuditEvent>,
    /// The number that older events come before, if there are any.
    pub older: Option<i64>,
}

/// What a pipeline received and what it was refused, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineDeliveries {
    pub head: PipelineHead,
    pub page: ReceiptPage,
}
