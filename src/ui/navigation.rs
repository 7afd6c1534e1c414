//! Where the navigation leads: what stands beside the pages, and what the finder finds of them.

use super::approvals::waiting_in_words;
use crate::domain::approval::listing::in_short;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::functions::session::Frame;

pub(super) struct Link {
    pub href: String,
    pub label: &'static str,
    pub icon: &'static str,
    /// How many of it there are for who looks at it, and the sentence that says so; `None` for none.
    pub count: Option<(usize, String)>,
}

impl Link {
    fn new(href: impl Into<String>, label: &'static str, icon: &'static str) -> Self {
        Self { href: href.into(), label, icon, count: None }
    }

    fn counted(self, count: usize, said: impl FnOnce(usize) -> String) -> Self {
        Self { count: (count > 0).then(|| (count, said(count))), ..self }
    }
}

/// Links of the navigation, under a title if they have one.
pub(super) struct Group {
    pub id: &'static str,
    pub title: &'static str,
    pub links: Vec<Link>,
}

impl Group {
    fn of_instance(title: &'static str) -> Self {
        let links = vec![
            Link::new(paths::KEYS, "Encryption keys", "lock"),
            Link::new(paths::ISSUERS, "Trusted issuers", "check"),
            Link::new(paths::JOBS, "Jobs", "clock"),
            Link::new(paths::INSTANCE_AUDIT, "Instance audit", "audit"),
        ];
        Self { id: "nav-instance", title, links }
    }

    fn of_help() -> Self {
        let links = vec![Link::new(paths::HELP, "Help", "help")];
        Self { id: "nav-help", title: "", links }
    }
}

/// Beside the pages of a project, for who looks at them: nothing that they may not open.
pub(super) fn of_project(frame: &Frame) -> Vec<Group> {
    let Frame { project, permissions, waiting, findings, notifications, .. } = frame;
    let slug = &project.slug;
    let mut links = Vec::new();
    if permissions.has(Permission::RegistryRead) {
        links.push(Link::new(paths::credentials(slug), "Registry Credentials", "key"));
    }
    if permissions.has(Permission::PipelineRead) {
        links.push(Link::new(paths::pipelines(slug), "Pipelines", "pipeline"));
    }
    if permissions.has(Permission::RegistryRead) {
        links.push(Link::new(paths::usage(slug), "Usage", "usage"));
        let link = Link::new(paths::findings(slug), "Findings", "warning");
        links.push(link.counted(*findings, found_in_words));
        let link = Link::new(paths::notifications(slug), "Notifications", "bell");
        links.push(link.counted(*notifications, unread_in_words));
    }
    if permissions.has(Permission::PipelineRead) {
        links.push(Link::new(paths::matching(slug), "Match", "search"));
    }
    if permissions.has(Permission::PipelineRead) {
        links.push(Link::new(paths::reviews(slug), "Access reviews", "person"));
    }
    if permissions.has(Permission::AuditRead) {
        links.push(Link::new(paths::audit(slug), "Audit", "audit"));
    }
    if *waiting > 0 {
        let link = Link::new(paths::approvals(slug), "Approvals", "check");
        links.push(link.counted(*waiting, waiting_in_words));
    }
    let (id, title) = ("nav-secrets", "Secrets & Variables");
    let mut groups = vec![Group { id, title, links }];
    groups.extend(frame.person.is_admin.then(|| Group::of_instance("Instance")));
    groups.push(Group::of_help());
    groups
}

fn found_in_words(count: usize) -> String {
    match count {
        1 => "1 is open".to_owned(),
        count => format!("{} are open", in_short(count)),
    }
}

fn unread_in_words(count: usize) -> String {
    format!("{} unread", in_short(count))
}

/// Beside the pages of the instance.
pub(super) fn of_instance() -> Vec<Group> {
    let mut group = Group::of_instance("");
    group.links.push(Link::new(paths::HOME, "Registry Credentials", "key"));
    vec![group, Group::of_help()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::permission::Permissions;
    use crate::domain::project::Project;
    use crate::domain::user::{Person, Role};
    use uuid::Uuid;

    fn labels(permissions: Permissions, is_admin: bool, waiting: usize) -> Vec<&'static str> {
        let (email, name) = ("kim@example.com".to_owned(), "Kim".to_owned());
        let (slug, called) = ("acme".to_owned(), "Acme".to_owned());
        let frame = Frame {
            person: Person { id: Uuid::nil(), email, name, is_admin },
            project: Project { id: Uuid::nil(), slug, name: called },
            projects: Vec::new(),
            role: Role::Viewer,
            permissions,
            is_confirmed: false,
            needs_key_backup: false,
            waiting,
            notifications: 0,
            findings: 2,
        };
        of_project(&frame)
            .into_iter()
            .flat_map(|group| group.links)
            .map(|link| link.label)
            .collect()
    }

    #[test]
    fn who_may_not_open_a_page_is_not_led_there() {
        let registries = Permissions::none().with(Permission::RegistryRead);
        assert_eq!(
            labels(registries, false, 0),
            ["Registry Credentials", "Usage", "Findings", "Notifications", "Help"]
        );
        let both = registries.with(Permission::PipelineRead);
        assert_eq!(
            labels(both, false, 1),
            [
                "Registry Credentials",
                "Pipelines",
                "Usage",
                "Findings",
                "Notifications",
                "Match",
                "Access reviews",
                "Approvals",
                "Help"
            ]
        );
        let auditor = both.with(Permission::AuditRead);
        assert_eq!(
            labels(auditor, false, 0),
            [
                "Registry Credentials",
                "Pipelines",
                "Usage",
                "Findings",
                "Notifications",
                "Match",
                "Access reviews",
                "Audit",
                "Help"
            ]
        );
        assert!(!labels(both, false, 0).contains(&"Jobs"));
        assert!(labels(both, true, 0).contains(&"Jobs"));
    }
    #[test]
    fn what_is_open_is_counted_up_to_a_bound() {
        for (count, said) in [(1, "1 is open"), (2, "2 are open"), (100, "99+ are open")] {
            assert_eq!(found_in_words(count), said);
        }
        let link = |count| Link::new("/", "Findings", "warning").counted(count, found_in_words);
        assert!(link(0).count.is_none() && link(1).count.is_some());
    }
}
