//! Where a secret may be sent: to its registry, to that registry's own services, and to a token
//! service that somebody accepted for it.

use crate::domain::credential::Credential;
use crate::functions::credentials::SetTokenService;
use crate::ui::granting::YourPassword;
use crate::ui::kit::{
    Fact, Facts, Field, FormState, Hidden, PageContext, PostForm, Section, TextFact,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

#[component]
pub fn WhereTo(
    credential: Credential,
    /// The fixed origins of its kind of registry, without its own.
    companions: Vec<String>,
    form: FormState,
    page: PageContext,
) -> impl IntoView {
    let id = credential.summary.id;
    // To choose where a secret is sent is to obtain it, as granting it is.
    let may_choose = page.may_grant();
    let service = credential.token_service;
    let is_accepted = service.is_some();
    let service = match service {
        Some(origin) => view! { <span class="mono">{origin}</span> }.into_any(),
        None => view! { <span class="muted">"None"</span> }.into_any(),
    };
    view! {
        <Section id="where-to" title="Where the secret may be sent">
            <Facts>
                <TextFact label="Registry" is_mono=true text=credential.origin/>
                <TextFact label="Registry's own services" is_mono=true text=companions.join(", ")/>
                <Fact label="Accepted token service">{service}</Fact>
            </Facts>
            <p class="muted">
                "To get short-lived tokens, Regcred sends this credential to the registry's token service. A service on another host must be accepted here first."
            </p>
            {may_choose.then(|| view! { <Choice id is_accepted form page/> })}
        </Section>
    }
}

#[component]
fn Choice(id: Uuid, is_accepted: bool, form: FormState, page: PageContext) -> impl IntoView {
    // Who typed another one on a page from before it was accepted finds it again, with what is wrong.
    let is_accepted = is_accepted && form.error("origin").is_none();
    let (heading, submit) = if is_accepted {
        ("Remove token service", "Remove")
    } else {
        ("Accept a token service", "Accept")
    };
    let is_open = !form.is_first_try();
    view! {
        <details class="fold" open=is_open>
            <summary>{heading}</summary>
            <PostForm action=SetTokenService::url() project=page.project id class="card stack" submit>
                {form.summary()}
                {if is_accepted {
                    view! { <Hidden name="origin" value=""/> }.into_any()
                } else {
                    view! {
                        <Field
                            at=form.at("origin")
                            id="token-service"
                            label="Token service"
                            hint="Where the registry sends clients for tokens, for example https://auth.example.com. Ask the people who run the registry."
                        />
                    }
                        .into_any()
                }}
                <YourPassword id="token-service-password" error=form.error("password")/>
            </PostForm>
        </details>
    }
}
