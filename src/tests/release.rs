//! What `make release` says of what it makes.

/// The scripts and the manifest, as they are in the repository.
const RELEASE: &str = include_str!("../../.ci/release");
const MANIFEST: &str = include_str!("../../Cargo.toml");

/// The features that one half of the program is built with, by the manifest.
fn features(half: &str) -> &'static str {
    let line = MANIFEST.lines().find_map(|line| line.strip_prefix(half)).unwrap();
    line.trim_start_matches(" = [\"").trim_end_matches("\"]")
}

#[test]
fn each_half_of_the_program_and_the_helper_has_a_list_of_what_is_in_it() {
    let (server, browser) = (features("bin-features"), features("lib-features"));
    assert_ne!(server, browser);
    for (list, file) in [
        (format!(".ci/sbom regcred {server} \"$(uname -m)-"), "regcred-$version.cdx.json"),
        (
            format!(".ci/sbom regcred {browser} wasm32-unknown-unknown "),
            "regcred-browser-$version.cdx.json",
        ),
        (
            ".ci/sbom docker-credential-regcred \"\" ".to_owned(),
            "docker-credential-regcred-$version.cdx.json",
        ),
    ] {
        let line = RELEASE.lines().find(|line| line.starts_with(&list));
        let line = line.unwrap_or_else(|| panic!("nothing is made by {list}"));
        assert!(line.ends_with(&format!("\"$OUT/{file}\"")), "{line}");
    }
}
