//! Where declarative pipelines run: `agent { docker … }` and its like.

use super::arguments::{Argument, Call, call, names_in_block};
use super::{Reader, host_of, qualified};
use crate::found::Kind;
use crate::scripts;
use crate::variables::{HOLE, Lookup};
use crate::yaml::Script;

impl Reader<'_, '_> {
    pub(super) fn agent(&mut self, at: usize) {
        let open = self.tokens.past_lines(at + 1);
        if !self.tokens.is_sign(open, '{') {
            return;
        }
        for name in names_in_block(self.tokens, open) {
            match self.tokens.word(name) {
                Some("docker") => self.docker_agent(name),
                Some("dockerfile") => self.dockerfile_agent(name),
                Some("ecs") => {
                    let image = self.setting(self.tokens.past_lines(name + 1), "image");
                    self.image(image.as_ref(), Kind::Pulls, "agent.ecs.image");
                }
                _ => {}
            }
        }
    }

    /// `docker 'x'`, `docker { image 'x' }`, `docker(image: 'x')`
    fn docker_agent(&mut self, at: usize) {
        let registry = self.agent_registry(at);
        let first = call(self.tokens, at).and_then(|call| call.unnamed(0).cloned());
        let Some(image) = self.of_agent(at, "image").or(first) else { return };
        let name = qualified(&self.value(&image), registry.as_deref());
        let place = self.place(self.tokens.line(image.from), "agent.docker.image");
        self.found.image(Kind::Pulls, &name, place);
    }

    /// What it is built from is in the Dockerfile.
    fn dockerfile_agent(&mut self, at: usize) {
        self.agent_registry(at);
        if let Some(arguments) = self.of_agent(at, "additionalBuildArgs") {
            let line = self.tokens.line(arguments.from);
            let place = self.place(line, "agent.dockerfile.additionalBuildArgs");
            let text = format!("docker build {}", self.value(&arguments));
            let script = Script { text: &text, line, keeps_lines: false };
            scripts::commands(script, &|_| Lookup::Unknown, &place, self.found);
        }
    }

    /// The host of `registryUrl`, and a login if there are credentials.
    fn agent_registry(&mut self, at: usize) -> Option<String> {
        let url = self.of_agent(at, "registryUrl");
        let text = url.as_ref().map(|url| self.value(url)).unwrap_or_default();
        if let Some(credentials) = self.of_agent(at, "registryCredentialsId") {
            let line = self.tokens.line(url.as_ref().unwrap_or(&credentials).from);
            let place = self.place(line, "agent.registryUrl");
            self.found.registry(Kind::LogsIn, &text, place);
        }
        Some(host_of(&text)).filter(|host| !host.is_empty())
    }

    /// A setting of an agent, in a block or by its name in brackets.
    fn of_agent(&self, at: usize, name: &str) -> Option<Argument> {
        let named = |call: Call| call.named(name).cloned();
        self.setting(self.tokens.past_lines(at + 1), name)
            .or_else(|| call(self.tokens, at).and_then(named))
    }

    /// `podTemplate(yaml: '…') { … }`, `kubernetes { yaml '…' }`: the pod that it runs in.
    pub(super) fn pods(&mut self, at: usize) {
        if let Some(text) = self.of_agent(at, "yaml") {
            self.pod_text(&text);
        }
        if let Some(path) = self.of_agent(at, "yamlFile") {
            let name = self.value(&path);
            if !name.contains(HOLE) {
                self.pod_file(&name, self.tokens.line(path.from));
            }
        }
    }
}
