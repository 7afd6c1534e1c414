//! Jenkinsfiles, declarative and scripted. A guess where Groovy would have to run: a string with a value in it is
//! unresolved, and so is a variable.

mod agent;
mod arguments;
mod docker;
mod environment;
mod matrix;
mod pod;
#[cfg(test)]
mod tests;
mod tokens;

use crate::found::{Findings, Kind, Place};
use crate::scripts;
use crate::source::Source;
use crate::systems::common::{of_powershell, with_percent_values};
use crate::variables::{HOLE, hole, without_holes};
use crate::yaml::Script;
use arguments::{Argument, Call, call, value};
use environment::Environment;
use std::rc::Rc;
use tokens::{Token, Tokens};

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    let tokens = Tokens::of(&source.text);
    let environment = Rc::new(Environment::of(&tokens));
    let (scopes, images) = (Vec::new(), Vec::new());
    let mut reader = Reader { source, tokens: &tokens, environment, found, scopes, images };
    reader.steps(0, tokens.len());
    reader.end();
}

pub(super) fn origin(variable: &str) -> &'static str {
    let first = variable.split('.').next().unwrap_or(variable);
    match first {
        "params" => "the build's parameters",
        "BUILD_NUMBER" | "BUILD_ID" | "BUILD_TAG" | "BRANCH_NAME" | "GIT_COMMIT" | "JOB_NAME"
        | "TAG_NAME" | "CHANGE_ID" | "GIT_BRANCH" | "NODE_NAME" | "WORKSPACE" => "Jenkins",
        "env" => "the environment",
        _ if variable.starts_with("secret/") => "the Secret of that name in the cluster",
        _ => "the environment or the script",
    }
}

/// What counts in a block.
#[derive(Clone, Debug)]
struct Scope {
    /// The token that closes it.
    end: usize,
    job: Option<String>,
    /// The host that names without one get, maybe with holes.
    registry: Option<String>,
}

/// An image in a variable.
struct Image {
    variable: String,
    name: String,
    place: Place,
    /// Whether anything was done with it, so that this was found already.
    is_used: bool,
}

struct Reader<'a, 't> {
    source: &'a Source<'t>,
    tokens: &'a Tokens,
    environment: Rc<Environment>,
    found: &'a mut Findings,
    scopes: Vec<Scope>,
    images: Vec<Image>,
}

impl Reader<'_, '_> {
    /// What the tokens say, from the first to before the last.
    fn steps(&mut self, from: usize, to: usize) {
        let tokens = self.tokens;
        let mut at = from;
        while at < to {
            while self.scopes.last().is_some_and(|scope| scope.end <= at) {
                self.scopes.pop();
            }
            match tokens.word(at) {
                Some("matrix") => at = self.matrix(at).unwrap_or(at),
                Some(word) => self.step(at, word),
                None => {}
            }
            at += 1;
        }
    }

    fn step(&mut self, at: usize, word: &str) {
        let is_member = at > 0 && self.tokens.is_sign(at - 1, '.');
        match word {
            "docker" if self.tokens.is_sign(at + 1, '.') => self.docker(at),
            _ if self.tokens.is_sign(at + 1, '.') && self.member(at, word) => {}
            _ if is_member && !matches!(word, "sh" | "stage" | "withDockerRegistry") => {}
            "stage" => self.stage(at),
            "agent" => self.agent(at),
            "podTemplate" | "kubernetes" => self.pods(at),
            "containerTemplate" | "dockerNode" | "withDockerContainer" => self.container(at, word),
            "withDockerRegistry" => self.with_docker_registry(at),
            "sh" | "bat" | "powershell" | "pwsh" => self.script(at, word),
            _ => {}
        }
    }

    /// `stage('x') { … }`; without a block, up to the end of the block around it.
    fn stage(&mut self, at: usize) {
        let Some(call) = call(self.tokens, at) else { return };
        let Some(name) = call.named("name").or(call.unnamed(0)) else { return };
        let name = value(self.tokens, name);
        if name.is_empty() {
            return;
        }
        let name = without_holes(&name, |variable| format!("${{{variable}}}"));
        let block = self.tokens.past_lines(call.end);
        let around = self.scopes.last().map_or(self.tokens.len(), |scope| scope.end);
        let is_block = self.tokens.is_sign(block, '{');
        let end = if is_block { self.tokens.closing(block) } else { around };
        let registry = self.registry();
        // A stage without a block ends the one before it.
        let last = self.scopes.last();
        if !is_block && last.is_some_and(|scope| scope.end == end && scope.registry.is_none()) {
            self.scopes.pop();
        }
        self.scopes.push(Scope { end, job: Some(name), registry });
    }

    /// `containerTemplate(image: 'x')`, `containerTemplate { image 'x' }`, `withDockerContainer('x') { … }`
    fn container(&mut self, at: usize, word: &str) {
        let image = match call(self.tokens, at) {
            Some(call) => {
                let first = call.unnamed(0).filter(|_| word != "containerTemplate");
                call.named("image").or(first).cloned()
            }
            None => self.setting(at + 1, "image"),
        };
        self.image(image.as_ref(), Kind::Pulls, &format!("{word}.image"));
    }

    /// `withDockerRegistry(url: 'x', credentialsId: 'y')`: names in its block stay as they are.
    fn with_docker_registry(&mut self, at: usize) {
        let Some(call) = call(self.tokens, at) else { return };
        // Without credentials nobody logs in.
        if call.named("credentialsId").or(call.named("registry")).is_some() {
            let url = call.named("url").map(|url| self.value(url));
            let url = url.or_else(|| self.nested_url(&call)).unwrap_or_default();
            let place = self.place(self.tokens.line(at), "withDockerRegistry");
            self.found.registry(Kind::LogsIn, &url, place);
        }
    }

    /// `registry: [url: 'x', …]`
    fn nested_url(&self, call: &Call) -> Option<String> {
        let registry = call.named("registry")?;
        (registry.from..registry.to).find_map(|at| {
            let is_url = self.tokens.word(at) == Some("url") && self.tokens.is_sign(at + 1, ':');
            let end = (at + 2..registry.to)
                .find(|end| self.tokens.is_sign(*end, ',') || self.tokens.is_sign(*end, ']'))
                .unwrap_or(registry.to);
            is_url.then(|| self.value(&Argument { name: None, from: at + 2, to: end }))
        })
    }

    /// `sh 'x'` and its like.
    fn script(&mut self, at: usize, word: &str) {
        let Some(call) = call(self.tokens, at) else { return };
        let Some(argument) = call.named("script").or(call.unnamed(0)) else { return };
        let line = self.tokens.line(argument.from);
        let is_one = argument.from + 1 == argument.to;
        let keeps_lines = match self.tokens.get(argument.from) {
            Some(Token::Text { keeps_lines, .. }) => is_one && *keeps_lines,
            _ => false,
        };
        let text = self.value(argument);
        let text = match word {
            "bat" => self.environment.filled(&with_percent_values(&text, &hole)),
            "sh" => text,
            _ => of_powershell(&text),
        };
        let place = self.place(line, word);
        let environment = Rc::clone(&self.environment);
        let script = Script { text: &text, line, keeps_lines };
        scripts::commands(script, &|name| environment.lookup(name), &place, self.found);
    }

    /// The images that a variable held and with which nothing was done.
    fn end(&mut self) {
        for image in std::mem::take(&mut self.images) {
            if !image.is_used {
                self.found.image(Kind::Pulls, &image.name, image.place);
            }
        }
    }

    /// What an argument is, with the values that are known.
    fn value(&self, argument: &Argument) -> String {
        self.environment.filled(&value(self.tokens, argument))
    }

    fn image(&mut self, argument: Option<&Argument>, kind: Kind, path: &str) {
        if let Some(argument) = argument {
            let name = self.value(argument);
            let place = self.place(self.tokens.line(argument.from), path);
            self.found.image(kind, &name, place);
        }
    }

    /// What a setting of the block is given: `image 'x'`, `image = 'x'`.
    fn setting(&self, open: usize, name: &str) -> Option<Argument> {
        if !self.tokens.is_sign(open, '{') {
            return None;
        }
        let names = arguments::names_in_block(self.tokens, open);
        let at = names.into_iter().find(|at| self.tokens.word(*at) == Some(name))?;
        let at = if self.tokens.is_sign(at + 1, '=') { at + 1 } else { at };
        call(self.tokens, at)?.unnamed(0).cloned()
    }

    fn place(&self, line: usize, path: &str) -> Place {
        let place = self.source.at(line).path(path);
        match self.job() {
            Some(job) => place.job(job),
            None => place,
        }
    }

    /// The innermost stage.
    fn job(&self) -> Option<String> {
        self.scopes.iter().rev().find_map(|scope| scope.job.clone())
    }

    fn registry(&self) -> Option<String> {
        self.scopes.last().and_then(|scope| scope.registry.clone())
    }
}

/// The name with the registry's host before it, if it has none itself. Where a variable may hold a host, nobody knows.
fn qualified(name: &str, registry: Option<&str>) -> String {
    let Some(host) = registry.filter(|host| !host.is_empty()) else { return name.to_owned() };
    let is_left = match name.split_once('/') {
        Some((first, _)) => first.contains(HOLE) || crate::reference::is_host(first),
        None => name.starts_with(HOLE),
    };
    if is_left { name.to_owned() } else { format!("{host}/{name}") }
}

/// The host of a registry's address, as names have it.
fn host_of(url: &str) -> String {
    let bare = url.split_once("://").map_or(url, |(_, bare)| bare);
    bare.split('/').next().unwrap_or(bare).to_owned()
}
