//! A file that is read, and the tree of files that it may name others of.

mod pattern;
mod posted;
#[cfg(test)]
mod tests;

use crate::found::{Findings, Place, SeenIn};
use crate::yaml::{self, Document, Options};
use posted::Posted;
use std::cell::Cell;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// Files that are read because one file names them, and because all files of a folder do.
const MOST_NAMED: usize = 500;
const MOST_NAMED_OF_ALL: usize = 10_000;

/// The folder that files may name others in: a repository, if one is around them. Nothing outside it is opened.
#[derive(Debug)]
pub struct Tree {
    root: Option<PathBuf>,
    posted: Posted,
    /// For the file that is being read, and for all.
    left: Cell<usize>,
    left_of_all: Cell<usize>,
}

impl Tree {
    /// No files: what is named cannot be opened. For text that is no file.
    pub fn none() -> Self {
        Self::of(None)
    }

    /// Files that were uploaded or pasted, each with its path and its text: they may name one another.
    pub fn posted<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        Self { posted: Posted::of(files), ..Self::of(None) }
    }

    /// Whether another of the posted files named this one.
    pub fn has_opened(&self, path: &str) -> bool {
        self.posted.has_opened(path)
    }

    /// The repository that holds the folder. If there is none: what holds the folder of a system that it is in, or the
    /// folder itself.
    pub fn around(folder: &Path) -> Self {
        let whole = folder.canonicalize().ok();
        let is_repository = |folder: &&Path| folder.join(".git").exists();
        let is_of_system = |folder: &&Path| {
            folder.file_name().and_then(|name| name.to_str()).is_some_and(is_folder_of_system)
        };
        let root = whole.as_deref().map(|whole| {
            let repository = || whole.ancestors().find(is_repository);
            let holder = || whole.ancestors().find(is_of_system)?.parent();
            repository().or_else(holder).unwrap_or(whole).to_path_buf()
        });
        Self::of(root)
    }

    /// The folder alone.
    pub fn at(folder: &Path) -> Self {
        Self::of(folder.canonicalize().ok())
    }

    fn of(root: Option<PathBuf>) -> Self {
        let left_of_all = Cell::new(MOST_NAMED_OF_ALL);
        Self { root, posted: Posted::of([]), left: Cell::new(MOST_NAMED), left_of_all }
    }

    /// Another file is read: it may name as many files as the one before.
    pub(crate) fn begin(&self) {
        self.left.set(MOST_NAMED);
    }

    /// The path of a file of the disk from the root, with `/`; nothing if it is not in the tree.
    pub fn path_of(&self, file: &Path) -> Option<String> {
        let whole = file.canonicalize().ok()?;
        let path = whole.strip_prefix(self.root.as_deref()?).ok()?;
        path.to_str().map(str::to_owned)
    }

    /// The text of a file, by its path from the root. Links are not followed out of the tree.
    ///
    /// # Errors
    /// Why it cannot be had, in a sentence.
    fn text(&self, path: &str) -> Result<String, &'static str> {
        const MISSING: &str = "A file that this one names cannot be opened.";
        const OUTSIDE: &str = "A file that this one names is outside the repository.";
        if self.root.is_none() && !self.posted.has(path) {
            return Err(MISSING);
        }
        let (left, left_of_all) = (self.left.get(), self.left_of_all.get());
        if left == 0 {
            return Err("This file names more than 500 others. The rest was not read.");
        }
        if left_of_all == 0 {
            return Err("More than 10000 files are named by others. The rest was not read.");
        }
        self.left.set(left - 1);
        self.left_of_all.set(left_of_all - 1);
        if let Some(text) = self.posted.text(path) {
            return text;
        }
        let root = self.root.as_deref().ok_or(MISSING)?;
        let whole = root.join(path).canonicalize().map_err(|_| MISSING)?;
        if !whole.starts_with(root) {
            return Err(OUTSIDE);
        }
        read(&whole)
    }
}

/// Folders that a system looks for in the root of a repository: by them its files are known.
fn is_folder_of_system(name: &str) -> bool {
    const NAMES: [&str; 11] = [
        ".azure",
        ".azure-pipelines",
        ".azuredevops",
        ".circleci",
        ".cloudbuild",
        ".forgejo",
        ".gitea",
        ".github",
        ".gitlab",
        ".gitlab-ci",
        ".woodpecker",
    ];
    NAMES.contains(&name)
}

/// The text of a file, if it is one and not too large.
///
/// # Errors
/// Why it cannot be had, in a sentence.
pub(crate) fn read(path: &Path) -> Result<String, &'static str> {
    const UNREADABLE: &str = "The file cannot be opened.";
    // A pipe would never end.
    if !fs::metadata(path).is_ok_and(|found| found.is_file()) {
        return Err(UNREADABLE);
    }
    let file = File::open(path).map_err(|_| UNREADABLE)?;
    let mut bytes = Vec::new();
    file.take(yaml::LARGEST as u64 + 1).read_to_end(&mut bytes).map_err(|_| UNREADABLE)?;
    if bytes.len() > yaml::LARGEST {
        return Err("The file is larger than 8 MiB.");
    }
    String::from_utf8(bytes).map_err(|_| "The file is not text in UTF-8.")
}

/// A file that a reader gets.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// As findings name it.
    pub name: String,
    pub text: String,
    /// From the root of the tree, with `/`.
    path: String,
    tree: &'a Tree,
    /// Whether its text is a template whose actions were taken out.
    pub seen_in: SeenIn,
}

impl<'a> Source<'a> {
    /// `name` is what findings say; `path` is where the file is in the tree.
    pub fn new(name: &str, path: &str, text: String, tree: &'a Tree) -> Self {
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let path = normal(path).unwrap_or_default();
        Self { name: name.to_owned(), text, path, tree, seen_in: SeenIn::Field }
    }

    /// A place on the line, to be refined: `source.at(3).path("image").job("build")`.
    pub fn at(&self, line: usize) -> Place {
        Place::new(self.name.clone(), line).seen_in(self.seen_in)
    }

    /// The documents of a YAML file. What cannot be read is added to the findings, and so are keys that appear twice.
    /// A template is read as far as it goes; places that [`Self::at`] makes afterwards say so.
    pub fn documents(&mut self, options: Options, found: &mut Findings) -> Vec<Document> {
        let read = yaml::read(&self.text, options).or_else(|problem| {
            if !yaml::seems_a_template(&self.text) {
                return Err(problem);
            }
            self.seen_in = SeenIn::Template;
            yaml::read_template(&self.text, options)
        });
        match read {
            Ok(documents) => {
                for line in documents.iter().flat_map(|document| &document.duplicates) {
                    found.note(&self.name, *line, "This key appears twice. The last one counts.");
                }
                documents
            }
            Err(problem) => {
                found.unread(&self.name, Some(problem.line), problem.sentence);
                Vec::new()
            }
        }
    }

    /// Another file, by its path from the folder of this one.
    ///
    /// # Errors
    /// Why it cannot be had, in a sentence.
    pub fn beside(&self, path: &str) -> Result<Source<'a>, &'static str> {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.open(&format!("{folder}/{path}"))
    }

    /// Another file, by its path from the root of the tree.
    ///
    /// # Errors
    /// Why it cannot be had, in a sentence.
    pub fn from_root(&self, path: &str) -> Result<Source<'a>, &'static str> {
        self.open(path)
    }

    /// The YAML files of the tree whose paths fit the pattern, in order: `*` is part of a name, `**` any folders.
    pub fn matching(&self, pattern: &str) -> Vec<String> {
        match self.tree.root.as_deref() {
            Some(root) => pattern::matching(root, pattern),
            None => self.tree.posted.matching(pattern),
        }
    }

    fn open(&self, path: &str) -> Result<Source<'a>, &'static str> {
        let path = normal(path).ok_or("A file that this one names is outside the repository.")?;
        let path = match self.tree.posted.path_of(&path, &self.path) {
            Some(posted) => posted.to_owned(),
            None => path,
        };
        let text = self.tree.text(&path)?;
        let name = match self.name.strip_suffix(self.path.as_str()) {
            // As the first file was named: with the way to the root before it.
            Some(way) => format!("{way}{path}"),
            None => path.clone(),
        };
        Ok(Source::new(&name, &path, text, self.tree))
    }

    /// Where the file is in its tree: two sources with the same one are the same file.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The name of the file alone.
    pub fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// A path without `.`, `..` and double slashes; nothing if it leads out.
fn normal(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in Path::new(path.trim_start_matches('/')).components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}
