//! What a chart says of itself: its values and its version.

use crate::source::Source;
use crate::yaml::{self, Node, Options};

/// A chart whose template is read. Without its files nothing is known.
#[derive(Default)]
pub(super) struct Chart {
    values: Option<Node>,
    chart: Option<Node>,
}

impl Chart {
    /// The chart that the template is part of.
    pub(super) fn around(source: &Source<'_>) -> Self {
        let path = format!("/{}", source.path());
        let Some((folder, _)) = path.rsplit_once("/templates/") else { return Self::default() };
        let open = |name: &str| {
            let file = source.from_root(&format!("{folder}/{name}")).ok()?;
            let documents = yaml::read(&file.text, Options::default()).ok()?;
            documents.into_iter().next().map(|document| document.root)
        };
        Self { values: open("values.yaml"), chart: open("Chart.yaml") }
    }

    /// The value of `.Values.a.b` or `.Chart.Version`; an empty one is a value, too.
    pub(super) fn value(&self, path: &str) -> Option<String> {
        if let Some(keys) = path.strip_prefix(".Values.") {
            let keys: Vec<&str> = keys.split('.').collect();
            let node = self.values.as_ref()?.at(&keys)?;
            if node.is_map() || node.is_list() {
                return None;
            }
            return Some(node.text().unwrap_or_default().to_owned());
        }
        let key = path.strip_prefix(".Chart.")?;
        let mut first = key.chars();
        // `AppVersion` is `appVersion` in the file.
        let key: String = first.next()?.to_lowercase().chain(first).collect();
        Some(self.chart.as_ref()?.get(&key)?.text()?.to_owned())
    }
}
