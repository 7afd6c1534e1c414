//! Actions that log in to a registry, and those that take a password for one.

use super::super::scope::{Output, Scope};
use super::super::steps::Step;
use super::super::value::Value;
use crate::found::{Findings, Kind};
use crate::variables::hole;
use crate::yaml::{self, Node, Options};

/// The inputs that name the registry and hold its password.
const LOGINS: [(&str, &str, &str); 9] = [
    ("docker/login-action", "registry", "password"),
    ("azure/docker-login", "login-server", "password"),
    ("redhat-actions/podman-login", "registry", "password"),
    ("redhat-actions/push-to-registry", "registry", "password"),
    ("mr-smithers-excellent/docker-build-push", "registry", "password"),
    ("elgohr/publish-docker-github-action", "registry", "password"),
    ("addnab/docker-run-action", "registry", "password"),
    ("docker/scout-action", "registry", "registry-password"),
    ("anchore/scan-action", "registry", "registry-password"),
];

pub(super) fn read(action: &str, step: &Step<'_, '_>, scope: &mut Scope, found: &mut Findings) {
    match action {
        "aws-actions/amazon-ecr-login" => return amazon(step, scope, found),
        "docker/login-action" if step.input("registry-auth").is_some() => {
            return several(step, scope, found);
        }
        _ => {}
    }
    for (_, registry, password) in LOGINS.iter().filter(|(name, ..)| *name == action) {
        login(action, step, registry, password, scope, found);
    }
    // The first version of the action logged in itself.
    if action == "docker/build-push-action" && step.input("repository").is_some() {
        login(action, step, "registry", "password", scope, found);
    }
}

fn login(
    action: &str,
    step: &Step<'_, '_>,
    registry: &str,
    password: &str,
    scope: &Scope,
    found: &mut Findings,
) {
    let is_login = action.ends_with("login") || action.ends_with("login-action");
    let secret = step.input(password);
    if !is_login && secret.is_none() {
        return;
    }
    let place = match step.input(registry) {
        Some(node) => step.at(node, registry),
        None => step.place(step.uses_line(), "uses"),
    };
    found.registry(Kind::LogsIn, &step.text(registry, scope), place);
    if let Some(secret) = secret {
        let place = step.at(secret, password);
        found.password(&format!("with.{password}"), &scope.text(secret), place);
    }
}

/// `registry-auth`: a list in a text.
fn several(step: &Step<'_, '_>, scope: &Scope, found: &mut Findings) {
    let Some(node) = step.input("registry-auth") else { return };
    let Some(script) = node.script() else { return };
    let text = scope.put_in(script.text);
    let Ok(documents) = yaml::read(&text, Options::default()) else {
        let reason = "The list of logins in registry-auth is not valid YAML.";
        return found.unread(&step.source.name, Some(script.line), reason);
    };
    for item in documents.iter().flat_map(|document| document.root.items()) {
        let place = |node: &Node| step.place(script.line_of(node.line() - 1), "with.registry-auth");
        let registry = item.get("registry");
        let host = registry.and_then(Node::text).unwrap_or_default();
        found.registry(Kind::LogsIn, host, place(registry.unwrap_or(item)));
        if let Some(password) = item.get("password") {
            let field = "with.registry-auth.password";
            found.password(field, password.text().unwrap_or_default(), place(password));
        }
    }
}

/// Amazon's registries: each account and region has one, and the public one has a name.
fn amazon(step: &Step<'_, '_>, scope: &mut Scope, found: &mut Findings) {
    let place = step.place(step.uses_line(), "uses");
    let mut hosts = Vec::new();
    if step.text("registry-type", scope).eq_ignore_ascii_case("public") {
        hosts.push("public.ecr.aws".to_owned());
    } else {
        let region = region(step, scope);
        let listed = step.text("registries", scope);
        for account in listed.split(',').map(str::trim).filter(|account| !account.is_empty()) {
            hosts.push(format!("{account}.dkr.ecr.{region}.amazonaws.com"));
        }
    }
    let output = format!("steps.{}.outputs.registry", step.id());
    if hosts.is_empty() {
        let is_named = !step.id().is_empty();
        let name = if is_named { output.as_str() } else { "AWS_ACCOUNT_ID" };
        found.registry(Kind::LogsIn, &hole(name), place.clone());
    }
    for host in &hosts {
        found.registry(Kind::LogsIn, host, place.clone());
    }
    if let [host] = &hosts[..] {
        let value = Value::Text(host.clone());
        scope.outputs.push(Output {
            step: step.id().to_owned(),
            name: "registry".to_owned(),
            value,
        });
    }
}

/// The region that an earlier step or the environment sets.
fn region(step: &Step<'_, '_>, scope: &Scope) -> String {
    let own = step.all.items().iter().find_map(|other| {
        let uses = other.get("uses").and_then(Node::text)?;
        uses.contains("configure-aws-credentials").then(|| other.at(&["with", "aws-region"]))?
    });
    let env = || {
        ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| {
            scope
                .env
                .iter()
                .rev()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.to_text())
        })
    };
    own.map(|node| scope.text(node)).or_else(env).unwrap_or_else(|| hole("AWS_REGION"))
}
