//! Tasks that build, push, pull or log in.

use super::Reader;
use super::scope::{Scope, get};
use crate::found::Kind;
use crate::variables::hole;
use crate::yaml::Node;

/// The inputs of a task; case does not count in their names.
struct Inputs<'a> {
    node: Option<Node>,
    scope: &'a Scope,
}

impl Inputs<'_> {
    fn node(&self, name: &str) -> Option<Node> {
        let inputs = super::scope::entries(self.node.as_ref()?);
        inputs.into_iter().find(|one| one.key.eq_ignore_ascii_case(name)).map(|one| one.value)
    }

    /// A value with its variables put in; nothing if it is empty.
    fn text(&self, name: &str) -> Option<String> {
        let text = self.scope.put_in(self.node(name)?.text()?);
        (!text.trim().is_empty()).then(|| text.trim().to_owned())
    }

    fn line(&self, name: &str, otherwise: usize) -> usize {
        self.node(name).map_or(otherwise, |node| node.line())
    }
}

impl Reader<'_, '_> {
    pub(super) fn task(&mut self, task: &str, step: &Node, scope: &Scope) {
        let inputs = Inputs { node: get(step, "inputs"), scope };
        let (name, version) = task.split_once('@').unwrap_or((task, ""));
        match name.to_ascii_lowercase().as_str() {
            "docker" if version.starts_with('2') => self.docker(&inputs, step, scope),
            "docker" => self.old_docker(&inputs, step, scope),
            "dockercompose" => {
                if let Some((host, line)) = registry(&inputs, step) {
                    let place = self.place(line, "steps.task.DockerCompose", scope);
                    self.found.registry(Kind::LogsIn, &host, place);
                }
            }
            runs @ ("bash" | "cmdline" | "powershell" | "azurecli" | "azurepowershell"
            | "shellscript") => {
                let shell = match runs {
                    "cmdline" => "script",
                    "powershell" | "azurepowershell" => "powershell",
                    _ => "bash",
                };
                for key in ["script", "inlineScript", "inline"] {
                    if let Some(script) = inputs.node(key) {
                        self.script(&script, step, scope, shell);
                    }
                }
            }
            "kubernetesmanifest" => self.images(&inputs, &["containers"], step, scope),
            "azurewebappcontainer" | "azurefunctionappcontainer" => {
                self.images(&inputs, &["containers", "imageName"], step, scope);
            }
            "azurecontainerapps" => self.images(&inputs, &["imageToDeploy"], step, scope),
            _ => {}
        }
    }

    /// Images that are deployed: one on each line.
    fn images(&mut self, inputs: &Inputs<'_>, keys: &[&str], step: &Node, scope: &Scope) {
        for key in keys {
            for name in inputs.text(key).unwrap_or_default().split(['\n', ',']) {
                let line = inputs.line(key, step.line());
                let place = self.place(line, &format!("steps.task.{key}"), scope);
                self.found.image(Kind::Pulls, name, place);
            }
        }
    }

    /// `Docker@2`: the registry is what the service connection says.
    fn docker(&mut self, inputs: &Inputs<'_>, step: &Node, scope: &Scope) {
        let command = inputs.text("command").unwrap_or_else(|| "buildAndPush".to_owned());
        let has_registry = inputs.node("containerRegistry").is_some();
        let kind = match command.to_ascii_lowercase().as_str() {
            "buildandpush" | "push" => Kind::Pushes,
            "build" => Kind::Builds,
            "login" => {
                let line = inputs.line("containerRegistry", step.line());
                let place = self.place(line, "steps.task.containerRegistry", scope);
                return self.found.registry(Kind::LogsIn, &hole("containerRegistry"), place);
            }
            _ => return,
        };
        let Some(repository) = inputs.text("repository") else { return };
        let place =
            self.place(inputs.line("repository", step.line()), "steps.task.repository", scope);
        let tags = inputs.text("tags").unwrap_or_else(|| hole("Build.BuildId"));
        for tag in tags.split(['\n', ',']).map(str::trim).filter(|tag| !tag.is_empty()) {
            let registry =
                if has_registry { hole("containerRegistry") + "/" } else { String::new() };
            let name = format!("{registry}{repository}:{tag}");
            self.found.image(kind, &name, place.clone());
        }
    }

    /// `Docker@0` and `Docker@1`
    fn old_docker(&mut self, inputs: &Inputs<'_>, step: &Node, scope: &Scope) {
        let command = inputs.text("command").or_else(|| inputs.text("action")).unwrap_or_default();
        let kind = match command.to_ascii_lowercase().as_str() {
            "push an image" | "push" => Kind::Pushes,
            "build an image" | "build" | "" => Kind::Builds,
            "run an image" | "run" => Kind::Pulls,
            _ => return,
        };
        let Some(image) = inputs.text("imageName") else { return };
        let is_qualified = inputs.text("qualifyImageName").is_none_or(|flag| flag != "false");
        let host =
            registry(inputs, step).filter(|_| is_qualified && !image.contains(".azurecr.io/"));
        let name = match host {
            Some((host, _)) => format!("{host}/{image}"),
            None => image,
        };
        let place =
            self.place(inputs.line("imageName", step.line()), "steps.task.imageName", scope);
        self.found.image(kind, &name, place);
    }
}

/// The registry of tasks that take a connection or the name of Azure's own, and its line.
fn registry(inputs: &Inputs<'_>, step: &Node) -> Option<(String, usize)> {
    if let Some(name) = inputs.text("azureContainerRegistry") {
        // It may be written as the JSON of its page.
        let host = match name.split_once("\"loginServer\"") {
            Some((_, rest)) => rest.split('"').nth(1).unwrap_or_default().to_owned(),
            None => name,
        };
        return Some((host, inputs.line("azureContainerRegistry", step.line())));
    }
    let line = inputs.line("dockerRegistryEndpoint", step.line());
    inputs.node("dockerRegistryEndpoint").map(|_| (hole("containerRegistry"), line))
}
