//! The addresses and forms of pages.

use super::targets::text;
use crate::domain::approval::listing::ApprovalsQuery;
use crate::domain::audit::AuditQuery;
use crate::domain::delivery::ReceiptFilter;
use crate::domain::finding::FindingsQuery;
use crate::domain::listing::ListQuery;
use crate::domain::moment::Moment;
use crate::domain::pipeline::listing::PipelineQuery;
use crate::domain::review::{DecisionForm, ReviewForm, ReviewQuery};
use crate::domain::usage::UsageQuery;

pub(super) fn listing(data: &[u8]) {
    if let Ok(query) = ListQuery::read(value_in(data)) {
        let _ = query.to_url();
    }
}

pub(super) fn audit(data: &[u8]) {
    if let Ok(query) = AuditQuery::read(value_in(data)) {
        let again = AuditQuery::read(value_in(query.to_url().trim_start_matches('?').as_bytes()));
        assert_eq!(again, Ok(query), "an address says what it was read from");
    }
}

pub(super) fn approvals(data: &[u8]) {
    if let Ok(query) = ApprovalsQuery::read(value_in(data)) {
        let _ = query.to_url();
    }
}

pub(super) fn usage(data: &[u8]) {
    if let Ok(query) = UsageQuery::read(value_in(data)) {
        let _ = query.to_url();
    }
}

pub(super) fn findings(data: &[u8]) {
    if let Ok(query) = FindingsQuery::read(value_in(data)) {
        let _ = query.to_url();
    }
}

pub(super) fn reviews(data: &[u8]) {
    if let Ok(query) = ReviewQuery::read(value_in(data)) {
        let again = ReviewQuery::read(value_in(query.to_url().trim_start_matches('?').as_bytes()));
        assert_eq!(again, Ok(query), "an address says what it was read from");
    }
}

pub(super) fn review_forms(data: &[u8]) {
    let text = text(data).into_owned();
    let (today, note) = (Moment(0).day(), text.clone());
    let form = ReviewForm {
        name: text.clone(),
        due_on: text.clone(),
        undecided: text.clone(),
        reviewers: [(text.clone(), text.clone())].into(),
    };
    let _ = (form.read(today), form.reviewers());
    let (items, verdict) = (vec![text.clone()], "delegate".to_owned());
    let (to, confirm) = (text.clone(), text.clone());
    let form = DecisionForm { items, verdict, note, to, confirm, seen: text };
    let _ = form.read();
}

pub(super) fn receipts(data: &[u8]) {
    if let Ok(filter) = ReceiptFilter::read(value_in(data)) {
        let _ = filter.to_url();
    }
}

pub(super) fn pipelines(data: &[u8]) {
    if let Ok(query) = PipelineQuery::read(value_in(data)) {
        let _ = query.to_url();
    }
}

/// The values of a query by their names.
pub(super) fn value_in(data: &[u8]) -> impl Fn(&str) -> Option<String> {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(data).into_owned().collect();
    move |name| pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
}
