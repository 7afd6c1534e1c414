//! Each job: its image, its services, its steps and its scripts.

use super::environment::Environment;
use super::pipeline::Pipeline;
use super::value::Value;
use super::{Sorted, includes, logins, scripts};
use crate::found::{Findings, Kind, Place};
use crate::variables::HOLE;

/// Keys at the top that are no jobs.
const OTHERS: [&str; 12] = [
    "after_script",
    "before_script",
    "cache",
    "default",
    "image",
    "include",
    "services",
    "spec",
    "stages",
    "types",
    "variables",
    "workflow",
];

/// What makes a job one that runs.
const RUNS: [&str; 3] = ["script", "run", "trigger"];

/// Pipelines that start others go no deeper.
const DEEPEST: usize = 3;

const CHANGEABLE: &str = "A CI/CD variable of the project can change this name.";
const NO_IMAGE: &str =
    "This job names no image. If its runner uses containers, it takes the runner's own.";

/// A job, or with no name what all of them take.
pub(super) struct Job<'a, 't> {
    pub pipeline: &'a Pipeline<'t>,
    pub environment: Environment,
    name: Option<&'a str>,
    /// Where its own fields are looked for.
    levels: Vec<Value<'t>>,
    is_hidden: bool,
    inherits: Inherits,
}

/// Which defaults a job takes.
enum Inherits {
    All,
    None,
    Some(Vec<String>),
}

impl Inherits {
    fn takes(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Some(keys) => keys.iter().any(|known| known == key),
        }
    }

    /// `inherit:default` or `inherit:variables`: a flag or a list.
    fn of(pipeline: &Pipeline<'_>, levels: &[Value<'_>], key: &str) -> Self {
        let inherit = pipeline.layers(levels, "inherit");
        match pipeline.first(&inherit, key) {
            Some(value) if value.node.is_list() => {
                Self::Some(value.items().iter().filter_map(Value::text).collect())
            }
            Some(value) if value.node.flag() == Some(false) => Self::None,
            _ => Self::All,
        }
    }
}

pub(super) fn read(pipeline: &Pipeline<'_>, depth: usize, sorted: &mut Sorted) {
    let names = pipeline.names().filter(|name| !OTHERS.contains(name));
    for name in names {
        let parts = pipeline.parts(name);
        // Others hold anchors.
        if !parts.iter().any(|part| part.node.is_map()) {
            continue;
        }
        let chain = pipeline.chain(name);
        let runs = RUNS.iter().any(|key| pipeline.first(&chain.levels, key).is_some());
        let may_run = runs || !chain.is_whole || pipeline.has_unread;
        if name.starts_with('.') || !may_run {
            hidden(pipeline, name, &chain.levels, sorted);
            continue;
        }
        let variables = Inherits::of(pipeline, &chain.levels, "variables");
        // What is not known may have an image of its own, which would count before the default.
        let inherits = if runs && chain.is_whole {
            Inherits::of(pipeline, &chain.levels, "default")
        } else {
            Inherits::None
        };
        let is_whole = chain.is_whole;
        let environment = Environment::new(pipeline, &chain.levels, &|name| variables.takes(name));
        let job = Job {
            pipeline,
            environment,
            name: Some(name),
            levels: chain.levels,
            is_hidden: false,
            inherits,
        };
        match pipeline.first(&job.levels, "trigger") {
            Some(_) => job.child(depth, sorted),
            None => job.read(is_whole, &mut sorted.running),
        }
        job.logins(&job.levels, &mut sorted.running);
    }
    defaults(pipeline, sorted);
}

/// A hidden job: what it says itself. What it gets from others is said of them.
fn hidden(pipeline: &Pipeline<'_>, name: &str, levels: &[Value<'_>], sorted: &mut Sorted) {
    let job = Job {
        pipeline,
        environment: Environment::new(pipeline, levels, &|_| true),
        name: Some(name),
        levels: pipeline.parts(name).to_vec(),
        is_hidden: true,
        inherits: Inherits::None,
    };
    job.read(false, &mut sorted.resting);
    job.logins(&job.levels, &mut sorted.resting);
}

/// What stands in `default` and at the top, for jobs that are not known or not there.
fn defaults(pipeline: &Pipeline<'_>, sorted: &mut Sorted) {
    let job = Job {
        pipeline,
        environment: Environment::new(pipeline, &[], &|_| true),
        name: None,
        levels: Vec::new(),
        is_hidden: !pipeline.has_unread,
        inherits: Inherits::All,
    };
    job.read(false, &mut sorted.resting);
    let top = Job { is_hidden: false, ..job };
    logins::read(&top, pipeline.parts("variables"), &mut sorted.running);
}

impl<'t> Job<'_, 't> {
    /// The merged value of a key: its own, else the default.
    fn field(&self, key: &str) -> Vec<Value<'t>> {
        let own = self.pipeline.layers(&self.levels, key);
        if own.is_empty() && self.inherits.takes(key) {
            return self.pipeline.defaults(key);
        }
        own
    }

    fn items(&self, key: &str) -> Vec<Value<'t>> {
        self.field(key).first().map(|list| self.pipeline.items(list)).unwrap_or_default()
    }

    pub(super) fn place(&self, value: &Value<'_>) -> Place {
        let place = value.place().hidden(self.is_hidden);
        match self.name {
            Some(name) => place.job(name),
            None => place,
        }
    }

    fn read(&self, is_whole: bool, found: &mut Findings) {
        let image = self.field("image");
        self.image(&image, found);
        if let (Some(first), true) =
            (self.levels.first(), image.is_empty() && is_whole && !self.pipeline.has_unread)
        {
            found.note(&first.file.source.name, first.node.line(), NO_IMAGE);
        }
        for service in self.items("services") {
            self.image(&[service], found);
        }
        for step in self.items("run") {
            self.step(&step, found);
        }
        let mut before = self.items("before_script");
        before.extend(self.items("script"));
        scripts::read(self, &before, found);
        scripts::read(self, &self.items("after_script"), found);
        let hooks = self.field("hooks");
        if let Some(script) = self.pipeline.first(&hooks, "pre_get_sources_script") {
            scripts::read(self, &self.pipeline.items(&script), found);
        }
    }

    /// A name, or a mapping with one.
    fn image(&self, layers: &[Value<'t>], found: &mut Findings) {
        let named = match layers.first() {
            Some(first) if first.node.is_map() => self.pipeline.first(layers, "name"),
            first => first.cloned(),
        };
        if let Some((named, text)) = named.and_then(|named| named.text().map(|text| (named, text)))
            && !is_machine(&text)
        {
            self.add(&text, &self.place(&named), found);
        }
    }

    fn add(&self, text: &str, place: &Place, found: &mut Findings) {
        for name in self.environment.texts(text) {
            let is_changeable = text.contains('$') && !name.contains(HOLE);
            let notes: &[&str] = if is_changeable { &[CHANGEABLE] } else { &[] };
            found.image_with(Kind::Pulls, &name, place.clone(), notes);
        }
    }

    /// `step: {oci: {registry, repository, tag}}` or `script: text`.
    fn step(&self, step: &Value<'t>, found: &mut Findings) {
        if let Some(script) = step.get("script") {
            scripts::read(self, &[script], found);
        }
        let Some(oci) = step.get("step").and_then(|step| step.get("oci")) else { return };
        let part = |key: &str| oci.get(key).and_then(|part| part.text()).unwrap_or_default();
        let (registry, repository, tag) = (part("registry"), part("repository"), part("tag"));
        if repository.is_empty() {
            return;
        }
        let mut name = repository;
        if !registry.is_empty() {
            name = format!("{}/{name}", registry.trim_end_matches('/'));
        }
        if !tag.is_empty() {
            name = format!("{name}:{tag}");
        }
        self.add(&name, &self.place(&oci), found);
    }

    fn logins(&self, levels: &[Value<'t>], found: &mut Findings) {
        logins::read(self, &self.pipeline.layers(levels, "variables"), found);
    }

    /// The pipeline that the job starts from files: it has the job's variables.
    fn child(&self, depth: usize, sorted: &mut Sorted) {
        let trigger = self.pipeline.layers(&self.levels, "trigger");
        let Some(include) = self.pipeline.first(&trigger, "include") else { return };
        if depth == DEEPEST {
            let reason = "Pipelines start one another more than 3 levels deep.";
            let file = &include.file.source.name;
            return sorted.running.unread(file, Some(include.node.line()), reason);
        }
        let forward = self.pipeline.layers(&trigger, "forward");
        let forwards = self
            .pipeline
            .first(&forward, "yaml_variables")
            .is_none_or(|flag| flag.node.flag() != Some(false));
        let first = self.environment.cases().first().filter(|_| forwards);
        let given = first.map(|case| case.values()).unwrap_or_default();
        let pipeline = includes::child(&include, given, &mut sorted.running);
        read(&pipeline, depth + 1, sorted);
    }
}

/// `macos-14-xcode-15`: the machines of GitLab's own runners have their images in the same field.
fn is_machine(name: &str) -> bool {
    let Some(rest) = name.trim().strip_prefix("macos-") else { return false };
    let version = rest.split_once("-xcode-").map_or(rest, |(version, _)| version);
    !version.is_empty() && version.chars().all(|c| c.is_ascii_digit())
}
