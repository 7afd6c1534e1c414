//! Commands of clients in all their forms.

use super::seen;

#[test]
fn each_command_of_a_client_is_understood() {
    for (script, lines) in [
        (
            "docker service create --name s -p 80:80 acme/a:1 run b",
            vec!["1  pulls  docker.io/acme/a:1"],
        ),
        ("docker manifest inspect acme/a:1", vec!["1  pulls  docker.io/acme/a:1"]),
        (
            "docker buildx --builder b build --push -t acme/a:1 .",
            vec!["1  pushes  docker.io/acme/a:1"],
        ),
        ("podman pull --retry 3 --policy newer acme/a:1", vec!["1  pulls  docker.io/acme/a:1"]),
        ("buildah commit --rm c docker://quay.io/acme/a:1", vec!["1  pushes  quay.io/acme/a:1"]),
        ("buildah manifest add l docker://quay.io/acme/a:1", vec!["1  pulls  quay.io/acme/a:1"]),
        ("buildah from --pull-never acme/a", vec![]),
        (
            "podman build --from acme/base:1 -t quay.io/acme/a .",
            vec!["1  builds  quay.io/acme/a", "1  pulls  docker.io/acme/base:1"],
        ),
        ("buildah bud --from=docker://quay.io/acme/b .", vec!["1  pulls  quay.io/acme/b"]),
        ("podman build --from scratch .", vec![]),
        (
            "skopeo sync --src docker --dest docker quay.io/acme/a:1 ghcr.io/mirror",
            vec!["1  pulls  quay.io/acme/a:1", "1  pushes  ghcr.io/mirror/a:1"],
        ),
        (
            "skopeo sync --scoped -s docker -d docker quay.io/acme/a ghcr.io",
            vec!["1  pulls  quay.io/acme/a", "1  pushes  ghcr.io/quay.io/acme/a"],
        ),
        ("skopeo sync --src yaml --dest docker a.yml ghcr.io/m", vec!["1  pushes  ghcr.io"]),
        (
            "crane copy -a -j 4 quay.io/acme/a ghcr.io/acme/a",
            vec!["1  pulls  quay.io/acme/a", "1  pushes  ghcr.io/acme/a"],
        ),
        (
            "crane mutate quay.io/acme/a -l b=c -t quay.io/acme/a:2",
            vec!["1  pulls  quay.io/acme/a", "1  pushes  quay.io/acme/a:2"],
        ),
        (
            "crane append --base quay.io/acme/b -f a.tar --new_tag quay.io/acme/a",
            vec!["1  pulls  quay.io/acme/b", "1  pushes  quay.io/acme/a"],
        ),
        (
            "crane index append -m quay.io/acme/a:1 -t quay.io/acme/a",
            vec!["1  pulls  quay.io/acme/a:1", "1  pushes  quay.io/acme/a"],
        ),
        ("crane ls -O quay.io/acme/a", vec!["1  pulls  quay.io/acme/a"]),
        ("helm --kube-context c registry login -u me ghcr.io", vec!["1  logs in  ghcr.io"]),
        (
            "oras cp -r --to-plain-http ghcr.io/acme/a:1 quay.io/acme/a:1,latest",
            vec![
                "1  pulls  ghcr.io/acme/a:1",
                "1  pushes  quay.io/acme/a:1",
                "1  pushes  quay.io/acme/a:latest",
            ],
        ),
        (
            "oras push localhost:5000/acme/a:1,latest a.txt",
            vec!["1  pushes  localhost:5000/acme/a:1", "1  pushes  localhost:5000/acme/a:latest"],
        ),
        (
            "docker buildx build --cache-from acme/a,acme/b:1 .",
            vec!["1  pulls  docker.io/acme/a", "1  pulls  docker.io/acme/b:1"],
        ),
        (
            "docker buildx bake --push --set '*.tags=acme/a:1' --set a.cache-to=acme/c a",
            vec!["1  pushes  docker.io/acme/a:1", "1  pushes  docker.io/acme/c"],
        ),
        (
            "docker buildx bake --set *.output=type=registry --set a.tags=acme/a --set a.args.X=b/c",
            vec!["1  pushes  docker.io/acme/a"],
        ),
        ("oras manifest fetch --pretty ghcr.io/acme/a:1", vec!["1  pulls  ghcr.io/acme/a:1"]),
        ("oras push --oci-layout folder:1 a.txt", vec![]),
        ("cosign login -u me ghcr.io", vec!["1  logs in  ghcr.io"]),
        ("cosign sign --yes ghcr.io/acme/a:1", vec![]),
        (
            "buildctl build --output type=image,name=ghcr.io/acme/a,push=true --import-cache type=registry,ref=ghcr.io/acme/c",
            vec!["1  pushes  ghcr.io/acme/a", "1  pulls  ghcr.io/acme/c"],
        ),
        ("kubectl -n x set image deployment/web web=acme/a:1", vec![]),
        (
            "kubectl create secret docker-registry r --docker-server=ghcr.io --docker-username=me",
            vec!["1  logs in  ghcr.io"],
        ),
        ("docker login --help", vec![]),
        (
            "doctl registry login --expiry-seconds 600",
            vec!["1  logs in  registry.digitalocean.com"],
        ),
        ("retry 3 docker pull acme/a", vec!["1  pulls  docker.io/acme/a"]),
        ("timeout -k 5s 2m docker.exe pull acme/a", vec!["1  pulls  docker.io/acme/a"]),
    ] {
        assert_eq!(seen(script), lines, "{script}");
    }
}

#[test]
fn blocks_and_joined_lines_of_other_shells_are_read() {
    for (script, lines) in [
        ("function f { docker pull acme/a; }", vec!["1  pulls  docker.io/acme/a"]),
        ("if ($x) { docker pull acme/a }", vec!["1  pulls  docker.io/acme/a"]),
        (
            "docker run --rm `\n  acme/a\ndocker pull acme/b",
            vec!["2  pulls  docker.io/acme/a", "3  pulls  docker.io/acme/b"],
        ),
        ("docker run --rm ^\r\n  acme/a", vec!["2  pulls  docker.io/acme/a"]),
        ("docker run acme/a awk '{ print }' }", vec!["1  pulls  docker.io/acme/a"]),
    ] {
        assert_eq!(seen(script), lines, "{script}");
    }
}
