//! What the forms of reviews send.

use super::{ReviewKind, Reviewer, Undecided, Verdict};
use crate::domain::moment::{Day, Moment};
use crate::domain::typed_text::{LINE_MAX, name_problem, text_problem};
use crate::error::{Error, FieldError, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What is said at the items when none was selected.
pub const SELECT_FIRST: &str = "Select an item first.";

/// What a form opens a review with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReviewForm {
    pub name: String,
    /// The last day to decide; blank for none.
    pub due_on: String,
    /// The word of an [`Undecided`].
    pub undecided: String,
    /// The id of who decides items of a kind, by the word of the kind; blank for everybody who may.
    pub reviewers: BTreeMap<String, String>,
}

impl ReviewForm {
    /// The name, the last day and what becomes of what is undecided.
    ///
    /// # Errors
    /// `Invalid` with a sentence at each field that needs another look.
    pub fn read(&self, today: Day) -> Result<(String, Option<Day>, Undecided)> {
        let (name, due) = (self.name.trim(), self.due_on.trim());
        let mut errors: Vec<FieldError> = Vec::new();
        errors.extend(name_problem(name, "review").map(|text| FieldError::new("name", text)));
        let due_on = Day::parse(due);
        if !due.is_empty() && due_on.is_none_or(|day| day < today) {
            let sentence = "Enter a day from today on, such as 2027-01-31, or leave it blank.";
            errors.push(FieldError::new("due_on", sentence));
        }
        let undecided = Undecided::from_word(&self.undecided);
        if undecided.is_none() {
            let sentence = "Choose what happens to items that nobody has decided.";
            errors.push(FieldError::new("undecided", sentence));
        }
        match undecided {
            Some(undecided) if errors.is_empty() => Ok((name.to_owned(), due_on, undecided)),
            _ => Err(Error::Invalid(errors)),
        }
    }
}

/// Who decides items of which kind, and what is wrong with other choices.
pub type Chosen = (Vec<(ReviewKind, Uuid)>, Vec<FieldError>);

impl ReviewForm {
    /// Who decides items of which kind, where somebody was chosen, and a sentence at each field with what is
    /// no person.
    ///
    /// # Errors
    /// `BadRequest` for what is no kind.
    pub fn reviewers(&self) -> Result<Chosen> {
        let chosen = self.reviewers.iter().filter(|(_, id)| !id.is_empty());
        let (mut asked, mut errors) = (Vec::new(), Vec::new());
        for (word, id) in chosen {
            let kind = ReviewKind::from_word(word).ok_or_else(|| {
                Error::BadRequest("The form has an unknown kind of item.".to_owned())
            })?;
            match Uuid::parse_str(id) {
                Ok(id) => asked.push((kind, id)),
                Err(_) => errors.push(Reviewer::unable(kind)),
            }
        }
        Ok((asked, errors))
    }
}

/// What a form decides, as it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    /// The ids of the items that were selected.
    pub items: Vec<String>,
    /// The word of a [`Verdict`].
    pub verdict: String,
    pub note: String,
    /// The id of who decides instead; blank for nobody.
    pub to: String,
    /// The id of the one item that is confirmed, whatever else was selected; blank for none.
    pub confirm: String,
    /// When the page was read that it was sent from, in milliseconds; blank for who does not say.
    pub seen: String,
}

impl DecisionForm {
    /// What is decided, and of which items.
    ///
    /// # Errors
    /// `Invalid` with a sentence at each field that needs another look; `BadRequest` for what is no item.
    pub fn read(&self) -> Result<(Choice, BTreeSet<Uuid>)> {
        let seen = self.seen.parse().ok().map(Moment);
        if self.confirm.is_empty() {
            let choice = Choice::read(&self.verdict, &self.note, &self.to);
            if self.items.is_empty() {
                let mut errors = vec![FieldError::new("items", SELECT_FIRST)];
                if let Err(Error::Invalid(more)) = choice {
                    errors.extend(more);
                }
                return Err(Error::Invalid(errors));
            }
            return Ok((Choice { seen, ..choice? }, ids(&self.items)?));
        }
        let choice = Choice::read(Verdict::Confirm.word(), "", "")?;
        Ok((Choice { seen, ..choice }, ids(std::slice::from_ref(&self.confirm))?))
    }
}

fn ids(items: &[String]) -> Result<BTreeSet<Uuid>> {
    let ids: Option<BTreeSet<Uuid>> = items.iter().map(|id| Uuid::parse_str(id).ok()).collect();
    ids.ok_or_else(|| {
        Error::BadRequest(
            "The selection cannot be read. Open the review again and select the items there."
                .to_owned(),
        )
    })
}

/// What a form decides of the items that were selected in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub verdict: Verdict,
    /// Why; trimmed.
    pub note: String,
    /// Who decides instead.
    pub to: Option<Uuid>,
    /// What was decided from then on was not on the page.
    pub seen: Option<Moment>,
}

impl Choice {
    /// Reads the fields `verdict`, `note` and `to` of the form.
    ///
    /// # Errors
    /// `Invalid` with a sentence at each field that needs another look.
    pub fn read(verdict: &str, note: &str, to: &str) -> Result<Self> {
        let (note, to) = (note.trim(), Uuid::parse_str(to).ok());
        let Some(verdict) = Verdict::from_word(verdict) else {
            return Err(Error::at("verdict", "Choose a decision."));
        };
        let mut errors = Vec::new();
        if let Some(problem) = text_problem(note, LINE_MAX, false) {
            errors.push(FieldError::new("note", problem));
        } else if note.is_empty() && verdict.needs_note() {
            errors.push(FieldError::new("note", "Enter a reason. It is shown in the report."));
        }
        if verdict == Verdict::Delegate && to.is_none() {
            errors.push(FieldError::new("to", "Choose the member who decides instead."));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let to = to.filter(|_| verdict == Verdict::Delegate);
        Ok(Self { verdict, note: note.to_owned(), to, seen: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_that_is_not_plain_needs_a_reason() {
        assert!(Choice::read("confirm", "", "").is_ok());
        for word in ["remove", "change", "delegate"] {
            assert!(Choice::read(word, " ", &Uuid::nil().to_string()).is_err(), "{word}");
        }
        assert!(Choice::read("delegate", "On leave.", "nobody").is_err());
        assert!(Choice::read("", "Why.", "").is_err());
        let removed = Choice::read("remove", " Unused. ", &Uuid::nil().to_string()).unwrap();
        assert_eq!((removed.note.as_str(), removed.to), ("Unused.", None));
    }

    #[test]
    fn a_decision_about_nothing_is_told_with_all_else_that_is_wrong() {
        let form = DecisionForm { verdict: "delegate".to_owned(), ..DecisionForm::default() };
        let Err(Error::Invalid(errors)) = form.read() else { panic!("nothing was selected") };
        let fields: Vec<&str> = errors.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(fields, ["items", "note", "to"]);
        // The button of one item needs no selection.
        let one = DecisionForm { confirm: Uuid::nil().to_string(), ..DecisionForm::default() };
        assert!(one.read().is_ok());
    }

    #[test]
    fn a_review_has_a_name_and_no_day_that_is_over() {
        let today = Day::parse("2026-11-30").unwrap();
        let form = |due_on: &str| ReviewForm {
            name: " Q4 ".to_owned(),
            due_on: due_on.to_owned(),
            undecided: "list".to_owned(),
            ..ReviewForm::default()
        };
        assert_eq!(form("").read(today).unwrap().0, "Q4");
        assert_eq!(form("2026-11-30").read(today).unwrap().1, Some(today));
        for due in ["2026-11-29", "soon"] {
            assert!(form(due).read(today).is_err(), "{due}");
        }
        assert!(ReviewForm::default().read(today).is_err());
    }
}
