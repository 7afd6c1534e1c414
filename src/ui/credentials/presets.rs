//! The common registries, as tiles that fill the create dialog. Where scripts run, the preview fills
//! in the form as it stands, so that nothing typed is lost.

use crate::domain::credential::{Access, Method};
use crate::domain::credential_form::CredentialForm;
use crate::domain::paths;
use crate::domain::registry_kind::{PRESETS, Preset};
use crate::functions::registry::{Recognised, recognised};
use crate::ui::kit::{FormState, KindMark, PageContext};
use leptos::prelude::*;

pub fn chosen(page: &PageContext) -> Option<Preset> {
    let slug = page.query("preset")?;
    PRESETS.into_iter().find(|preset| preset.kind.word() == slug)
}

/// What is known of the registry of a preset.
fn known(preset: Preset) -> Recognised {
    let found = recognised(preset.registry_url, false);
    if preset.is_exact { found } else { found.of_an_example() }
}

/// The name to offer, whether somebody has it or not; blank without a preset.
pub fn name(preset: Option<Preset>) -> String {
    preset.map(|preset| known(preset).names.0).unwrap_or_default()
}

/// The form as it starts, with that name.
pub fn start(preset: Option<Preset>, name: String) -> CredentialForm {
    CredentialForm {
        name,
        registry_url: preset
            .filter(|p| p.is_exact)
            .map(|p| p.registry_url.to_owned())
            .unwrap_or_default(),
        method: preset.map_or(Method::Password, method).word().to_owned(),
        access: Access::Pull.word().to_owned(),
        username: preset.and_then(|preset| known(preset).username).unwrap_or_default(),
        ..CredentialForm::default()
    }
}

fn method(preset: Preset) -> Method {
    if preset.kind.takes_key_file() { Method::GcpServiceAccountKey } else { Method::Password }
}

/// What the panel under the address says at first.
pub fn first_panel(form: &FormState, preset: Option<Preset>) -> Recognised {
    let address = form.at("registry_url").text;
    match preset {
        _ if !address.trim().is_empty() => {
            let found = recognised(&address, form.at("is_insecure").is_ticked);
            // What is wrong with it stands at its field already.
            let is_said = found.problem.is_some() && found.problem == form.error("registry_url");
            if is_said { Recognised::default() } else { found }
        }
        Some(preset) => known(preset).of_an_example(),
        None => Recognised::default(),
    }
}

#[component]
pub fn Presets(page: PageContext) -> impl IntoView {
    let chosen = chosen(&page).map(|preset| preset.kind.word());
    let dialog = paths::new_credential(&page.project) + &page.list_query();
    view! {
        <nav id="presets" class="tiles" aria-label="Common registries">
            {PRESETS
                .into_iter()
                .map(|preset| {
                    let slug = preset.kind.word();
                    view! {
                        <a
                            class="tile"
                            href=paths::with_query(&dialog, "preset", slug)
                            data-host=preset.is_exact.then_some(preset.registry_url)
                            data-example=preset.registry_url
                            data-preset=slug
                            data-method=method(preset).word()
                            aria-current=(chosen == Some(slug)).then_some("true")
                        >
                            <KindMark kind=preset.kind/>
                            <span>{preset.label}</span>
                        </a>
                    }
                })
                .collect_view()}
        </nav>
    }
}
