//! Values that a provider writes in one way only.

use super::*;

#[test]
fn what_is_only_true_or_false_is_typed_so() {
    let more = |provider: Provider, more: &str| {
        let form = TrustForm { more_claims: more.to_owned(), ..TrustForm::default() };
        let errors = form.read(provider, &own()).unwrap_err();
        errors.into_iter().find(|error| error.field == "more_claims").map(|error| error.message)
    };
    for (provider, name) in
        [(Provider::GitHub, "ref_protected"), (Provider::GitLab, "environment_protected")]
    {
        assert!(more(provider, &format!("{name}=yes")).unwrap().contains("true or false"));
        assert_eq!(more(provider, &format!("{name}=true")), None, "{name}");
    }
    assert_eq!(
        more(Provider::Other, "ref_protected=yes"),
        None,
        "how others write it is not known"
    );
}

#[test]
fn the_audience_of_azure_is_the_one_that_its_jobs_have() {
    let told = |issuer: &str, audience: &str| {
        let form = TrustForm {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            claims: [("sub".to_owned(), "p://acme/shop/build".to_owned())].into(),
            ..TrustForm::default()
        };
        form.read(Provider::AzureDevOps, &own()).err().map(|errors| errors[0].field.clone())
    };
    let (jobs, entra) =
        ("https://vstoken.dev.azure.com/0ca3", "https://login.microsoftonline.com/a/v2.0");
    let at_audience = Some("audience".to_owned());
    for (issuer, audience, at) in [
        (jobs, "", None),
        (jobs, "api://AzureADTokenExchange", None),
        (jobs, "api://AzureADTokenExchangeUSGov", None),
        (jobs, AUDIENCE, at_audience.clone()),
        (jobs, "regcred", at_audience),
        // Other workloads of Entra choose it.
        (entra, AUDIENCE, None),
    ] {
        assert_eq!(told(issuer, audience), at, "{issuer} {audience}");
    }
}

#[test]
fn the_address_of_a_repository_is_stored_as_woodpecker_sends_it() {
    for typed in [
        "https://git.example.com/acme/api",
        "https://git.example.com/acme/api/",
        "https://git.example.com/acme/api.git",
    ] {
        let claims = [("repo.id", "7"), ("repo.forge_url", typed)];
        let stored = rule(Provider::Woodpecker, "", "", &claims);
        assert_eq!(stored.claims["repo.forge_url"], "https://git.example.com/acme/api");
    }
}
