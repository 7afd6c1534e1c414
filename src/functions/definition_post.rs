//! Reading the post of files whose references are to be kept: texts and files, in any order. What is too large is read
//! to its end and dropped, so that the browser sees the answer.

use crate::error::{Error, FieldError, Result};
use crate::vault::WrittenFile;
use leptos::server_fn::codec::MultipartData;
use std::collections::BTreeSet;
use std::mem::take;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Bytes of one file, and of all parts together.
const FILE_MAX: usize = 256 * 1024;
const TOTAL_MAX: usize = 1024 * 1024;
const FILES_MAX: usize = 20;

#[derive(Clone, Default)]
pub(super) struct DefinitionPost {
    pub(super) project: String,
    pub(super) pipeline: Option<Uuid>,
    /// Where the files are in the repository.
    pub(super) folder: String,
    /// What the pasted text is called.
    pub(super) name: String,
    pub(super) commit: String,
    text: Zeroizing<String>,
    files: Vec<WrittenFile>,
    /// What is wrong with its files.
    problem: Option<&'static str>,
}

impl DefinitionPost {
    /// The files with their paths in the repository.
    ///
    /// # Errors
    /// `Invalid` at the fields.
    pub(super) fn take_files(&mut self) -> Result<Vec<WrittenFile>> {
        let mut errors: Vec<FieldError> = Vec::new();
        let mut files = take(&mut self.files);
        let text = take(&mut self.text);
        let (has_text, name) = (!text.trim().is_empty(), self.name.trim());
        if let Some(problem) = self.problem {
            errors.push(FieldError::new("files", problem));
        } else if files.len() > FILES_MAX {
            let most = format!("Choose at most {FILES_MAX} files.");
            errors.push(FieldError::new("files", most));
        } else if files.is_empty() && !has_text {
            errors.push(FieldError::new("files", "Choose files, or paste the text of one."));
        }
        if has_text && name.is_empty() {
            errors.push(FieldError::new(
                "name",
                "Enter the name of the file, for example Dockerfile.",
            ));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        if has_text {
            files.push(WrittenFile { path: name.to_owned(), text });
        }
        let folder = self.folder.trim().trim_matches('/');
        if !folder.is_empty() {
            for file in &mut files {
                file.path = format!("{folder}/{}", file.path);
            }
        }
        let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        if paths.len() < files.len() {
            let twice = "Two of these files have the same path. Add one of them later, with its own folder.";
            return Err(Error::at("files", twice));
        }
        Ok(files)
    }
}

/// Reads the whole post.
///
/// # Errors
/// `BadRequest` for what no form of ours sends.
pub(super) async fn read(data: MultipartData) -> Result<DefinitionPost> {
    let malformed =
        || Error::BadRequest("The upload was incomplete. Send the form again.".to_owned());
    let mut parts = data.into_inner().ok_or_else(malformed)?;
    let mut post = DefinitionPost::default();
    let mut total = 0;
    while let Some(mut part) = parts.next_field().await.map_err(|_| malformed())? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().unwrap_or_default().to_owned();
        let mut bytes = Zeroizing::new(Vec::new());
        let mut is_too_large = false;
        while let Some(chunk) = part.chunk().await.map_err(|_| malformed())? {
            if bytes.len() + chunk.len() > FILE_MAX || total + chunk.len() > TOTAL_MAX {
                is_too_large = true;
                continue;
            }
            total += chunk.len();
            bytes.extend_from_slice(&chunk);
        }
        let text = std::str::from_utf8(&bytes).map(|text| Zeroizing::new(text.to_owned()));
        if is_too_large {
            post.problem = Some("A file has at most 256 KiB, and all files together 1 MiB.");
        } else if let Ok(text) = text {
            set(&mut post, &name, &file_name, text)?;
        } else {
            post.problem = Some("One of these files is not text in UTF-8.");
        }
    }
    Ok(post)
}

fn set(
    post: &mut DefinitionPost,
    name: &str,
    file_name: &str,
    text: Zeroizing<String>,
) -> Result<()> {
    match name {
        // A browser sends a blank one when no file was chosen.
        "files" if file_name.is_empty() && text.is_empty() => {}
        "files" => {
            post.files.push(WrittenFile { path: sent_path(file_name).to_owned(), text });
        }
        // A browser sends each end of a line as CR and LF.
        "text" => post.text = Zeroizing::new(text.replace("\r\n", "\n")),
        "project" => post.project = text.to_string(),
        "pipeline" => post.pipeline = Uuid::parse_str(&text).ok(),
        "folder" => post.folder = text.to_string(),
        "name" => post.name = text.to_string(),
        "commit" => post.commit = text.to_string(),
        _ => {
            return Err(Error::BadRequest(
                "The form has a field that this page does not send.".to_owned(),
            ));
        }
    }
    Ok(())
}

/// The name of a file, or its path in the folder that was chosen. Some send the path on the person's machine.
fn sent_path(file_name: &str) -> &str {
    if !file_name.starts_with('/') && !file_name.contains(['\\', ':']) {
        return file_name;
    }
    file_name.rsplit(['/', '\\']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> WrittenFile {
        WrittenFile { path: path.to_owned(), text: Zeroizing::new("FROM nginx\n".to_owned()) }
    }

    #[test]
    fn files_and_what_was_pasted_have_the_path_of_their_folder() {
        let mut post = DefinitionPost {
            folder: " /ci/build/ ".to_owned(),
            name: "Dockerfile".to_owned(),
            text: Zeroizing::new("FROM redis\n".to_owned()),
            files: vec![file("a.Dockerfile")],
            ..DefinitionPost::default()
        };
        let paths: Vec<String> =
            post.take_files().unwrap().into_iter().map(|file| file.path).collect();
        assert_eq!(paths, ["ci/build/a.Dockerfile", "ci/build/Dockerfile"]);
    }

    #[test]
    fn a_file_has_no_path_of_the_persons_machine() {
        for (sent, path) in [
            ("a.yml", "a.yml"),
            ("ci/a.yml", "ci/a.yml"),
            ("/home/acme/ci/a.yml", "a.yml"),
            ("C:\\ci\\a.yml", "a.yml"),
            ("ci\\a.yml", "a.yml"),
        ] {
            assert_eq!(sent_path(sent), path);
        }
    }

    #[test]
    fn nothing_too_much_and_a_text_without_a_name_are_said_at_their_fields() {
        let post = DefinitionPost::default;
        let text = || Zeroizing::new("FROM redis\n".to_owned());
        for (mut post, field) in [
            (post(), "files"),
            (DefinitionPost { files: vec![file("Dockerfile"); FILES_MAX + 1], ..post() }, "files"),
            (DefinitionPost { text: text(), ..post() }, "name"),
            (DefinitionPost { problem: Some("x"), files: vec![file("x")], ..post() }, "files"),
            (DefinitionPost { files: vec![file("a"), file("a")], ..post() }, "files"),
            (
                DefinitionPost {
                    files: vec![file("a")],
                    name: "a ".to_owned(),
                    text: text(),
                    ..post()
                },
                "files",
            ),
        ] {
            let Err(Error::Invalid(errors)) = post.take_files() else { panic!("{field}") };
            assert_eq!((errors.len(), errors[0].field.as_str()), (1, field));
        }
    }
}
