//! What is said after a save.

use super::{Doubt, Mend};
use uuid::Uuid;

/// What is said after a save: what was done, and what is doubted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Whole sentences; the doubts stand last.
    pub sentences: Vec<String>,
    /// Where the first doubt is mended; `None` when there is none.
    pub mend: Option<Mend>,
}

impl Saved {
    /// What was saved, without a doubt.
    pub fn surely(sentences: Vec<String>) -> Self {
        Self { sentences, mend: None }
    }

    /// What was saved, with what is doubted of the things of a pipeline, each with its id.
    pub fn with_doubts(
        mut sentences: Vec<String>,
        (project, pipeline): (&str, Uuid),
        doubts: &[(Uuid, Doubt)],
    ) -> Self {
        for (_, doubt) in doubts {
            let sentence = doubt.sentence();
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        let mend = doubts.first().map(|(about, doubt)| doubt.mend(project, pipeline, *about));
        Self { sentences, mend }
    }
}
