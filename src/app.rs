//! The document and every page: which address shows what. Each page is rendered by the server and
//! complete before it is sent, since its status is known only then.

use crate::ui::layout::{self, NotFound};
use crate::ui::{
    admin, approvals, audit, credentials, finder, findings, help, home, matching, notifications,
    pipelines, reviews, setup, sign_in, usage,
};
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

const ASYNC: SsrMode = SsrMode::Async;
/// What Regcred is, for who finds a page of it in a search.
const DESCRIPTION: &str = "Regcred keeps the credentials of a team's container registries.";

/// The document round every page. The files it names carry the hash in `output_name`.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let stylesheet = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="description" content=DESCRIPTION/>
                <link rel="stylesheet" id="leptos" href=stylesheet/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options islands=true/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// Every page. Of overlapping paths the first wins, so a list with its dialogs stands before the
/// page of one thing.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title text="Regcred" formatter=titled/>
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=home::Home ssr=ASYNC/>
                <Route path=path!("/setup") view=setup::SetupPage ssr=ASYNC/>
                <Route path=path!("/sign-in") view=sign_in::SignInPage ssr=ASYNC/>
                <Route path=path!("/admin/keys") view=admin::KeysPage ssr=ASYNC/>
                <Route path=path!("/admin/issuers") view=admin::IssuersPage ssr=ASYNC/>
                <Route path=path!("/admin/issuers/:id/remove") view=admin::RemoveIssuerPage ssr=ASYNC/>
                <Route path=path!("/admin/jobs") view=admin::JobsPage ssr=ASYNC/>
                <Route path=path!("/admin/audit") view=audit::InstanceAuditPage ssr=ASYNC/>
                <Route path=path!("/admin/audit/verify") view=audit::InstanceVerifyPage ssr=ASYNC/>
                <Route path=path!("/admin/audit/shipping") view=audit::InstanceShippingPage ssr=ASYNC/>
                <Route path=path!("/admin/audit/:seq") view=audit::InstanceAuditEventPage ssr=ASYNC/>
                <Route path=path!("/find") view=home::FinderHome ssr=ASYNC/>
                <Route path=path!("/help") view=help::HelpPage ssr=ASYNC/>
                <Route path=path!("/help/:topic") view=help::GuidePage ssr=ASYNC/>
                <Route path=path!("/help/registries/:kind") view=help::GuidePage ssr=ASYNC/>
                <Route path=path!("/help/clients/:client") view=help::GuidePage ssr=ASYNC/>
                <Route path=path!("/help/ci/:ci") view=help::GuidePage ssr=ASYNC/>
                <ParentRoute path=path!("/p/:project") view=layout::ProjectFrame ssr=ASYNC>
                    <Route path=path!("") view=home::ProjectHome ssr=ASYNC/>
                    <ParentRoute path=path!("/credentials") view=credentials::ListPage ssr=ASYNC>
                        <Route path=path!("") view=|| () ssr=ASYNC/>
                        <Route path=path!("/new") view=credentials::NewDialog ssr=ASYNC/>
                        <Route path=path!("/selected/disable") view=credentials::DisableSelectedDialog ssr=ASYNC/>
                        <Route path=path!("/:id/edit") view=credentials::EditDialog ssr=ASYNC/>
                        <Route path=path!("/:id/secret") view=credentials::ReplaceDialog ssr=ASYNC/>
                        <Route path=path!("/:id/delete") view=credentials::DeleteDialog ssr=ASYNC/>
                        <Route path=path!("/:id/disable") view=credentials::DisableDialog ssr=ASYNC/>
                    </ParentRoute>
                    <ParentRoute path=path!("/credentials/:id/versions") view=credentials::VersionsPage ssr=ASYNC>
                        <Route path=path!("") view=|| () ssr=ASYNC/>
                        <Route path=path!("/:version/current") view=credentials::SwitchVersionDialog ssr=ASYNC/>
                        <Route path=path!("/:version/destroy") view=credentials::DestroyVersionDialog ssr=ASYNC/>
                    </ParentRoute>
                    <Route path=path!("/credentials/:id/deliveries") view=credentials::DeliveriesPage ssr=ASYNC/>
                    <Route path=path!("/credentials/:id/checks") view=credentials::ChecksPage ssr=ASYNC/>
                    <Route path=path!("/credentials/:id/readers") view=credentials::ReadersPage ssr=ASYNC/>
                    <Route path=path!("/credentials/:id/activity") view=credentials::ActivityPage ssr=ASYNC/>
                    <Route path=path!("/credentials/:id/connect") view=credentials::ConnectPage ssr=ASYNC/>
                    <Route path=path!("/credentials/:id/compromised") view=credentials::CompromisedPage ssr=ASYNC/>
                    <ParentRoute path=path!("/credentials/:id") view=credentials::DetailPage ssr=ASYNC>
                        <Route path=path!("") view=|| () ssr=ASYNC/>
                        <Route path=path!("/grant") view=credentials::GrantDialog ssr=ASYNC/>
                        <Route path=path!("/compromise") view=credentials::CompromiseDialog ssr=ASYNC/>
                    </ParentRoute>
                    <ParentRoute path=path!("/pipelines") view=pipelines::ListPage ssr=ASYNC>
                        <Route path=path!("") view=|| () ssr=ASYNC/>
                        <Route path=path!("/new") view=pipelines::NewDialog ssr=ASYNC/>
                        <Route path=path!("/:id/edit") view=pipelines::EditDialog ssr=ASYNC/>
                        <Route path=path!("/:id/delete") view=pipelines::DeleteDialog ssr=ASYNC/>
                    </ParentRoute>
                    <ParentRoute path=path!("/pipelines/:id") view=pipelines::DetailPage ssr=ASYNC>
                        <Route path=path!("") view=|| () ssr=ASYNC/>
                        <Route path=path!("/grants/:grant/delete") view=pipelines::RevokeGrantDialog ssr=ASYNC/>
                    </ParentRoute>
                    <ParentRoute path=path!("/pipelines/:id/identity") view=pipelines::IdentityPage ssr=ASYNC>
                        <Route path=path!("") view=|| () ssr=ASYNC/>
                        <Route path=path!("/tokens/:token/revoke") view=pipelines::RevokeDialog ssr=ASYNC/>
                    </ParentRoute>
                    <ParentRoute path=path!("/pipelines/:id/trust/:rule") view=pipelines::IdentityPage ssr=ASYNC>
                        <Route path=path!("/delete") view=pipelines::DeleteRuleDialog ssr=ASYNC/>
                    </ParentRoute>
                    <Route path=path!("/pipelines/:id/connect") view=pipelines::ConnectPage ssr=ASYNC/>
                    <Route path=path!("/pipelines/:id/definitions") view=pipelines::DefinitionsPage ssr=ASYNC/>
                    <Route path=path!("/pipelines/:id/deliveries") view=pipelines::DeliveriesPage ssr=ASYNC/>
                    <Route path=path!("/pipelines/:id/activity") view=pipelines::ActivityPage ssr=ASYNC/>
                    <Route path=path!("/pipelines/:id/trust/new") view=pipelines::NewRulePage ssr=ASYNC/>
                    <Route path=path!("/pipelines/:id/trust/try") view=pipelines::TryTokenPage ssr=ASYNC/>
                    <Route path=path!("/pipelines/:id/trust/:rule/edit") view=pipelines::EditRulePage ssr=ASYNC/>
                    <Route path=path!("/pipelines/:id/grants/:grant/edit") view=pipelines::EditGrantPage ssr=ASYNC/>
                    <Route path=path!("/pipelines/:id/grants/:grant/approve") view=pipelines::ApprovePage ssr=ASYNC/>
                    <Route path=path!("/approvals") view=approvals::ApprovalsPage ssr=ASYNC/>
                    <Route path=path!("/usage") view=usage::Page ssr=ASYNC/>
                    <Route path=path!("/notifications") view=notifications::Page ssr=ASYNC/>
                    <Route path=path!("/findings") view=findings::Page ssr=ASYNC/>
                    <Route path=path!("/audit") view=audit::AuditPage ssr=ASYNC/>
                    <Route path=path!("/audit/verify") view=audit::VerifyPage ssr=ASYNC/>
                    <Route path=path!("/audit/shipping") view=audit::ShippingPage ssr=ASYNC/>
                    <Route path=path!("/audit/:seq") view=audit::AuditEventPage ssr=ASYNC/>
                    <Route path=path!("/reviews") view=reviews::ReviewsPage ssr=ASYNC/>
                    <Route path=path!("/reviews/:id") view=reviews::ReviewPageView ssr=ASYNC/>
                    <Route path=path!("/reviews/:id/report") view=reviews::ReportPage ssr=ASYNC/>
                    <Route path=path!("/match") view=matching::MatchPage ssr=ASYNC/>
                    <Route path=path!("/find") view=finder::FinderPage ssr=ASYNC/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// The title of a page, as HTML: `leptos_meta` puts it into the document as it is, and a name may
/// hold anything.
fn titled(page: String) -> String {
    let page = page.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    if page == "Regcred" { page } else { format!("{page} · Regcred") }
}

#[cfg(test)]
mod tests {
    use super::titled;

    #[test]
    fn a_name_cannot_end_the_title() {
        let title = titled("</title><script>&lt;".to_owned());
        assert_eq!(title, "&lt;/title&gt;&lt;script&gt;&amp;lt; · Regcred");
    }
}
