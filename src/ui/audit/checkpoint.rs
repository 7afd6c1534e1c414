//! The last checkpoint of a chain: what it proves, and how others verify an export with it.

use crate::domain::audit::LastCheckpoint;
use crate::domain::paths;
use crate::ui::kit::{CodeToCopy, PostButton, Section};
use leptos::prelude::*;

/// `project`: empty for the chain of the instance.
#[component]
pub(super) fn Checkpoint(
    found: LastCheckpoint,
    project: String,
    /// Whether a link was found that does not hold: then none is signed.
    is_broken: bool,
    /// Whether the links from the first one on were looked at: otherwise an earlier one may not hold.
    is_from_first: bool,
) -> impl IntoView {
    let LastCheckpoint { keys, signed, witnesses } = found;
    let command = command(&project, &keys);
    let covered = match &signed {
        Some((1, _)) => "link 1 was".to_owned(),
        Some((links, _)) => format!("links 1 to {links} were"),
        None => "the links that it covers were".to_owned(),
    };
    let newest = newest(signed);
    let witnesses = witnesses.iter().map(|one| view! { <p>{one.to_text()}</p> });
    let witnesses = witnesses.collect_view();
    let whose = if keys.len() == 1 {
        "This public key verifies checkpoints of this chain. Give it to others in a way that they trust:"
    } else {
        "These public keys verify checkpoints of this chain. Give them to others in a way that they trust:"
    };
    let keys = (!keys.is_empty()).then(|| keys.join("\n"));
    let signing = signing(project, is_broken, is_from_first);
    view! {
        <Section id="checkpoint" title="Checkpoint">
            <p class="muted">
                "A checkpoint is a small signed text: which chain it is of, how many links the chain has, and one hash of all of them. With it, others verify the chain without the database and without secrets."
            </p>
            {newest}
            {witnesses}
            {signing}
            {keys
                .map(|keys| {
                    view! {
                        <p>{whose}</p>
                        <CodeToCopy id="checkpoint-keys" text=keys/>
                    }
                })}
            <p>
                <strong>"What it proves: "</strong>
                {format!(
                    "{covered} in this chain, in this order and with this content, when it was signed. It proves that to everybody who has kept the checkpoint since.",
                )}
            </p>
            <p>
                <strong>"What it does not prove: "</strong>
                "that every event was written, that what was written is true, that the clock was right, or who holds the signing key."
            </p>
            <p>"To verify an export of links with it, without the database and without secrets:"</p>
            <CodeToCopy id="checkpoint-command" text=command/>
        </Section>
    }
}

/// The button that signs one, or why there is none.
fn signing(project: String, is_broken: bool, is_from_first: bool) -> AnyView {
    if is_broken {
        return view! {
            <p>
                "Regcred signs no checkpoint of this chain while it has a link that does not hold: a checkpoint would say that its links are as they were written."
            </p>
        }
        .into_any();
    }
    if !is_from_first {
        let verify = paths::verify_audit(&project);
        return view! {
            <p>
                "A checkpoint can be signed on "
                <a href=verify>"the first page of this check"</a>
                "."
            </p>
        }
        .into_any();
    }
    let values = vec![("project", project)];
    view! {
        <PostButton
            action=paths::SIGN_CHECKPOINT
            values
            word="Sign and download a checkpoint"
            class="button"
        />
        <p class="muted">
            "The download covers every link that the chain has now. Regcred also signs a checkpoint each day. That one is an audit event, so every destination of this log receives it."
        </p>
    }
    .into_any()
}

fn newest(signed: Option<(u64, String)>) -> AnyView {
    match signed {
        None => view! { <p>"No checkpoint of this chain was signed yet."</p> }.into_any(),
        Some((links, note)) => {
            let links =
                if links == 1 { "link 1".to_owned() } else { format!("links 1 to {links}") };
            view! {
                <p>{format!("The newest checkpoint covers {links}:")}</p>
                <CodeToCopy id="checkpoint-note" text=note/>
            }
            .into_any()
        }
    }
}

/// The command with the names that the downloads have.
fn command(project: &str, keys: &[String]) -> String {
    let chain = if project.is_empty() { "instance" } else { project };
    let keys = if keys.is_empty() {
        " --key KEY".to_owned()
    } else {
        keys.iter().map(|key| format!(" --key {key}")).collect()
    };
    format!(
        "regcred audit verify --export regcred-audit-{chain}.links --checkpoint regcred-audit-{chain}.checkpoint{keys}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_names_the_files_as_they_are_downloaded_and_every_key() {
        let files = |chain: &str| {
            format!(
                "regcred audit verify --export regcred-audit-{chain}.links --checkpoint regcred-audit-{chain}.checkpoint"
            )
        };
        let keys = ["a+1".to_owned(), "b+2".to_owned()];
        assert_eq!(command("acme", &keys), format!("{} --key a+1 --key b+2", files("acme")));
        assert_eq!(command("", &[]), format!("{} --key KEY", files("instance")));
    }
}
