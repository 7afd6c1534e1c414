//! The common registries, as links that fill the create dialog. Where scripts run, the preview
//! fills in the form as it stands, so that nothing typed is lost.

use crate::domain::credential::{Access, Method};
use crate::domain::credential_form::CredentialForm;
use crate::domain::paths;
use crate::domain::registry_kind::{PRESETS, Preset};
use crate::functions::registry::{Recognised, recognised};
use crate::ui::kit::{FormState, PageContext};
use leptos::prelude::*;

pub fn chosen(page: &PageContext) -> Option<Preset> {
    let slug = page.query("preset")?;
    PRESETS.into_iter().find(|preset| preset.kind.word() == slug)
}

pub fn start(preset: Option<&Preset>) -> CredentialForm {
    CredentialForm {
        registry_url: preset
            .filter(|p| p.is_exact)
            .map(|p| p.registry_url.to_owned())
            .unwrap_or_default(),
        method: preset.map_or(Method::Password, method).word().to_owned(),
        access: Access::Pull.word().to_owned(),
        username: preset
            .and_then(|p| recognised(p.registry_url, false).username)
            .unwrap_or_default(),
        ..CredentialForm::default()
    }
}

fn method(preset: &Preset) -> Method {
    if preset.kind.takes_key_file() { Method::GcpServiceAccountKey } else { Method::Password }
}

/// What the panel under the address says at first.
pub fn first_panel(form: &FormState, preset: Option<&Preset>) -> Recognised {
    let address = form.at("registry_url").text;
    match preset {
        _ if !address.trim().is_empty() => recognised(&address, form.at("is_insecure").is_ticked),
        Some(preset) => recognised(preset.registry_url, false).of_an_example(),
        None => Recognised::default(),
    }
}

#[component]
pub fn Presets(page: PageContext) -> impl IntoView {
    let chosen = chosen(&page).map(|preset| preset.kind.word());
    let dialog = paths::new_credential(&page.project) + &page.list_query();
    view! {
        <nav id="presets" class="toolbar presets" aria-label="Common registries">
            {PRESETS
                .into_iter()
                .map(|preset| {
                    let slug = preset.kind.word();
                    view! {
                        <a
                            class="button button-quiet"
                            href=paths::with_query(&dialog, "preset", slug)
                            data-host=preset.is_exact.then_some(preset.registry_url)
                            data-example=preset.registry_url
                            data-method=method(&preset).word()
                            aria-current=(chosen == Some(slug)).then_some("true")
                        >
                            {preset.label}
                        </a>
                    }
                })
                .collect_view()}
        </nav>
    }
}
