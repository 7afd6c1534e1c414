//! What the members of a project are told without asking, the newest first.

use crate::domain::notification::{Notification, Notifications};
use crate::domain::paths;
use crate::error::Result;
use crate::functions::notifications::{ReadNotifications, notifications};
use crate::ui::kit::{
    Badge, Cell, Columns, Dot, FlashMessages, Loaded, PageContext, PageHead, PostButton, Table,
    Time,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

const HEADS: [&str; 3] = ["When", "News", "What happened"];

/// `/p/{project}/notifications`
#[component]
pub fn Page() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <FlashMessages/>
        <Loaded title="Notifications" from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

async fn load(page: PageContext) -> Result<Notifications> {
    notifications(page.project.clone()).await
}

fn whole(found: Notifications, page: PageContext) -> impl IntoView {
    let Notifications { notifications, seen_at } = found;
    let newest = notifications.first().map(|one| one.at);
    let unread = newest.filter(|at| *at > seen_at);
    let is_empty = notifications.is_empty();
    let rows = notifications.into_iter().map(|one| cells(one.at > seen_at, one, &page));
    let columns = Columns::new(HEADS, rows);
    view! {
        <PageHead title="Notifications">
            {unread
                .map(|at| {
                    let values = vec![("project", page.project.clone()), ("until", at.0.to_string())];
                    view! {
                        <PostButton
                            action=ReadNotifications::url()
                            values
                            word="Mark all as read"
                            class="button"
                        />
                    }
                })}
        </PageHead>
        <p class="muted">
            "Every member of the project is told when a credential expires, is due for review or rotation, stops working at its registry, or works again."
        </p>
        {if is_empty {
            view! { <p>"Nothing has happened yet."</p> }.into_any()
        } else {
            view! { <Table columns/> }.into_any()
        }}
    }
}

fn cells(is_unread: bool, one: Notification, page: &PageContext) -> [Cell; 3] {
    let Notification { at, credential, name, news, .. } = one;
    let tone = news.tone();
    let href = paths::credential(&page.project, credential);
    [
        Cell::of(view! { <Time at/> }),
        Cell::of(view! { <Dot label=news.label() tone/> }),
        Cell::of(view! {
            <a href=href>{news.sentence(&name)}</a>
            {is_unread.then(|| view! { " " <Badge label="Unread" tone="neutral"/> })}
        }),
    ]
}
