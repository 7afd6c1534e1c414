//! What is read of each command.

use super::*;

mod clients;

fn seen(script: &str) -> Vec<String> {
    let mut found = Findings::new(|_| "the job");
    let place = Place::new("ci.yml", 1).path("script").job("build");
    let lookup = |name: &str| match name {
        "REGISTRY" => Lookup::Is("ghcr.io".to_owned()),
        _ => Lookup::Unknown,
    };
    commands(Script::file(script), &lookup, &place, &mut found);
    let report = found.into_report();
    let shown = |line: String| {
        let line = line.strip_suffix("  build").unwrap_or(&line);
        line.replace("ci.yml:", "").replace(" from the job", "")
    };
    report.to_lines().into_iter().map(shown).collect()
}

#[test]
fn each_client_is_understood() {
    for (script, lines) in [
        ("docker pull acme/api:1", vec!["1  pulls  docker.io/acme/api:1"]),
        ("sudo -E podman image push ghcr.io/acme/api", vec!["1  pushes  ghcr.io/acme/api"]),
        (
            "docker run --rm -it -v /a:/b -e A=b --name x ghcr.io/acme/api sh -c x",
            vec!["1  pulls  ghcr.io/acme/api"],
        ),
        ("docker --config /x run -d nginx", vec!["1  pulls  docker.io/library/nginx"]),
        ("docker login", vec!["1  logs in  docker.io"]),
        ("docker login -u me --password-stdin $REGISTRY", vec!["1  logs in  ghcr.io"]),
        (
            "docker login -u me -p hunter2 ghcr.io",
            vec!["1  logs in  ghcr.io", "1  password in a file  --password"],
        ),
        ("docker login -u me -p \"$P\" ghcr.io", vec!["1  logs in  ghcr.io"]),
        (
            "echo hunter2 | docker login -u me --password-stdin ghcr.io",
            vec!["1  logs in  ghcr.io", "1  password in a file  --password-stdin"],
        ),
        ("echo \"$P\" | docker login -u me --password-stdin ghcr.io", vec!["1  logs in  ghcr.io"]),
        ("docker build -t acme/api:1 -f Dockerfile .", vec!["1  builds  docker.io/acme/api:1"]),
        (
            "docker buildx build --push -t acme/api --cache-from type=registry,ref=ghcr.io/acme/c .",
            vec!["1  pushes  docker.io/acme/api", "1  pulls  ghcr.io/acme/c"],
        ),
        (
            "docker buildx build -o type=registry,name=ghcr.io/acme/api --build-context b=docker-image://alpine .",
            vec!["1  pushes  ghcr.io/acme/api", "1  pulls  docker.io/library/alpine"],
        ),
        ("buildah from docker.io/library/alpine", vec!["1  pulls  docker.io/library/alpine"]),
        ("buildah push api docker://ghcr.io/acme/api", vec!["1  pushes  ghcr.io/acme/api"]),
        (
            "skopeo copy --all docker://alpine docker://ghcr.io/acme/alpine",
            vec!["1  pulls  docker.io/library/alpine", "1  pushes  ghcr.io/acme/alpine"],
        ),
        (
            "crane cp alpine ghcr.io/acme/alpine",
            vec!["1  pulls  docker.io/library/alpine", "1  pushes  ghcr.io/acme/alpine"],
        ),
        (
            "/kaniko/executor --context . -d ghcr.io/acme/api --registry-mirror mirror.example.com",
            vec!["1  pushes  ghcr.io/acme/api", "1  pulls  mirror.example.com"],
        ),
        ("helm push api-1.tgz oci://ghcr.io/acme/charts", vec!["1  pushes  ghcr.io/acme/charts"]),
        ("helm registry login -u me ghcr.io", vec!["1  logs in  ghcr.io"]),
        ("oras push ghcr.io/acme/file:1 a.txt", vec!["1  pushes  ghcr.io/acme/file:1"]),
        (
            "pack build acme/api --publish --builder acme/builder",
            vec!["1  pushes  docker.io/acme/api", "1  pulls  docker.io/acme/builder"],
        ),
        ("export KO_DOCKER_REPO=ghcr.io/acme", vec!["1  pushes  ghcr.io"]),
        (
            "gcloud auth configure-docker europe-docker.pkg.dev,gcr.io --quiet",
            vec!["1  logs in  europe-docker.pkg.dev", "1  logs in  gcr.io"],
        ),
        ("az acr login --name acme", vec!["1  logs in  acme.azurecr.io"]),
        (
            "az acr build --registry acme --image api:1 -f Dockerfile .",
            vec!["1  pushes  acme.azurecr.io/api:1"],
        ),
        (
            "az acr import -n acme --source docker.io/library/alpine:3 -t alpine:3",
            vec!["1  pulls  docker.io/library/alpine:3", "1  pushes  acme.azurecr.io/alpine:3"],
        ),
        ("gcloud builds submit --tag gcr.io/acme/api .", vec!["1  pushes  gcr.io/acme/api"]),
        (
            "gcloud run deploy api --image=gcr.io/acme/api:1 --region x",
            vec!["1  pulls  gcr.io/acme/api:1"],
        ),
        ("gcloud compute instances create a --image debian-12", vec![]),
        ("docker service update --image acme/api:2 web", vec!["1  pulls  docker.io/acme/api:2"]),
        (
            "ssh -i key -p 22 me@example.com 'docker pull acme/a && docker run -d acme/b'",
            vec!["1  pulls  docker.io/acme/a", "1  pulls  docker.io/acme/b"],
        ),
        ("ssh me@example.com", vec![]),
        (
            "docker push <user>/api",
            vec!["1  pushes  invalid: The name has a character that names of images do not have."],
        ),
        ("docker load <api.tar", vec![]),
        (
            "az acr import -n acme -r /subscriptions/x/registries/other --source api:1 -t api:2",
            vec!["1  pulls  other.azurecr.io/api:1", "1  pushes  acme.azurecr.io/api:2"],
        ),
        ("az acr build --only-show-errors -t api:1 .", vec!["1  pushes  unresolved: --registry"]),
        ("az acr login -t -n acme", vec!["1  logs in  acme.azurecr.io"]),
        ("az acr build --registry acme -t api:1 .", vec!["1  pushes  acme.azurecr.io/api:1"]),
        ("gcloud builds submit --tag gcr.io/acme/api", vec!["1  pushes  gcr.io/acme/api"]),
        (
            "regctl image copy ghcr.io/acme/a:1 quay.io/acme/a:1",
            vec!["1  pulls  ghcr.io/acme/a:1", "1  pushes  quay.io/acme/a:1"],
        ),
        (
            "regctl registry login -u me -p hunter2 quay.io",
            vec!["1  logs in  quay.io", "1  password in a file  --pass"],
        ),
        ("ctr -n k8s.io images pull ghcr.io/acme/a:1", vec!["1  pulls  ghcr.io/acme/a:1"]),
        (
            "docker manifest create acme/a:1 acme/a:1-arm64",
            vec!["1  pulls  docker.io/acme/a:1-arm64"],
        ),
        (
            "docker buildx imagetools create $(tags) $(printf 'ghcr.io/acme/a@sha256:%s ' *)",
            vec!["1  pulls  unresolved: ghcr.io/acme/a, ()"],
        ),
        ("docker run --rm \"${MORE[@]}\" acme/a:1", vec!["1  pulls  docker.io/acme/a:1"]),
        ("docker run $RUN_OPTS acme/a:1", vec!["1  pulls  docker.io/acme/a:1"]),
        ("O='-i -v /a:/b'; docker run $O acme/a:1", vec!["1  pulls  docker.io/acme/a:1"]),
        (
            "I=ghcr.io/Acme/A; I=$(echo $I | tr '[A-Z]' '[a-z]'); docker push $I",
            vec!["1  pushes  ghcr.io/acme/a"],
        ),
        (
            "docker build -t acme/a . && docker run acme/a && docker pull acme/a",
            vec!["1  builds  docker.io/acme/a", "1  pulls  docker.io/acme/a"],
        ),
        ("docker compose pull; docker ps; echo docker pull x", vec![]),
        ("sh -c 'docker pull nginx'", vec!["1  pulls  docker.io/library/nginx"]),
    ] {
        assert_eq!(seen(script), lines, "{script}");
    }
}

#[test]
fn a_script_is_read_as_a_shell_reads_it() {
    let script = "# docker pull a\nIMAGE=acme/api\nif ! docker pull \\\n  \"$IMAGE:1\"; then\n  X=$(docker pull b) && docker pull 'c' > log 2>&1\nfi\ncat <<EOF\ndocker pull d\nEOF\ndocker pull e || true; docker pull \"$UNKNOWN\"\n";
    assert_eq!(
        seen(script),
        [
            "4  pulls  docker.io/acme/api:1",
            "5  pulls  docker.io/library/b",
            "5  pulls  docker.io/library/c",
            "10  pulls  docker.io/library/e",
            "10  pulls  unresolved: UNKNOWN",
        ]
    );
}

#[test]
fn a_variable_that_is_set_to_two_values_has_none() {
    let script = "if x; then T=1; else T=2; fi\ndocker pull acme/api:$T";
    assert_eq!(seen(script), ["2  pulls  unresolved: docker.io/acme/api, T"]);
}

#[test]
fn what_is_added_to_a_variable_counts() {
    let script =
        "I=acme/api\nI+=:1\nO='-t acme/web:1'\nO+=' --push'\ndocker push $I\ndocker build $O .";
    let lines = ["5  pushes  docker.io/acme/api:1", "6  pushes  docker.io/acme/web:1"];
    assert_eq!(seen(script), lines);
    assert_eq!(seen("I+=:1\ndocker push $I"), ["2  pushes  unresolved: I"]);
    let doubled = format!("I=acme/api\n{}docker push $I", "I+=$I\n".repeat(100));
    assert_eq!(seen(&doubled), ["102  pushes  unresolved: I"]);
}

#[test]
fn a_loop_sets_its_variable() {
    let seen =
        |list: &str| seen(&format!("for REGISTRY in {list}; do docker push $REGISTRY/a/b; done"));
    assert_eq!(seen("quay.io"), ["1  pushes  quay.io/a/b"]);
    assert_eq!(seen("quay.io ghcr.io"), ["1  pushes  unresolved: REGISTRY"]);
    assert_eq!(seen("*.txt"), ["1  pushes  unresolved: REGISTRY"]);
}

#[test]
fn a_finding_of_a_script_says_so() {
    let mut found = Findings::new(|_| "the job");
    let place = Place::new("ci.yml", 1);
    commands(Script::file("docker pull nginx"), &|_| Lookup::Unknown, &place, &mut found);
    assert_eq!(found.into_report().found[0].place.seen_in, crate::SeenIn::Script);
}

#[test]
fn what_one_line_of_a_job_sets_the_next_knows() {
    let mut found = Findings::new(|_| "the job");
    let place = Place::new("ci.yml", 1);
    let scripts = [("export IMAGE=acme/api", 3), ("docker push $IMAGE:1", 4)];
    let scripts = scripts.map(|(text, line)| Script { text, line, keeps_lines: false });
    commands_of(&scripts, &|_| Lookup::Unknown, &place, &mut found);
    assert_eq!(found.into_report().to_lines(), ["ci.yml:4  pushes  docker.io/acme/api:1"]);
}

#[test]
fn a_name_is_found_on_its_own_line() {
    let script = "docker buildx build --push \\\n  --cache-from acme/c \\\n  --tag=acme/a:1 \\\n  -t acme/a .\n\
                  sudo docker login \\\n  -p hunter2 \\\n  ghcr.io";
    assert_eq!(
        seen(script),
        [
            "3  pushes  docker.io/acme/a:1",
            "4  pushes  docker.io/acme/a",
            "2  pulls  docker.io/acme/c",
            "7  logs in  ghcr.io",
            "6  password in a file  --password",
        ]
    );
}

#[test]
fn options_with_the_same_value_each_have_their_line() {
    let script = "docker buildx build \\\n  --cache-from type=registry,ref=acme/c \\\n  --cache-to=type=registry,ref=acme/c \\\n  \
                  --cache-from acme/a \\\n  -t acme/a .";
    assert_eq!(
        seen(script),
        [
            "5  builds  docker.io/acme/a",
            "2  pulls  docker.io/acme/c",
            "4  pulls  docker.io/acme/a",
            "3  pushes  docker.io/acme/c",
        ]
    );
}

#[test]
fn a_shell_reads_its_here_document() {
    let script = "ssh me@example.com <<'EOF'\ndocker pull acme/a\nEOF\nbash -e <<EOF\ndocker pull acme/b\nEOF\n\
                  bash x.sh <<EOF\ndocker pull acme/c\nEOF\n";
    assert_eq!(seen(script), ["2  pulls  docker.io/acme/a", "5  pulls  docker.io/acme/b"]);
}

#[test]
fn an_indented_name_ends_a_here_document_that_has_no_other_end() {
    let script = "cat > a <<EOF\n  docker pull acme/a\n  EOF\n  docker pull acme/b\n";
    assert_eq!(seen(script), ["4  pulls  docker.io/acme/b"]);
    let script = "cat > a <<EOF\n  EOF\n  docker pull acme/a\nEOF\ndocker pull acme/b\n";
    assert_eq!(seen(script), ["5  pulls  docker.io/acme/b"]);
}

#[test]
fn what_a_command_prints_has_the_name_of_its_variable() {
    let script = "TAG=$(git describe)\nIMAGE=acme/api:$TAG\ndocker push $IMAGE";
    assert_eq!(seen(script), ["3  pushes  unresolved: docker.io/acme/api, TAG"]);
}

#[test]
fn a_word_that_becomes_several_leaves_the_others_their_lines() {
    let script = "O='--rm -i'\ndocker run $O \\\n  \"${MORE[@]}\" \\\n  acme/a:1\ndocker run $RUN_OPTS \\\n  acme/b";
    assert_eq!(seen(script), ["4  pulls  docker.io/acme/a:1", "6  pulls  docker.io/acme/b"]);
}

#[test]
fn a_name_that_differs_behind_its_variables_is_another_one() {
    let script =
        "docker build -t gcr.io/$P/a . && docker run gcr.io/$P/b && docker run gcr.io/$P/a";
    let lines = ["1  builds  unresolved: gcr.io/…, P", "1  pulls  unresolved: gcr.io/…, P"];
    assert_eq!(seen(script), lines);
}
