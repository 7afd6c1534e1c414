//! Where only an image tells credentials of a registry apart.

use super::*;
use crate::domain::doubt::Doubt;

/// One of two grants of credentials for different repositories of ghcr.io.
fn tied() -> Grant {
    let tie = Doubt::HostTie {
        credential: Uuid::nil(),
        host: "ghcr.io".to_owned(),
        others: vec!["deploy".to_owned()],
    };
    Grant { doubts: vec![tie], ..grant("ghcr.io", Access::PullAndPush, &["acme/web"]) }
}

fn names(grants: &[Grant]) -> Names {
    let address = "https://regcred.example.com";
    Names::of(address, Uuid::nil(), "acme".to_owned(), Vec::new(), grants)
}

#[test]
fn where_only_an_image_tells_credentials_apart_the_lines_that_push_name_one() {
    let grants = [tied(), grant("docker.io", Access::Pull, &[])];
    let clients = clients(Vec::new(), &grants);
    let query = "/api/v1/docker-config?intent=push&also=pull&image=ghcr.io/acme/web\"";
    for id in ["fetch-push", "github", "gitlab", "circleci", "azure", "jenkins"] {
        assert!(lines(&clients, id).contains(query), "{id}: {}", lines(&clients, id));
    }
    let helper = lines(&clients, "github-helper");
    assert!(helper.contains("  REGCRED_INTENT: push\n  REGCRED_IMAGE: ghcr.io/acme/web:1.0\n"));
    let podman = lines(&clients, "podman-helper");
    assert!(podman.contains("export REGCRED_IMAGE=ghcr.io/acme/web:1.0\n"), "{podman}");
    // A tie at a registry that is not pushed to is nothing that the image of a push tells apart.
    let [tied, hub] = grants;
    let pulled = [
        Grant { terms: Terms::plain(Access::Pull), ..tied },
        Grant { terms: Terms::plain(Access::PullAndPush), ..hub },
    ];
    let query = "/api/v1/docker-config?intent=push&also=pull\"";
    assert!(names(&pulled).fill("<<fetch-push>>").contains(query));
}

#[test]
fn what_an_image_tells_apart_is_said_of_files_with_one_entry_for_each_registry() {
    let of = |grants: &[Grant]| {
        let names = names(grants);
        let about = |client: &Client| (client.word(), names.about_ties(&client.lines()));
        every(&names).iter().map(about).collect::<BTreeMap<_, _>>()
    };
    let said = of(&[tied()]);
    for client in ["docker", "github-actions", "gitlab-ci", "jenkins"] {
        let said = said[client].as_ref().unwrap();
        assert!(said.contains("different repositories of ghcr.io. A docker config.json"), "{said}");
        assert!(
            said.ends_with(" Replace the image in the lines below by the one that your job uses."),
            "{said}"
        );
    }
    // There is no image in its lines.
    let without = said["docker-auth-config"].as_ref().unwrap();
    assert!(without.ends_with(" Add image= and the image that your job uses."), "{without}");
    for client in ["podman", "docker-buildx", "docker-credential-helper", "kubernetes-kubelet"] {
        assert_eq!(said[client], None, "{client}");
    }
    assert!(of(&[grant("ghcr.io", Access::Pull, &[])]).values().all(Option::is_none));
}
