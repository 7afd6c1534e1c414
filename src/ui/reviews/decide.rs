//! The form round the items: what is decided of those that are selected.

use crate::domain::moment::Moment;
use crate::domain::review::{DecisionForm, ReviewQuery, Reviewer, Verdict};
use crate::functions::answer::FailedForm;
use crate::functions::reviews::DecideItems;
use crate::ui::kit::{
    Field, FormState, Hidden, PageContext, Section, Select, SubmitButton, options,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

/// The id of what is said when nothing was selected.
pub(super) const UNSELECTED: &str = "items-error";

/// The form; its children are the table with the tick boxes.
#[component]
pub(super) fn Deciding(
    page: PageContext,
    id: Uuid,
    query: ReviewQuery,
    /// When the items were read.
    read_at: Moment,
    /// Those who may decide, to delegate to.
    reviewers: Vec<Reviewer>,
    failed: Option<FailedForm>,
    children: Children,
) -> impl IntoView {
    let verdict = Verdict::Confirm.word().to_owned();
    let start = DecisionForm { verdict, ..DecisionForm::default() };
    let form = FormState::of::<DecideItems>(failed, start).within("form");
    let verdicts = options(Verdict::ALL, Verdict::word, Verdict::label);
    let to = reviewers.into_iter().map(|one| (one.id.to_string(), one.name));
    let to: Vec<(String, String)> =
        [(String::new(), "Nobody".to_owned())].into_iter().chain(to).collect();
    let kind = query.kind.map(|kind| kind.word().to_owned()).unwrap_or_default();
    let unselected = form.error("items");
    view! {
        {form.summary()}
        <form method="post" action=DecideItems::url() class="stack" autocomplete="off" novalidate>
            // Enter in a field presses the first button of its form. This one does nothing.
            <button type="submit" formmethod="dialog" hidden=true></button>
            <Hidden name="project" value=page.project/>
            <Hidden name="id" value=id.to_string()/>
            <Hidden name="form[seen]" value=read_at.0.to_string()/>
            <Hidden name="list[show]" value=query.show.word()/>
            <Hidden name="list[kind]" value=kind/>
            <Hidden name="list[after]" value=query.after.to_string()/>
            {unselected.map(|text| view! { <p class="field-error" id=UNSELECTED>{text}</p> })}
            {children()}
            <Section id="decide" title="Decide the selected items">
                <Select at=form.at("verdict") label="Decision" options=verdicts/>
                <Field
                    at=form.at("note")
                    label="Reason"
                    hint="Required to remove, change or delegate. It is recorded and shown in the report."
                />
                <Select
                    at=form.at("to")
                    label="Delegate to"
                    options=to
                    hint="Only for the decision Delegate."
                />
                <p class="muted">
                    "Remove revokes a grant or pipeline token, or deletes a trust rule, at once. Only an operator can end a membership. Change only records what has to be changed: make the change on the page of the item."
                </p>
                <div class="toolbar">
                    <SubmitButton label="Save decision"/>
                </div>
            </Section>
        </form>
    }
}
