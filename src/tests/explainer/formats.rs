//! The explainer against the doors: what it says of a format is what an answer of it holds.

use crate::app::App;
use crate::signing::{drone, drone_body};
use regcred::domain::listing::percent;
use regcred::domain::matching::Explanation;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Name, host, path and whether it is for plain http.
const CREDENTIALS: [(&str, &str, &str, bool); 12] = [
    ("whole", "ghcr.io", "", false),
    ("team", "ghcr.io", "acme", false),
    ("api", "ghcr.io", "acme/api", false),
    ("part-a", "parts.example.com", "acme", false),
    ("part-b", "parts.example.com", "beta", false),
    ("twin-one", "quay.io", "", false),
    ("twin-two", "quay.io", "", false),
    ("hub", "docker.io", "", false),
    ("plain-80", "reg.example.com", "", true),
    ("tls-80", "reg.example.com:80", "", false),
    ("both-plain", "both.example.com", "", true),
    ("both-tls", "both.example.com", "", false),
];

/// Image, its registry as clients name it, and the credentials that are for that registry.
const IMAGES: [(&str, &str, &[&str]); 13] = [
    ("ghcr.io/acme/api/v2", "ghcr.io", &["whole", "team", "api"]),
    ("ghcr.io/acme/web:1", "ghcr.io", &["whole", "team", "api"]),
    ("ghcr.io/acmeco/web", "ghcr.io", &["whole", "team", "api"]),
    ("parts.example.com/beta/api", "parts.example.com", &["part-a", "part-b"]),
    ("quay.io/acme/api", "quay.io", &["twin-one", "twin-two"]),
    ("nginx", "docker.io", &["hub"]),
    ("registry-1.docker.io/library/nginx", "registry-1.docker.io", &["hub"]),
    ("reg.example.com/acme/api", "reg.example.com", &["plain-80"]),
    ("reg.example.com:80/acme/api", "reg.example.com:80", &["plain-80", "tls-80"]),
    ("both.example.com/acme/api", "both.example.com", &["both-plain", "both-tls"]),
    ("both.example.com:443/acme/api", "both.example.com:443", &["both-tls"]),
    ("both.example.com:80/acme/api", "both.example.com:80", &["both-plain"]),
    ("nothing.example.com/acme/api", "nothing.example.com", &[]),
];

/// Where the format is fetched; `None` for what Drone and Woodpecker ask for.
fn door(format: &str, image: &str, host: &str) -> Option<String> {
    let (image, host) = (percent(image), percent(host));
    let path = match format {
        "docker config.json" => "docker-config".to_owned(),
        "docker config.json with image=" => format!("docker-config?image={image}"),
        "auth.json" => "auth-json".to_owned(),
        "auth.json with image=" => format!("auth-json?image={image}"),
        "Kubernetes secret" => "kubernetes-secret".to_owned(),
        "Kubernetes secret with image=" => format!("kubernetes-secret?image={image}"),
        "DOCKER_AUTH_CONFIG" => "docker-auth-config".to_owned(),
        "docker-credential-regcred" => format!("credential?server={host}"),
        "docker-credential-regcred with REGCRED_IMAGE" => format!("credential?image={image}"),
        "kubelet" => format!("kubelet?image={image}"),
        "kubelet with REGCRED_KUBELET_CACHE=Registry" => {
            format!("kubelet?image={image}&cache=registry")
        }
        "buildx folder of the repository" => format!("buildx?repository={image}"),
        "buildx folder of the registry" => "buildx".to_owned(),
        "Woodpecker, Drone" => return None,
        other => panic!("a format without a door: {other}"),
    };
    Some(format!("/api/v1/{path}"))
}

/// The names that the sentence says are in the answer.
fn named(holds: &str) -> BTreeSet<String> {
    let parts = holds.trim_end_matches('.').split("; ").filter(|part| {
        let part = part.to_lowercase();
        !part.starts_with("left out") && !part.starts_with("nothing")
    });
    parts.filter_map(|part| part.rsplit_once(": ")).map(|(_, name)| name.to_owned()).collect()
}

#[tokio::test]
async fn what_it_says_of_each_format_is_what_an_answer_holds() {
    let app = App::new().await;
    let mut ids: Vec<Uuid> = Vec::new();
    for (name, host, paths, is_insecure) in CREDENTIALS {
        let mut more = vec![("paths", paths)];
        if is_insecure {
            more.push(("is_insecure", "true"));
        }
        ids.push(app.credential_with(&app.owner, "acme", name, host, "s", &more).await);
    }
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &ids, "pull").await;
    let secret = crate::trust::drone_rule(&app, pipeline, "7").await;
    let project = app.evidence(&app.owner, "acme").await.project().id;
    for (image, host, its) in IMAGES {
        let asked = app.fetch(&token, &format!("/api/v1/match?image={}", percent(image))).await;
        let said: Explanation = serde_json::from_slice(&asked.body).unwrap();
        assert_eq!(said.formats.len(), 14, "{image}");
        for format in said.formats {
            let reply = match door(&format.format, image, host) {
                Some(path) => app.fetch(&token, &path).await,
                None => {
                    let body = drone_body(7);
                    let lines = drone(&secret, &body);
                    app.nobody().signed("/api/v1/drone/acme", &lines, &body).await
                }
            };
            let case = format!("{image}, {}: {}", format.format, format.holds);
            assert!(matches!(reply.status.as_u16(), 200 | 404 | 409), "{case}: {}", reply.status);
            let more = reply.lines("regcred-more");
            assert!(more.iter().all(|line| line.starts_with("0 delivered")), "{case}: {more:?}");
            let told = reply.deliveries();
            let receipts = app.vault.store().receipts(project).of_pipeline(pipeline, 50).await;
            let held = receipts.unwrap().into_iter().filter(|one| told.contains(&one.id));
            let held = held.filter_map(|one| one.credential);
            let held: BTreeSet<String> = held.filter(|name| its.contains(&name.as_str())).collect();
            assert_eq!(named(&format.holds), held, "{case}");
        }
    }
}
