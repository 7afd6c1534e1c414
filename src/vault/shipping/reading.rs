//! What comes next in a chain: some events behind a cursor, in their order.

use crate::domain::audit::{AuditPlace, AuditQuery, ExportLine};
use crate::domain::moment::Moment;
use crate::domain::shipping::{BYTES_MAX, Cursor, EVENTS_MAX, Source, Writing};
use crate::error::Result;
use crate::store::{FoundLink, ReceiptPlace, Walk, Way};
use crate::vault::{INSTANCE, Vault};
use uuid::Uuid;

/// Links that are read at once.
const LINKS: u64 = 200;
/// Receipts of them.
const RECEIPTS: u64 = EVENTS_MAX as u64;

/// What was read of a chain, each event with the cursor of who has it.
struct Lines {
    lines: Vec<(Cursor, ExportLine)>,
    /// Everything up to here was looked at.
    end: Cursor,
    /// Whether that is all there is.
    is_end: bool,
}

/// Some events, as they are sent.
pub(super) struct Part {
    pub(super) events: Vec<String>,
    /// The cursor of who has them.
    pub(super) end: Cursor,
    /// When the last one happened.
    pub(super) at: Moment,
    /// Whether there is nothing behind them.
    pub(super) is_end: bool,
}

impl Vault {
    /// Which chain it is, for who receives it.
    pub(super) async fn source_of(&self, chain: Uuid) -> Result<Source> {
        let name = if chain == INSTANCE {
            "instance".to_owned()
        } else {
            let project = self.store.projects().of_id(chain).await?;
            project.map_or_else(|| chain.to_string(), |project| project.slug)
        };
        Ok(Source { chain, name })
    }

    /// The events behind the cursor, as many as go into one call, and none behind `until`. An event that
    /// only a newer program can read ends them. `length`: how many links the chain has, or had a moment ago.
    pub(super) async fn part_after(
        &self,
        source: &Source,
        writing: &Writing,
        length: i64,
        (after, until): (Cursor, Option<Cursor>),
    ) -> Result<Part> {
        let until = until.filter(|until| until.is_beyond(after));
        let Lines { lines, end, is_end } = self.lines_after(source.chain, length, after).await?;
        let mut part = Part { events: Vec::new(), end: after, at: Moment(0), is_end: false };
        let mut bytes = 0;
        for (cursor, line) in lines {
            if let Some(until) = until.filter(|until| cursor.is_beyond(*until)) {
                part.end = until;
                return Ok(part);
            }
            let text = writing.event(source, &line, part.events.len());
            let is_full = part.events.len() >= EVENTS_MAX || bytes + text.len() > BYTES_MAX;
            if is_full && !part.events.is_empty() {
                return Ok(part);
            }
            bytes += text.len();
            part.events.push(text);
            (part.end, part.at) = (cursor, at(&line));
        }
        match until.filter(|until| end.is_beyond(*until)) {
            Some(until) => part.end = until,
            None => (part.end, part.is_end) = (end, is_end),
        }
        Ok(part)
    }

    async fn lines_after(&self, chain: Uuid, length: i64, after: Cursor) -> Result<Lines> {
        let mut found = Lines { lines: Vec::new(), end: after, is_end: false };
        if after.receipt > 0 {
            let place = (after.link, after.receipt);
            if self.add_receipts(chain, &[after.link], Some(place), &mut found).await? {
                return Ok(found);
            }
            found.end = Cursor::whole(after.link);
        }
        let (query, way, most) = (AuditQuery::default(), Way::Newer, LINKS);
        let place = Some(AuditPlace { seq: found.end.link, at: None });
        let step = self.store.chain().step(Walk { chain, query: &query, place, way, most }).await?;
        let links: Vec<FoundLink> =
            step.links.into_iter().filter(|link| link.seq <= length).collect();
        if !self.add_links(chain, &links, &mut found).await? {
            return Ok(found);
        }
        // Links of the end may have been removed.
        if step.next.is_none() || links.last().is_none_or(|link| link.seq >= length) {
            found.is_end = true;
            found.end = Cursor::whole(length.max(found.end.link));
        }
        Ok(found)
    }

    /// Adds what stands in these links; `false` when that is not all.
    async fn add_links(&self, chain: Uuid, links: &[FoundLink], found: &mut Lines) -> Result<bool> {
        let events = links.iter().filter(|link| !link.is_fetch).map(|link| link.seq).collect();
        let mut changes = self.store.chain().changes(chain, events).await?;
        for run in links.chunk_by(|one, next| one.is_fetch && next.is_fetch) {
            let seqs: Vec<i64> = run.iter().map(|link| link.seq).collect();
            if run.iter().any(|link| link.is_fetch) {
                if self.add_receipts(chain, &seqs, None, found).await? {
                    return Ok(false);
                }
            } else {
                for link in run {
                    let Some(change) = changes.remove(&link.seq) else { return Ok(false) };
                    let (seq, at, change) = (link.seq, Moment(link.at), Box::new(change));
                    let line = ExportLine::Change { seq, at, change };
                    found.lines.push((Cursor::whole(seq), line));
                }
            }
            if let Some(last) = seqs.last() {
                found.end = Cursor::whole(*last);
            }
            // Each of these links may have as many receipts as fit into a call.
            if found.lines.len() >= EVENTS_MAX {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Adds receipts of these links behind a place; whether there are more.
    async fn add_receipts(
        &self,
        chain: Uuid,
        links: &[i64],
        place: Option<ReceiptPlace>,
        found: &mut Lines,
    ) -> Result<bool> {
        let receipts = self.store.receipts(chain);
        let (rows, next) = receipts.exported(links, (None, None), place, RECEIPTS).await?;
        for ((link, number), receipt) in rows {
            // It waits for a server that can read it.
            let Some(receipt) = receipt else { return Ok(true) };
            found.end = Cursor { link, receipt: number };
            let line = ExportLine::Receipt { seq: link, receipt: Box::new(receipt) };
            found.lines.push((found.end, line));
        }
        if let Some((link, receipt)) = next {
            found.end = Cursor { link, receipt };
        }
        Ok(next.is_some())
    }
}

fn at(line: &ExportLine) -> Moment {
    match line {
        ExportLine::Change { at, .. } => *at,
        ExportLine::Receipt { receipt, .. } => receipt.receipt.at,
        ExportLine::End { .. } => Moment(0),
    }
}
