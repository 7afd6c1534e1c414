//! The picture of the page: registries on the left, pipelines on the right, and between them what was
//! delivered. Each flow says its numbers, and one of a single credential is a link to its receipts, so that
//! it is read and reached like the rows of the table.

use crate::domain::audit::AuditQuery;
use crate::domain::counted::{counted, grouped};
use crate::domain::delivery::{Outcome, ReceiptFilter, Went};
use crate::domain::moment::Day;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::usage::UsageRow;
use crate::ui::kit::PageContext;
use leptos::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Registries and pipelines that are drawn: those with the most deliveries.
const DRAWN: usize = 12;
/// The height of a line.
const LINE: usize = 28;
const WIDTH: usize = 720;
/// Where flows begin and end.
const LEFT: usize = 220;
const RIGHT: usize = 500;
/// Characters of a name that fit.
const FITS: usize = 26;

/// A pipeline by its id, and whether it has a page.
type Pipelines = BTreeMap<Uuid, (String, bool)>;

struct Flows {
    /// From a registry to a pipeline, so many deliveries.
    flows: BTreeMap<(String, Uuid), i64>,
    /// The credentials that were delivered in each.
    credentials: BTreeMap<(String, Uuid), BTreeSet<Uuid>>,
    hosts: Vec<String>,
    pipelines: Vec<Uuid>,
    names: Pipelines,
    left_out: usize,
}

/// `since`: the first day of the window, if it has one.
#[component]
pub(super) fn Flow(rows: Vec<UsageRow>, since: Option<Day>, page: PageContext) -> impl IntoView {
    let drawn = Flows::of(&rows);
    if drawn.flows.is_empty() {
        return view! { <p class="muted">"Nothing was delivered in this window."</p> }.into_any();
    }
    let lines = drawn.hosts.len().max(drawn.pipelines.len());
    let most = drawn.flows.values().copied().max().unwrap_or(1);
    let (hosts, pipelines) = (names_of_hosts(&drawn), names_of_pipelines(&drawn));
    let flows: Vec<AnyView> = drawn
        .flows
        .iter()
        .filter_map(|((host, pipeline), times)| {
            drawn.link((host.as_str(), *pipeline), (*times, most), (since, &page))
        })
        .collect();
    let more = (drawn.left_out > 0).then(|| {
        let left_out = counted(drawn.left_out as u64, "flow", ["is", "are"]);
        view! { <p class="muted">{format!("{left_out} not drawn. The table has them all.")}</p> }
    });
    view! {
        <div class="flow-frame" role="region" aria-label="Picture of the deliveries" tabindex="0">
            <svg
                class="flow"
                viewBox=format!("0 0 {WIDTH} {}", lines * LINE)
                role="group"
                aria-label="Deliveries from registries to pipelines"
            >
                {flows}
                {hosts}
                {pipelines}
            </svg>
        </div>
        {more}
    }
    .into_any()
}

impl Flows {
    fn of(rows: &[UsageRow]) -> Self {
        let mut flows: BTreeMap<(String, Uuid), i64> = BTreeMap::new();
        let mut credentials: BTreeMap<(String, Uuid), BTreeSet<Uuid>> = BTreeMap::new();
        let mut names = Pipelines::new();
        for row in rows.iter().filter(|row| row.figures.delivered() > 0) {
            let host = row.host.clone().unwrap_or_else(|| "Deleted credentials".to_owned());
            let flow = (host, row.pipeline.id);
            *flows.entry(flow.clone()).or_default() += row.figures.delivered();
            credentials.entry(flow).or_default().extend(row.credential.as_ref().map(|one| one.id));
            let name = row.pipeline.name.clone().unwrap_or_else(|| "Deleted pipeline".to_owned());
            names.insert(row.pipeline.id, (name, row.pipeline.is_there));
        }
        let all = flows.len();
        let hosts = busiest(flows.iter().map(|((host, _), times)| (host.clone(), *times)));
        let pipelines = busiest(flows.iter().map(|((_, pipeline), times)| (*pipeline, *times)));
        flows.retain(|(host, pipeline), _| hosts.contains(host) && pipelines.contains(pipeline));
        let left_out = all - flows.len();
        Self { flows, credentials, hosts, pipelines, names, left_out }
    }

    fn link(
        &self,
        (host, pipeline): (&str, Uuid),
        (times, most): (i64, i64),
        (since, page): (Option<Day>, &PageContext),
    ) -> Option<AnyView> {
        let from = middle(self.hosts.iter().position(|one| one == host)?);
        let to = middle(self.pipelines.iter().position(|one| *one == pipeline)?);
        let (name, has_page) = self.names.get(&pipeline)?;
        let half = LEFT + (RIGHT - LEFT) / 2;
        let d = format!("M{LEFT} {from}C{half} {from} {half} {to} {RIGHT} {to}");
        let label = format!("{host} to {name}: {} delivered", grouped(times));
        let title = label.clone();
        let class = thickness(times, most);
        let path = view! {
            <path class=class d=d>
                <title>{title}</title>
            </path>
        };
        // No page asks for several, and all that the pipeline received is another number.
        let of = self.credentials.get(&(host.to_owned(), pipeline));
        let credential = of.filter(|of| of.len() == 1).and_then(|of| of.first().copied());
        let is_of_one = credential.is_some();
        // Of a pipeline that was deleted only the audit has the receipts.
        let in_audit = || {
            let query = AuditQuery {
                pipeline: Some(pipeline),
                credential,
                outcome: Some(Outcome::Delivered),
                from: since,
                ..AuditQuery::default()
            };
            paths::audit(&page.project) + &query.to_url()
        };
        let href = if !is_of_one {
            None
        } else if *has_page {
            let went = Some(Went::Delivered);
            let filter = ReceiptFilter { credential, went, since, ..ReceiptFilter::default() };
            Some(paths::pipeline_deliveries(&page.project, pipeline) + &filter.to_url())
        } else {
            page.may(Permission::AuditRead).then(in_audit)
        };
        Some(match href {
            Some(href) => view! { <a href=href aria-label=label>{path}</a> }.into_any(),
            None => view! { <g role="img" aria-label=label>{path}</g> }.into_any(),
        })
    }
}

/// Those with the most, the first of them on top.
fn busiest<T: Ord + Clone>(flows: impl Iterator<Item = (T, i64)>) -> Vec<T> {
    let mut sums: BTreeMap<T, i64> = BTreeMap::new();
    for (one, times) in flows {
        *sums.entry(one).or_default() += times;
    }
    let mut sums: Vec<(T, i64)> = sums.into_iter().collect();
    sums.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    sums.into_iter().take(DRAWN).map(|(one, _)| one).collect()
}

fn middle(line: usize) -> usize {
    line * LINE + LINE / 2
}

/// Wider where more was delivered: by powers of ten, so that the rare ones are seen, too.
fn thickness(times: i64, most: i64) -> &'static str {
    match most.max(1) / times.max(1) {
        0..=3 => "flow-wide",
        4..=30 => "flow-usual",
        _ => "flow-thin",
    }
}

fn names_of_hosts(drawn: &Flows) -> Vec<AnyView> {
    let x = LEFT - 8;
    let named = drawn.hosts.iter().enumerate();
    named.map(|(line, host)| name(host, (x, middle(line) + 5), "flow-from")).collect()
}

fn names_of_pipelines(drawn: &Flows) -> Vec<AnyView> {
    let x = RIGHT + 8;
    let named = drawn.pipelines.iter().enumerate();
    named
        .filter_map(|(line, id)| {
            let (of_it, _) = drawn.names.get(id)?;
            Some(name(of_it, (x, middle(line) + 5), "flow-to"))
        })
        .collect()
}

fn name(whole: &str, (x, y): (usize, usize), class: &'static str) -> AnyView {
    let is_long = whole.chars().count() > FITS;
    let text = if is_long {
        whole.chars().take(FITS - 1).chain(['…']).collect()
    } else {
        whole.to_owned()
    };
    view! { <text class=class x=x.to_string() y=y.to_string()>{text}</text> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_are_drawn_and_the_rest_is_left_out() {
        let flows = (0..20_i64).map(|number| (number, if number == 7 { 90 } else { number }));
        let drawn = busiest(flows);
        assert_eq!((drawn.len(), drawn[0], drawn[1]), (DRAWN, 7, 19));
    }

    #[test]
    fn a_rare_flow_is_thin_and_none_divides_by_nothing() {
        assert_eq!(thickness(100, 100), "flow-wide");
        assert_eq!(thickness(10, 100), "flow-usual");
        assert_eq!(thickness(1, 1_000_000), "flow-thin");
        assert_eq!(thickness(0, 0), "flow-wide");
    }
}
