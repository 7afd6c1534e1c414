//! The global variable `docker` of scripted pipelines, and what it gives.

use super::arguments::{Call, call};
use super::{Image, Reader, Scope, host_of, qualified};
use crate::found::{Kind, Place};
use crate::scripts;
use crate::variables::Lookup;
use crate::yaml::Script;

/// Variables that are followed.
const MOST_IMAGES: usize = 500;

impl Reader<'_, '_> {
    /// `docker.METHOD(…)`
    pub(super) fn docker(&mut self, at: usize) {
        let method = at + 2;
        let Some(call) = call(self.tokens, method) else { return };
        match self.tokens.word(method) {
            Some("image") => self.named_image(at, &call, false),
            Some("build") => self.named_image(at, &call, true),
            Some("withRegistry") => self.with_registry(at, &call),
            _ => {}
        }
    }

    /// `docker.withRegistry('https://host', 'credentials') { … }`
    fn with_registry(&mut self, at: usize, call: &Call) {
        let tokens = self.tokens;
        let url = call.named("url").or(call.unnamed(0));
        let url = url.map(|url| self.value(url)).unwrap_or_default();
        // Without credentials nobody logs in.
        if call.named("credentialsId").or(call.unnamed(1)).is_some() {
            let place = self.place(tokens.line(at), "docker.withRegistry");
            self.found.registry(Kind::LogsIn, &url, place);
        }
        let block = tokens.past_lines(call.end);
        if tokens.is_sign(block, '{') {
            let registry = Some(host_of(&url)).filter(|host| !host.is_empty());
            let end = tokens.closing(block);
            self.scopes.push(Scope { end, job: None, registry });
        }
    }

    /// `docker.image('x')` or `docker.build('x', 'arguments')`, and what is done with it at once.
    fn named_image(&mut self, at: usize, call: &Call, is_built: bool) {
        let tokens = self.tokens;
        let Some(argument) = call.unnamed(0).or(call.named("image")) else { return };
        let name = self.value(argument);
        let path = if is_built { "docker.build" } else { "docker.image" };
        let place = self.place(tokens.line(argument.from), path);
        if let Some(arguments) = call.unnamed(1).filter(|_| is_built) {
            let text = format!("docker build {}", self.value(arguments));
            let line = tokens.line(arguments.from);
            let script = Script { text: &text, line, keeps_lines: false };
            scripts::commands(script, &|_| Lookup::Unknown, &place, self.found);
        }
        let next = tokens.past_lines(call.end);
        let method = if tokens.is_sign(next, '.') { tokens.word(next + 1) } else { None };
        if let Some(method) = method {
            let is_pushed = method == "push";
            if is_built && !is_pushed {
                self.found.image(Kind::Builds, &name, place.clone());
            }
            self.use_of(method, next + 1, &name, place, is_built);
            return;
        }
        if is_built {
            self.found.image(Kind::Builds, &name, place.clone());
        }
        let Some(variable) = self.assigned(at) else {
            if !is_built {
                let name = qualified(&name, self.registry().as_deref());
                self.found.image(Kind::Pulls, &name, place);
            }
            return;
        };
        if self.images.len() >= MOST_IMAGES {
            return;
        }
        self.images.push(Image { variable, name, place, is_used: is_built });
    }

    /// The variable in `variable = docker…`.
    fn assigned(&self, at: usize) -> Option<String> {
        let equals = at.checked_sub(1)?;
        let variable = self.tokens.word(equals.checked_sub(1)?)?;
        self.tokens.is_sign(equals, '=').then(|| variable.to_owned())
    }

    /// `variable.METHOD(…)`, where the variable holds an image. Says whether it does.
    pub(super) fn member(&mut self, at: usize, variable: &str) -> bool {
        let Some(method) = self.tokens.word(at + 2) else { return false };
        let known = self.images.iter_mut().rev().find(|image| image.variable == variable);
        let Some(image) = known.filter(|_| does_something(method)) else { return false };
        // What was built is here already.
        let is_here = image.place.path == "docker.build";
        image.is_used = true;
        let (name, place) = (image.name.clone(), image.place.clone());
        let place = match method {
            "push" => self.place(self.tokens.line(at), "push"),
            _ => place,
        };
        self.use_of(method, at + 2, &name, place, is_here);
        true
    }

    fn use_of(&mut self, method: &str, at: usize, name: &str, place: Place, is_here: bool) {
        let registry = self.registry();
        let host = registry.as_deref();
        match method {
            "push" => {
                let tag = call(self.tokens, at).and_then(|call| call.unnamed(0).cloned());
                let name = match tag {
                    Some(tag) => tagged(name, &self.value(&tag)),
                    None => name.to_owned(),
                };
                self.found.image(Kind::Pushes, &qualified(&name, host), place);
            }
            "pull" => self.found.image(Kind::Pulls, &qualified(name, host), place),
            "inside" if !is_here => self.found.image(Kind::Pulls, &qualified(name, host), place),
            // These take the name as it is.
            "run" | "withRun" if !is_here => self.found.image(Kind::Pulls, name, place),
            _ => {}
        }
    }
}

fn does_something(method: &str) -> bool {
    matches!(method, "push" | "pull" | "inside" | "run" | "withRun")
}

/// The name with another tag.
fn tagged(name: &str, tag: &str) -> String {
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    let end = name[last..].find([':', '@']).map_or(name.len(), |at| last + at);
    format!("{}:{tag}", &name[..end])
}
