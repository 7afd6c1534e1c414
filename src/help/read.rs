//! Reads a guide: its title, its headings, its text for the search, and HTML of it.

use super::shelf::{File, Shelf};
use crate::domain::paths;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// A fenced block of this kind names lines that a pipeline's page has; the page of the guide shows them.
const LINES: &str = "lines";

pub struct Guide {
    pub shelf: Shelf,
    pub path: String,
    pub title: String,
    /// The first paragraph, as text: what the guide is about.
    pub lead: String,
    pub parts: Vec<Part>,
    /// All but the title.
    pub headings: Vec<Heading>,
    pub(super) sections: Vec<Section>,
}

/// What follows each other on the page.
pub enum Part {
    Html(String),
    /// Text to copy.
    Code(String),
    /// The lines of a pipeline's page that have this id.
    Lines(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    pub level: u8,
    pub id: String,
    pub text: String,
}

/// What stands under one heading, for the search. The first of a guide stands under its title.
pub(super) struct Section {
    pub(super) heading: Heading,
    pub(super) text: String,
}

impl Guide {
    pub(super) fn read((shelf, word, written): File) -> Self {
        let mut reading = Reading::default();
        let options = Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES;
        for event in Parser::new_ext(written, options) {
            reading.take(event);
        }
        reading.finish(shelf, paths::help(&format!("{}{word}", shelf.folder())))
    }

    /// All of its words.
    pub fn text(&self) -> String {
        self.sections
            .iter()
            .map(|section| format!("{}\n{}\n", section.heading.text, section.text))
            .collect()
    }
}

#[derive(Default)]
struct Reading<'a> {
    title: String,
    lead: String,
    parts: Vec<Part>,
    /// What has not become HTML yet.
    events: Vec<Event<'a>>,
    headings: Vec<Heading>,
    sections: Vec<Section>,
    /// The heading that is being read.
    heading: Option<Heading>,
    /// Where its events begin.
    heading_at: usize,
    /// The kind of the block of code that is being read, and its lines.
    code: Option<(String, String)>,
}

impl<'a> Reading<'a> {
    fn take(&mut self, event: Event<'a>) {
        match event {
            Event::Start(Tag::Heading { level, id, .. }) => {
                let id = id.map(|id| id.to_string()).unwrap_or_default();
                self.heading = Some(Heading { level: rank(level), id, text: String::new() });
                self.heading_at = self.events.len();
            }
            Event::End(TagEnd::Heading(_)) => self.end_heading(),
            Event::Start(Tag::CodeBlock(kind)) => {
                let kind = match kind {
                    CodeBlockKind::Fenced(kind) => kind.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((kind, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => self.end_code(),
            Event::Text(text) if self.code.is_some() => {
                if let Some((_, lines)) = &mut self.code {
                    lines.push_str(&text);
                }
            }
            event => {
                self.note(&event);
                self.events.push(event);
            }
        }
    }

    /// Keeps what the search asks for.
    fn note(&mut self, event: &Event<'a>) {
        match event {
            Event::Text(text) | Event::Code(text) => self.say(text),
            Event::SoftBreak | Event::HardBreak => self.say(" "),
            Event::End(TagEnd::TableCell) => self.pause(','),
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => self.pause('.'),
            // The first words of an item of a list are followed by those of a list within it.
            Event::Start(Tag::List(_)) => self.say(" "),
            Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                if self.lead.is_empty() && matches!(event, Event::End(TagEnd::Paragraph)) {
                    self.lead = self.sections.last().map(|s| s.text.clone()).unwrap_or_default();
                }
                self.say(" ");
            }
            _ => {}
        }
    }

    fn say(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
        } else if let Some(section) = self.sections.last_mut() {
            section.text.push_str(text);
        }
    }

    /// Sets apart what is said next, as a line of a table is read aloud: after an empty cell, or a mark of
    /// its own, there is no other.
    fn pause(&mut self, mark: char) {
        let Some(Section { text, .. }) = self.sections.last_mut() else { return };
        text.truncate(text.trim_end().len());
        match text.chars().last() {
            None => return,
            Some(',') if mark == '.' => {
                text.pop();
                text.push(mark);
            }
            Some(',' | '.' | ':' | ';' | '!' | '?') => {}
            Some(_) => text.push(mark),
        }
        text.push(' ');
    }

    /// The title becomes no part: the page has a place for it.
    fn end_heading(&mut self) {
        let Some(mut heading) = self.heading.take() else { return };
        let inside = self.events.split_off(self.heading_at);
        // Before an id stands a space.
        heading.text.truncate(heading.text.trim_end().len());
        if heading.id.is_empty() {
            heading.id = slug(&heading.text);
        }
        if heading.level == 1 {
            self.title.clone_from(&heading.text);
        } else {
            self.flush();
            let mut words = String::new();
            html::push_html(&mut words, inside.into_iter());
            let words = words.trim_end();
            let Heading { level, id, .. } = &heading;
            let link = format!("<a class=\"anchor\" href=\"#{id}\">{words}</a>");
            // Links do not stand in each other.
            let inner = if words.contains("<a ") { words } else { link.as_str() };
            self.parts.push(Part::Html(format!("<h{level} id=\"{id}\">{inner}</h{level}>\n")));
            self.headings.push(heading.clone());
        }
        self.sections.push(Section { heading, text: String::new() });
    }

    fn end_code(&mut self) {
        let Some((kind, text)) = self.code.take() else { return };
        self.flush();
        let text = text.trim_end().to_owned();
        if kind == LINES {
            self.parts.push(Part::Lines(text));
        } else {
            self.say(&text);
            self.say(" ");
            self.parts.push(Part::Code(text));
        }
    }

    fn flush(&mut self) {
        if !self.events.is_empty() {
            let mut text = String::new();
            html::push_html(&mut text, self.events.drain(..));
            self.parts.push(Part::Html(text));
        }
    }

    fn finish(mut self, shelf: Shelf, path: String) -> Guide {
        self.flush();
        let Self { title, lead, parts, headings, sections, .. } = self;
        Guide { shelf, path, title, lead, parts, headings, sections }
    }
}

fn rank(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// Its words, with hyphens between them.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "# Harbor & others\n\nWhat *it* is.\n\n## Make a token {#make}\n\nOpen [it](/help).\n\n```sh\necho a < b\n```\n\n```lines\nfetch\n```\n\n### it is `disabled`\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n";

    fn guide() -> Guide {
        Guide::read((Shelf::Registries, "harbor", WRITTEN))
    }

    #[test]
    fn a_guide_is_read_with_its_title_and_headings() {
        let guide = guide();
        assert_eq!(guide.path, "/help/registries/harbor");
        assert_eq!((guide.title.as_str(), guide.lead.as_str()), ("Harbor & others", "What it is."));
        let headings: Vec<(u8, &str, &str)> =
            guide.headings.iter().map(|h| (h.level, h.id.as_str(), h.text.as_str())).collect();
        assert_eq!(
            headings,
            [(2, "make", "Make a token"), (3, "it-is-disabled", "it is disabled")]
        );
        assert!(guide.text().contains("echo a < b") && guide.text().contains("1, 2. "));
    }

    #[test]
    fn what_stands_apart_on_the_page_stands_apart_in_the_text() {
        let written = "# A\n\nSays:\n\n| | Reader |\n| --- | --- |\n| Read it | yes |\n| Is it safe? | It is. |\n\n- one\n  - two\n\n```\nls\n```\n\nAfter it.\n";
        let guide = Guide::read((Shelf::Topics, "a", written));
        let words: Vec<&str> = guide.sections[0].text.split_whitespace().collect();
        assert_eq!(
            words.join(" "),
            "Says: Reader. Read it, yes. Is it safe? It is. one two ls After it."
        );
    }

    #[test]
    fn code_is_no_html_and_lines_are_named() {
        let parts: Vec<String> = guide()
            .parts
            .iter()
            .map(|part| match part {
                Part::Html(html) => html.clone(),
                Part::Code(text) => format!("code:{text}"),
                Part::Lines(id) => format!("lines:{id}"),
            })
            .collect();
        assert_eq!(parts[0], "<p>What <em>it</em> is.</p>\n");
        assert_eq!(
            parts[1],
            "<h2 id=\"make\"><a class=\"anchor\" href=\"#make\">Make a token</a></h2>\n"
        );
        assert!(parts.contains(&"code:echo a < b".to_owned()), "{parts:?}");
        assert!(parts.contains(&"lines:fetch".to_owned()), "{parts:?}");
        assert!(parts.last().unwrap().starts_with("<table>"), "{parts:?}");
    }
}
