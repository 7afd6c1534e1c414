use super::*;

#[test]
fn a_page_of_a_thing_stands_under_its_project() {
    let (id, grant) = (Uuid::nil(), Uuid::max());
    assert_eq!(edit_credential("acme", id), format!("/p/acme/credentials/{id}/edit"));
    assert_eq!(replace_secret("acme", id), format!("/p/acme/credentials/{id}/secret"));
    assert_eq!(from_page("/p/acme/x?q=a"), "/p/acme/x?q=a&from=page");
    assert_eq!(opened_from("page", "/p/acme/x".to_owned()), "/p/acme/x?from=page");
    assert_eq!(opened_from("//x", "/p/acme/x".to_owned()), "/p/acme/x");
    assert_eq!(help_registry(RegistryKind::Ghcr), "/help/registries/ghcr");
    assert_eq!(delete_credential("acme", id), format!("/p/acme/credentials/{id}/delete"));
    let own = format!("/p/acme/credentials/{id}");
    assert_eq!(credential_deliveries("acme", id), format!("{own}/deliveries"));
    assert_eq!(switch_version("acme", id, 2), format!("{own}/versions/2/current"));
    assert_eq!(destroy_version("acme", id, 2), format!("{own}/versions/2/destroy"));
    assert_eq!(credential_activity("acme", id), format!("{own}/activity"));
    assert_eq!(connect_credential("acme", id), format!("{own}/connect"));
    assert_eq!(grant_credential("acme", id), format!("{own}/grant"));
    assert_eq!(disable_credential("acme", id), format!("{own}/disable"));
    assert_eq!(disable_credentials("acme"), "/p/acme/credentials/selected/disable");
    assert_eq!(compromise_credential("acme", id), format!("{own}/compromise"));
    assert_eq!(compromised_credential("acme", id), format!("{own}/compromised"));
    assert_eq!(new_credential("acme"), "/p/acme/credentials/new");
    assert_eq!(new_pipeline("acme"), "/p/acme/pipelines/new");
    assert_eq!(delete_pipeline("acme", id), format!("/p/acme/pipelines/{id}/delete"));
    assert_eq!(edit_pipeline("acme", id), format!("/p/acme/pipelines/{id}/edit"));
    assert_eq!(pipeline_identity("acme", id), format!("/p/acme/pipelines/{id}/identity"));
    assert_eq!(pipeline_connect("acme", id), format!("/p/acme/pipelines/{id}/connect"));
    assert_eq!(pipeline_deliveries("acme", id), format!("/p/acme/pipelines/{id}/deliveries"));
    assert_eq!(pipeline_activity("acme", id), format!("/p/acme/pipelines/{id}/activity"));
    assert_eq!(
        revoke_token("acme", id, "a/b"),
        format!("/p/acme/pipelines/{id}/identity/tokens/a%2Fb/revoke")
    );
    assert_eq!(new_rule("acme", id), format!("/p/acme/pipelines/{id}/trust/new"));
    assert_eq!(try_token("acme", id), format!("/p/acme/pipelines/{id}/trust/try"));
    assert_eq!(
        approve_grant("acme", id, grant),
        format!("/p/acme/pipelines/{id}/grants/{grant}/approve")
    );
    let of = format!("/p/acme/pipelines/{id}");
    assert_eq!(edit_grant("acme", id, grant), format!("{of}/grants/{grant}/edit"));
    assert_eq!(delete_grant("acme", id, grant), format!("{of}/grants/{grant}/delete"));
    assert_eq!(edit_rule("acme", id, grant), format!("{of}/trust/{grant}/edit"));
    assert_eq!(delete_rule("acme", id, grant), format!("{of}/trust/{grant}/delete"));
    assert_eq!(matching("acme"), "/p/acme/match");
    assert_eq!(finder("acme"), "/p/acme/find");
    assert_eq!(usage("acme"), "/p/acme/usage");
    assert_eq!(findings("acme"), "/p/acme/findings");
    assert_eq!(approvals("acme"), "/p/acme/approvals");
    assert_eq!(help_registry(RegistryKind::DockerHub), "/help/registries/docker-hub");
    assert_eq!(help_error("not_approved"), "/help/errors#not-approved");
}

#[test]
fn a_project_name_cannot_end_the_path() {
    assert_eq!(credentials("a/../b?c#d"), "/p/a%2F..%2Fb%3Fc%23d/credentials");
    assert_eq!(pipelines("a b"), "/p/a%20b/pipelines");
}

#[test]
fn a_value_is_added_to_the_query_that_is_there() {
    assert_eq!(with_query("/setup", "link", "a&b=c"), "/setup?link=a%26b%3Dc");
    assert_eq!(
        with_query("/p/acme/credentials?q=gh", "said", "1"),
        "/p/acme/credentials?q=gh&said=1"
    );
}

#[test]
fn only_paths_of_ours_are_followed() {
    assert!(is_ours("/p/acme/credentials?q=x"));
    for bad in ["", "//evil.example.com", "https://evil.example.com", "/\\evil", "p", "/a\r\nb"] {
        assert!(!is_ours(bad), "{bad}");
    }
}
