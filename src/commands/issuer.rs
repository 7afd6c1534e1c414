//! `regcred issuer`.

use super::failure::Failure;
use super::output::{count, list};
use super::{Common, Session};
use crate::domain::issuer::{ListedIssuer, UsingRule, list_key};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Manage the issuers whose identity tokens are accepted
///
/// Trust rules of every project can use the issuers on this list, and those that are always accepted:
/// GitHub Actions, GitLab.com, CircleCI, Buildkite, and Azure DevOps with the issuer
/// vstoken.dev.azure.com. Changes are recorded in the audit events of the instance, as done by
/// `operator`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  regcred issuer list
  regcred issuer add https://gitlab.example.com
  regcred issuer remove https://gitlab.example.com")]
pub(super) struct Issuer {
    #[command(flatten)]
    common: Common,

    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the issuers, and how many trust rules use each
    #[command(after_help = "Example:\n  regcred issuer list --json")]
    List,
    /// Add an issuer
    #[command(
        after_help = "The people who run an issuer decide what its tokens say, so add it only if you trust them.\n\nExample:\n  regcred issuer add https://gitlab.example.com"
    )]
    Add {
        /// The iss claim of its tokens
        url: String,
    },
    /// Remove an issuer; its tokens are not accepted from the next request on
    #[command(
        after_help = "The command lists the trust rules that stop. They stay, and work again if the issuer is added again. The short-lived tokens of their pipelines end.\n\nExample:\n  regcred issuer remove https://gitlab.example.com"
    )]
    Remove {
        /// The issuer (first column of `regcred issuer list`)
        url: String,
    },
}

impl Issuer {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let session = self.common.begin(0).await?;
        let done = self.action.carry_out(&session).await;
        self.common.finish(session, done).await
    }
}

impl Action {
    async fn carry_out(
        &self,
        Session { vault, operator }: &Session,
    ) -> Result<(Value, String), Failure> {
        let admin = operator.instance_admin();
        Ok(match self {
            Self::List => listed(&vault.issuers(&admin).await?),
            Self::Add { url } => {
                let issuer = vault.add_issuer(&admin, url).await?;
                let text = format!("{} was added. Trust rules can use it now.", issuer.url);
                (document(&issuer), text)
            }
            Self::Remove { url } => {
                let all = vault.issuers(&admin).await?;
                let found = all.into_iter().find(|(issuer, _)| issuer.url == list_key(url));
                let (issuer, _) = found.ok_or_else(|| {
                    Failure::said(
                        "This issuer is not on the list. `regcred issuer list` shows the list.",
                    )
                })?;
                let (issuer, rules) = vault.remove_issuer(&admin, issuer.id).await?;
                removed(&issuer, &rules)
            }
        })
    }
}

fn document(issuer: &ListedIssuer) -> Value {
    json!({
        "issuer": issuer.url,
        "added_at": issuer.added_at.to_rfc3339(),
        "added_by": issuer.added_by.name,
        "from_upgrade": issuer.is_from_upgrade,
    })
}

fn listed(issuers: &[(ListedIssuer, u64)]) -> (Value, String) {
    list(["ISSUER", "RULES", "ADDED", "ADDED BY"], issuers, |(issuer, rules)| {
        let mut one = document(issuer);
        one["rules"] = (*rules).into();
        let added = issuer.added_at.day().to_text();
        let by = issuer.added_by.name.clone();
        (one, [issuer.url.clone(), rules.to_string(), added, by])
    })
}

fn removed(issuer: &ListedIssuer, rules: &[UsingRule]) -> (Value, String) {
    let (stopped, table) = list(["PROJECT", "PIPELINE"], rules, |rule| {
        let (slug, pipeline) = (rule.slug.clone(), rule.pipeline_name.clone());
        (json!({"project": slug, "pipeline": pipeline}), [slug, pipeline])
    });
    let mut one = document(issuer);
    one["stopped"] = stopped;
    let mut text = format!("{} was removed.", issuer.url);
    if !rules.is_empty() {
        let number = count(u64::try_from(rules.len()).unwrap_or(u64::MAX), "trust rule");
        text += &format!(" {number} stopped:\n{table}");
    }
    (one, text)
}
