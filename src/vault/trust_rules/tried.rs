//! A pasted token is tried on the rules of a pipeline. Nothing of it is kept.

use crate::crypto::jwt::{JwtProblem, Unverified};
use crate::crypto::token::PREFIX;
use crate::domain::actor::Can;
use crate::domain::delivery::HeldPlace;
use crate::domain::permission::of;
use crate::domain::proof::fact;
use crate::domain::trust_rule::{RuleTrial, TokenTrial, TrustForm, check, holds};
use crate::error::{Error, Result};
use crate::vault::Vault;
use serde_json::Value;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Claims of a pasted token that are shown.
const SHOWN: usize = 60;
const OURS: &str = "This is a pipeline token of Regcred, which needs no trust rule. Paste the identity token that a job got from its provider.";
const NO_TOKEN: &str =
    "This is not the identity token of a job. Paste all of it: three parts with dots between them.";

impl Vault {
    /// How each rule of the pipeline looks at a pasted token. Nothing of it is kept, and it is not
    /// used up.
    pub async fn try_token(
        &self,
        reader: &Can<of::PipelineRead>,
        pipeline: Uuid,
        token: &str,
    ) -> Result<TokenTrial> {
        let project = reader.project().id;
        self.store.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        let rules = self.store.trust_rules(project).of_pipeline(pipeline).await?;
        let token = pasted(token);
        if token.is_empty() {
            return Err(Error::at("token", "Paste the token of a job."));
        }
        if token.starts_with(PREFIX) {
            return Err(Error::at("token", OURS));
        }
        let unverified =
            Unverified::read(&token).map_err(|problem| Error::at("token", told(problem)))?;
        let said = unverified.claims();
        let problem = match self.verified(&rules, &unverified, &HeldPlace::default()).await {
            Ok(_) => String::new(),
            Err(problem) => problem.sentence(said),
        };
        let trials = rules.into_iter().filter(|rule| rule.provider.is_oidc()).map(|rule| {
            let checks = check(&rule, said);
            let holds = holds(&rule, said)
                && rule.issuer == unverified.issuer()
                && is_for(said.get("aud"), &rule.audience);
            RuleTrial { rule, checks, holds }
        });
        let rules = trials.collect();
        let claims = said.iter().take(SHOWN).map(|(name, value)| {
            let text = fact(Some(value)).unwrap_or_else(|| value.to_string());
            (name.chars().take(100).collect(), text.chars().take(500).collect())
        });
        let draft = TrustForm::of_claims(said, self.settings.address.trim_end_matches('/'));
        Ok(TokenTrial { problem, claims: claims.collect(), rules, draft })
    }
}

/// The token without what stands round it in the header of a request or in a file, and on one line
/// where a log has several.
fn pasted(text: &str) -> Zeroizing<String> {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text.strip_prefix("Bearer ").unwrap_or(text);
    Zeroizing::new(text.split_whitespace().collect())
}

/// Why it cannot be read, in a whole sentence.
fn told(problem: JwtProblem) -> String {
    match problem {
        JwtProblem::Malformed => NO_TOKEN.to_owned(),
        other => format!("This cannot be checked: {other}."),
    }
}

fn is_for(claim: Option<&Value>, audience: &str) -> bool {
    match claim {
        Some(Value::Array(all)) => {
            all.iter().all(Value::is_string) && all.iter().any(|one| one == audience)
        }
        Some(one) => one == audience,
        None => false,
    }
}
