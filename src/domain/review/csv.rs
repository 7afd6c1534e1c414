//! The report as a file for spreadsheets: a row for each item, and then for what is not in the review.

use super::{NotReviewed, ReviewItem, ReviewReport};
use crate::domain::audit::csv_row;
use crate::domain::moment::Moment;
use uuid::Uuid;

const COLUMNS: [&str; 24] = [
    "number",
    "kind",
    "name",
    "subject_id",
    "terms",
    "created_by",
    "created_by_id",
    "created_at",
    "last_used_at",
    "window_days",
    "pulls",
    "pushes",
    "refused",
    "suggestion",
    "suggestion_reason",
    "decision",
    "decided_by",
    "decided_at",
    "reason",
    "delegated_to",
    "delegated_by",
    "effect",
    "effect_link",
    "terms_in_review",
];

impl ReviewReport {
    /// All of it: the last row says how many items there are, so that a file that is not whole shows.
    pub fn to_csv(&self) -> String {
        let mut text = csv_row(COLUMNS.map(str::to_owned));
        for item in &self.items {
            text.push_str(&self.item_row(item));
        }
        for one in &self.not_reviewed {
            text.push_str(&new_row(one));
        }
        text + &row(|column| match column {
            "kind" => "end".to_owned(),
            "terms" => format!("items: {}, {}", self.items.len(), self.tally.to_text()),
            _ => String::new(),
        })
    }

    fn item_row(&self, item: &ReviewItem) -> String {
        let facts = &item.facts;
        let suggestion = item.suggestion(self.review.opened_at);
        let decision = item.decision.as_ref();
        let delegated = item.reviewer.as_ref();
        let by = delegated.and_then(|one| one.by.as_ref());
        let undecided = if delegated.is_some() { "delegated" } else { "undecided" };
        row(|column| match column {
            "number" => item.number.to_string(),
            "kind" => item.kind.word().to_owned(),
            "name" => item.name.clone(),
            "subject_id" => item.subject.clone(),
            "terms" => item.terms.clone(),
            "created_by" => item.whose.name.clone(),
            "created_by_id" => id(item.whose.id),
            "created_at" => at(item.made_at),
            "last_used_at" => at(facts.last_at),
            "window_days" => facts.days.to_string(),
            "pulls" => facts.pulls.to_string(),
            "pushes" => facts.pushes.to_string(),
            "refused" => facts.refused.to_string(),
            "suggestion" => text(suggestion.as_ref(), |one| one.verdict.word().to_owned()),
            "suggestion_reason" => text(suggestion.as_ref(), |one| one.reason.clone()),
            "decision" => decision.map_or(undecided, |one| one.verdict.word()).to_owned(),
            "decided_by" => text(decision, |one| one.by.clone()),
            "decided_at" => at(decision.map(|one| one.at)),
            "reason" => text(decision, |one| one.note.clone()),
            "delegated_to" => text(delegated, |one| one.to.name.clone()),
            "delegated_by" => text(by, |by| by.name.clone()),
            "effect" => item.effect(&self.members).unwrap_or_default().to_owned(),
            "effect_link" => text(decision.and_then(|one| one.effect), |link| link.to_string()),
            _ => String::new(),
        })
    }
}

fn new_row(one: &NotReviewed) -> String {
    row(|column| match column {
        "kind" => one.kind.word().to_owned(),
        "name" => one.name.clone(),
        "terms" => one.terms.clone(),
        "created_by" => one.made_by.clone(),
        "created_at" => at(one.made_at),
        "decision" => "not in this review".to_owned(),
        "terms_in_review" => one.before.clone().unwrap_or_default(),
        _ => String::new(),
    })
}

fn row(cell: impl Fn(&str) -> String) -> String {
    csv_row(COLUMNS.map(cell))
}

fn text<T>(found: Option<T>, say: impl Fn(T) -> String) -> String {
    found.map(say).unwrap_or_default()
}

fn at(moment: Option<Moment>) -> String {
    text(moment, Moment::to_rfc3339)
}

fn id(id: Option<Uuid>) -> String {
    text(id, |id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::review::{
        Decision, Delegated, Facts, Review, ReviewKind, Tally, Undecided, Verdict,
    };
    use crate::domain::user::Maker;

    fn item(number: i64, name: &str) -> ReviewItem {
        ReviewItem {
            id: Uuid::nil(),
            number,
            kind: ReviewKind::Grant,
            subject: "a".to_owned(),
            pipeline: None,
            credential: None,
            name: name.to_owned(),
            terms: "Pull".to_owned(),
            whose: Maker::nobody("Kim"),
            made_at: Some(Moment(0)),
            facts: Facts::default(),
            reviewer: None,
            decision: None,
        }
    }

    #[test]
    fn each_item_has_a_row_and_none_is_a_formula() {
        let (verdict, by) = (Verdict::Remove, "Bea".to_owned());
        let note = "=HYPERLINK(\"http://example.com\")".to_owned();
        let decision = Some(Decision { verdict, by, at: Moment(0), note, effect: Some(9) });
        let (to, by) = (Maker::nobody("Bea"), Some(Maker::nobody("Kim")));
        let review = Review {
            id: Uuid::nil(),
            name: "Q4".to_owned(),
            opened_at: Moment(0),
            opened_by: Maker::nobody("Kim"),
            due_on: None,
            undecided: Undecided::Listed,
            items: 3,
            closed: None,
            opening: None,
            closing: None,
        };
        let new = NotReviewed {
            kind: ReviewKind::Member,
            name: "+Ann".to_owned(),
            terms: "Owner".to_owned(),
            before: Some("Viewer".to_owned()),
            made_by: "Ann".to_owned(),
            made_at: None,
        };
        let report = ReviewReport {
            review,
            project: "Acme".to_owned(),
            tally: Tally { removed: 1, undecided: 2, ..Tally::default() },
            items: vec![
                ReviewItem { decision, ..item(1, "=1+1") },
                ReviewItem { reviewer: Some(Delegated { to, by }), ..item(2, "b") },
                item(3, "c"),
            ],
            not_reviewed: vec![new],
            digest: None,
            members: Vec::new(),
            made_at: Moment(0),
        };
        let csv = report.to_csv();
        let rows: Vec<&str> = csv.split_terminator("\r\n").collect();
        assert_eq!(rows[0], COLUMNS.join(","));
        assert!(rows[1].starts_with("1,grant,'=1+1,a,Pull,Kim,,1970-01-01T00:00:00Z,"), "{csv}");
        assert!(rows[1].contains(",remove,Bea,1970-01-01T00:00:00Z,\"'=HYPERLINK("), "{csv}");
        assert!(rows[1].ends_with(",9,"), "{csv}");
        assert!(rows[2].contains(",delegated,,,,Bea,Kim,"), "{csv}");
        assert!(rows[3].contains(",undecided,,,,,,"), "{csv}");
        assert!(rows[4].starts_with(",member,'+Ann,,Owner,Ann,"), "{csv}");
        assert!(rows[4].ends_with(",not in this review,,,,,,,,Viewer"), "{csv}");
        assert!(rows[5].starts_with(",end,,,\"items: 3, 0 confirmed, 1 removed,"), "{csv}");
        assert_eq!(rows.len(), 6);
    }
}
