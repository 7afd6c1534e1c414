//! The form of a rule: what was typed into it, read, or what is wrong with it.

use super::audience::{OwnHosts, is_foreign};
use super::bitbucket;
use super::issuer::AZURE_AUDIENCE;
use super::more::more;
use super::runs::names_its_kind;
use super::{ClaimField, Kind, Provider, TrustForm, issuer_problem};
use crate::domain::grant::{fits, is_no_name};
use crate::domain::typed_text::{NAME_MAX, is_invisible, word_problem};
use crate::error::FieldError;
use std::collections::BTreeMap;
use uuid::Uuid;

const CLAIMS_MAX: usize = 20;
/// The longest value, in characters.
pub(super) const VALUE_MAX: usize = 500;
/// Issuers that may be asked in plain http: those on the machine itself.
pub(super) const LOCAL: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

impl TrustForm {
    /// The claims to ask for, or what is wrong with the form, at a service with these hosts. The key
    /// of who signs requests is not looked at here.
    ///
    /// # Errors
    /// One sentence for each field that needs another look.
    pub fn read(
        &self,
        provider: Provider,
        own: &OwnHosts,
    ) -> Result<BTreeMap<String, String>, Vec<FieldError>> {
        let mut errors =
            if provider.is_oidc() { self.signature_problems(provider, own) } else { Vec::new() };
        let mut claims = BTreeMap::new();
        for field in provider.fields() {
            let typed = self.claims.get(field.name).map(|text| text.trim()).unwrap_or_default();
            let read = match field.name {
                "sub" if bitbucket::is_of(&self.issuer) => bitbucket::read(typed),
                _ => read_claim(provider, field, typed),
            };
            match read {
                Ok(Some(value)) => {
                    claims.insert(field.name.to_owned(), value);
                }
                Ok(None) => {}
                Err(message) => errors.push(at(&format!("claims.{}", field.name), message)),
            }
        }
        if let Some(message) = self.title_problem() {
            errors.push(at("title", message));
        }
        match more(&self.more_claims, provider) {
            Ok(more) => claims.extend(more),
            Err(message) => errors.push(at("more_claims", message)),
        }
        let fields = provider.fields();
        let has_field = |name: &str| fields.iter().any(|field| field.name == name);
        // Left out in silence, it would make a rule that asks for less than was typed.
        if self.claims.iter().any(|(name, typed)| !typed.trim().is_empty() && !has_field(name)) {
            errors.push(at(
                "more_claims",
                "This form has no field for one of the claims that were sent. Enter that claim here: name=value.",
            ));
        }
        let narrowing: Vec<&ClaimField> =
            fields.iter().filter(|field| field.kind == Kind::Narrowing).collect();
        // One that was typed wrong is no blank.
        let is_typed = |field: &&ClaimField| {
            let name = format!("claims.{}", field.name);
            claims.contains_key(field.name) || errors.iter().any(|error| error.field == name)
        };
        if let Some(first) = narrowing.first()
            && !narrowing.iter().any(is_typed)
        {
            errors.push(at(
                &format!("claims.{}", first.name),
                "Enter at least one of these, so that not everything in the repository can act as this pipeline.",
            ));
        }
        if claims.len() > CLAIMS_MAX {
            errors.push(at("more_claims", format!("Use at most {CLAIMS_MAX} claims.")));
        }
        if errors.is_empty() { Ok(claims) } else { Err(errors) }
    }

    fn title_problem(&self) -> Option<String> {
        word_problem(self.title.trim(), NAME_MAX)
    }

    fn signature_problems(&self, provider: Provider, own: &OwnHosts) -> Vec<FieldError> {
        if let Some(own) = Provider::of_issuer(&self.issuer)
            && own != provider
        {
            return vec![at("issuer", own.says_its_form())];
        }
        let issuer =
            issuer_problem(&self.read_issuer(provider)).map(|message| at("issuer", message));
        let (of, audience) = (self.read_issuer(provider), self.read_audience(provider));
        let audience = if is_foreign(provider, &of, &audience, own) {
            Some(another_service(provider))
        } else if Provider::fixes_audience(&of) && !audience.starts_with(AZURE_AUDIENCE) {
            Some(format!(
                "Jobs of Azure DevOps cannot choose the audience. Enter {AZURE_AUDIENCE}."
            ))
        } else {
            audience_problem(&audience)
        };
        issuer.into_iter().chain(audience.map(|message| at("audience", message))).collect()
    }
}

fn at(field: &str, message: impl Into<String>) -> FieldError {
    FieldError::new(field, message)
}

/// What is typed into one field of the form; nothing where a claim is not asked for.
fn read_claim(
    provider: Provider,
    field: &ClaimField,
    typed: &str,
) -> Result<Option<String>, String> {
    let said = |message: &str| Err(message.to_owned());
    if typed.is_empty() {
        return match field.kind {
            Kind::Identity => Err(format!("Enter the {}.", field.label.to_lowercase())),
            Kind::Narrowing | Kind::Extra => Ok(None),
        };
    }
    if field.is_number() && !typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return said("Enter the number, not the name: names change and can be taken over.");
    }
    if field.is_number() && typed.starts_with('0') {
        return said("No id begins with a 0. Enter the number as the provider writes it.");
    }
    if let Some(message) = value_problem(typed) {
        return Err(message);
    }
    if field.kind != Kind::Narrowing && typed.contains('*') {
        return said("This claim must match exactly. Remove the *.");
    }
    if field.kind == Kind::Narrowing && typed.bytes().all(|byte| byte == b'*') {
        return said("Enter at least its beginning, for example refs/heads/*.");
    }
    // Matched by its name alone a tag would be taken for a branch.
    if field.is_reference() && !names_its_kind(typed) {
        return said(
            "Write the whole reference: refs/heads/main for a branch, refs/tags/v1 for a tag.",
        );
    }
    if field.is_reference() && !provider.has_reference(typed) {
        return Err(format!(
            "{} has no references of this kind. Write refs/heads/main for a branch, refs/tags/v1 for a tag.",
            provider.label()
        ));
    }
    let is_name = field.is_reference() || matches!(field.name, "build_branch" | "build_tag");
    if is_name && is_no_name(typed) {
        return said(
            "No branch and no tag can have this name. Enter one, in which only * stands for other characters: release/*, not release/.",
        );
    }
    if field.name == "job_workflow_ref" && !names_its_owner(typed) {
        return said(
            "Write the workflow with its owner: acme/ci/.github/workflows/build.yml@refs/heads/main.",
        );
    }
    // With a * it is a pattern, of which one of the two words may be.
    if provider.is_flag(field.name) && !["true", "false"].iter().any(|word| fits(typed, word)) {
        return said("Enter true or false, or leave this blank.");
    }
    if field.name == "repo.slug" && !is_slug(typed) {
        return said("Write the repository with its owner: acme/api.");
    }
    if field.name == "repo.forge_url" && !typed.contains("://") {
        return said("Write the whole address of the repository: https://github.com/acme/api.");
    }
    if provider == Provider::Kubernetes && field.name == "sub" && !is_service_account(typed) {
        return said(
            "Write the whole subject: system:serviceaccount:NAMESPACE:NAME. Names in Kubernetes have only small letters, digits, hyphens and dots.",
        );
    }
    Ok(Some(as_it_is_signed(provider, field, typed)))
}

/// Whether the pattern is for the workflows of one owner, who is not somebody whose name only
/// begins or ends like it.
fn names_its_owner(workflow: &str) -> bool {
    let owner = workflow.split_once('/');
    owner.is_some_and(|(owner, _)| !owner.is_empty() && !owner.contains('*'))
}

/// Whether it is an owner, perhaps with groups, and a repository, and no address.
fn is_slug(typed: &str) -> bool {
    let parts = typed.split('/');
    !typed.contains(':') && parts.clone().count() > 1 && !parts.clone().any(str::is_empty)
}

/// Whether it is the subject of a service account whose namespace and name Kubernetes takes
/// (RFC 1123).
pub(in crate::domain) fn is_service_account(subject: &str) -> bool {
    let parts =
        subject.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
    let is_name = |name: &str| {
        let is_sign = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
        !name.is_empty() && name.bytes().all(is_sign)
    };
    parts.is_some_and(|(namespace, name)| {
        is_name(namespace) && is_name(name) && !namespace.contains('.')
    })
}

/// The value as the provider writes it, where people paste it in another form.
fn as_it_is_signed(provider: Provider, field: &ClaimField, typed: &str) -> String {
    if field.name == "oidc.circleci.com/vcs-origin" {
        return origin(typed);
    }
    if field.name == "repo.forge_url" {
        let page = typed.trim_end_matches('/');
        return page.strip_suffix(".git").unwrap_or(page).to_owned();
    }
    // A branch may be called like an id, and how any issuer writes one is not known.
    if field.kind == Kind::Narrowing || provider == Provider::Other {
        return typed.to_owned();
    }
    match Uuid::try_parse(typed) {
        Ok(id) if typed.len() == id.hyphenated().to_string().len() => id.hyphenated().to_string(),
        _ => typed.to_owned(),
    }
}

/// `github.com/acme/api`, of that or of an address that Git clones from.
fn origin(typed: &str) -> String {
    let schemes = ["https://", "http://", "ssh://"];
    let bare = schemes.iter().find_map(|scheme| typed.strip_prefix(*scheme)).unwrap_or(typed);
    let bare = match bare.strip_prefix("git@") {
        Some(rest) => rest.replacen(':', "/", 1),
        None => bare.to_owned(),
    };
    let bare = bare.trim_end_matches('/');
    let bare = bare.strip_suffix(".git").unwrap_or(bare);
    match bare.split_once('/') {
        Some((host, path)) => format!("{}/{path}", host.to_ascii_lowercase()),
        None => bare.to_owned(),
    }
}

/// A token for another service is no proof for us, and ours would be one there.
fn another_service(provider: Provider) -> String {
    let how = provider.how_to_be_for().unwrap_or("ask the issuer for a token with that audience");
    format!(
        "This audience belongs to another service. Enter the address of Regcred, and let the job ask for it: {how}."
    )
}

fn audience_problem(audience: &str) -> Option<String> {
    if audience.is_empty() {
        return Some("Enter the audience that the job requests.".to_owned());
    }
    value_problem(audience)
}

pub(super) fn value_problem(value: &str) -> Option<String> {
    if value.chars().count() > VALUE_MAX {
        return Some(format!("Use at most {VALUE_MAX} characters."));
    }
    value
        .contains(is_invisible)
        .then(|| "This contains an invisible character. Type it again.".to_owned())
}
