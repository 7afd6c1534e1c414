//! BuildKit's rules, each with its example.

use super::*;

fn seen_with(text: &str, build: &Build) -> Vec<String> {
    let mut found = Findings::new(|_| "a build argument");
    read(Script::file(text), &Place::new("Dockerfile", 1), build, &mut found);
    let report = found.into_report();
    let shown =
        |line: String| line.replace("Dockerfile:", "").replace(" from a build argument", "");
    report.to_lines().into_iter().map(shown).collect()
}

fn seen(text: &str) -> Vec<String> {
    seen_with(text, &Build::default())
}

#[test]
fn stages_are_no_images_and_images_are() {
    let text = "FROM golang:1.24 AS Build\nFROM build\nFROM Build\nFROM scratch AS last\nCOPY --from=BUILD /a /b\nCOPY --from=0 /a /b\nCOPY --from=9 /a /b\nCOPY --from=alpine:3 /a /b\nCOPY --from=later /a /b\nCOPY --from=$x /a /b\nFROM alpine AS later\n";
    assert_eq!(
        seen(text),
        [
            "1  pulls  docker.io/library/golang:1.24  build",
            "3  pulls  invalid: A repository has no capital letters.  2",
            "7  pulls  invalid: No other stage has this number.  last",
            "8  pulls  docker.io/library/alpine:3  last",
            "10  pulls  invalid: BuildKit replaces no variables here.  last",
            "11  pulls  docker.io/library/alpine  later",
        ]
    );
}

#[test]
fn a_stage_can_be_copied_from_before_it_begins() {
    let text = "FROM alpine AS a\nCOPY --from=B /x /y\nCOPY --from=1 /x /y\nRUN --mount=from=b,target=/b ls\nCOPY --from=a /x /y\nCOPY --from=0 /x /y\nFROM b AS b\n";
    assert_eq!(
        seen(text),
        [
            "1  pulls  docker.io/library/alpine  a",
            "5  pulls  invalid: A stage cannot copy from itself.  a",
            "6  pulls  invalid: No other stage has this number.  a",
            "7  pulls  docker.io/library/b  b",
        ]
    );
}

#[test]
fn only_arguments_before_the_first_stage_are_in_names() {
    let text = "ARG A B=1.27\nARG REGISTRY\nFROM nginx:$B AS one\nARG C=2\nFROM nginx:$C AS two\nFROM ${REGISTRY}/acme/api AS three\nFROM nginx${A} AS four\nFROM one-${TARGETARCH} AS five\nFROM acme/${TARGETARCH} AS six\n";
    assert_eq!(
        seen(text),
        [
            "3  pulls  docker.io/library/nginx:1.27  one",
            "5  pulls  unresolved: docker.io/library/nginx, C  two",
            "6  pulls  unresolved: REGISTRY  three",
            "7  pulls  docker.io/library/nginx  four",
            "8  pulls  unresolved: TARGETARCH  five",
            "9  pulls  unresolved: docker.io/…, TARGETARCH  six",
        ]
    );
    assert_eq!(seen("FROM a AS base-amd64\nFROM base-${TARGETARCH}\n").len(), 1);
}

#[test]
fn a_build_can_give_arguments_and_contexts() {
    let build = Build {
        args: vec![("TAG".to_owned(), "1.28".to_owned())],
        contexts: vec!["base".to_owned(), "docker.io/library/alpine:latest".to_owned()],
    };
    let text = "ARG TAG=1.27\nFROM nginx:$TAG\nFROM base\nFROM alpine\nCOPY --from=base /a /b\n";
    assert_eq!(seen_with(text, &build), ["2  pulls  docker.io/library/nginx:1.28  0"]);
}

#[test]
fn directives_are_at_the_top_only() {
    let syntax = "1  pulls  docker.io/docker/dockerfile:1";
    assert_eq!(seen("# syntax=docker/dockerfile:1 x\n")[0], syntax);
    assert_eq!(seen("\u{feff}// syntax=docker/dockerfile:1\n")[0], syntax);
    assert_eq!(seen("{\"syntax\": \"docker/dockerfile:1\"}")[0], syntax);
    assert!(seen("# a comment\n# syntax=docker/dockerfile:1\n").is_empty());
    let escaped = "# escape=`\nFROM nginx `\n  AS web\nCOPY C:\\ \\\nFROM alpine\n";
    assert_eq!(
        seen(escaped),
        ["2  pulls  docker.io/library/nginx  web", "5  pulls  docker.io/library/alpine  1"]
    );
}

#[test]
fn lines_are_joined_and_here_documents_passed_over() {
    let text = "FROM alpine\nRUN a \\\n  # FROM b\n\n  && FROM c\nRUN <<EOF\nFROM d\nEOF\nRUN <<-\"X\" cat\n\tFROM e\n\tX\nFROM\\\n\tnginx\nFROM\\\nnginx\n";
    assert_eq!(
        seen(text),
        ["1  pulls  docker.io/library/alpine  0", "12  pulls  docker.io/library/nginx  1"]
    );
}

#[test]
fn mounts_and_triggers_name_images() {
    let text = "FROM --platform=$BUILDPLATFORM alpine AS a\nRUN --mount=type=cache,target=/x,from=acme/cache --mount=from=acme/bin,source=/b,target=/b --mount=type=secret,id=from x\nONBUILD COPY --from=acme/assets /a /b\nONBUILD RUN --mount=type=bind,from=$x y\n";
    assert_eq!(
        seen(text),
        [
            "1  pulls  docker.io/library/alpine  a",
            "2  pulls  docker.io/acme/cache  a",
            "2  pulls  docker.io/acme/bin  a",
            "3  pulls  docker.io/acme/assets  a",
            "4  pulls  invalid: BuildKit replaces no variables here.  a",
        ]
    );
}
