//! What is said of a name.

use super::*;

fn findings() -> Findings {
    Findings::new(|_| "the environment")
}

fn place() -> Place {
    Place::new("compose.yaml", 3).path("services.web.image").job("web")
}

fn image(name: &str) -> String {
    let mut findings = findings();
    findings.image(Kind::Pulls, name, place());
    findings.into_report().to_lines().join("\n")
}

fn hole(name: &str) -> String {
    crate::variables::hole(name)
}

#[test]
fn an_image_is_named_in_full() {
    let line = "compose.yaml:3  pulls  docker.io/library/nginx:1.27  web";
    assert_eq!(image(" nginx:1.27\n"), line);
    assert_eq!(image(""), "");
}

#[test]
fn what_is_known_of_an_unresolved_name_is_said() {
    for (name, said) in [
        (format!("ghcr.io/acme/api:{}", hole("TAG")), "ghcr.io/acme/api, TAG"),
        (format!("nginx:{}", hole("TAG")), "docker.io/library/nginx, TAG"),
        (format!("ghcr.io/{}/api:1", hole("OWNER")), "ghcr.io/…, OWNER"),
        (format!("{}/api", hole("REGISTRY")), "REGISTRY"),
        (format!("acme/{}", hole("NAME")), "docker.io/…, NAME"),
        ("ghcr.io/acme/api:{{ .Values.tag }}".to_owned(), "ghcr.io/acme/api, .Values.tag"),
    ] {
        let line = format!("compose.yaml:3  pulls  unresolved: {said} from the environment  web");
        assert_eq!(image(&name), line);
    }
}

#[test]
fn a_refused_name_is_not_repeated() {
    let line = image("hunter2 /x");
    assert!(line.contains("invalid: ") && !line.contains("hunter2"), "{line}");
}

#[test]
fn a_password_is_one_only_if_its_value_stands_there() {
    let mut findings = findings();
    findings.password("settings.password", "pa55word", place());
    findings.password("settings.password", "", place());
    findings.password("settings.password", "$PASSWORD", place());
    findings.password("settings.password", &hole("PASSWORD"), place());
    let report = findings.into_report();
    assert_eq!(report.to_lines(), ["compose.yaml:3  password in a file  settings.password  web"]);
    assert!(!serde_json::to_string(&report).unwrap().contains("pa55word"));
}

#[test]
fn a_login_without_a_registry_is_docker_hubs() {
    let mut findings = findings();
    findings.registry(Kind::LogsIn, "", place());
    findings.registry(Kind::LogsIn, &format!("https://ghcr.io/{}", hole("X")), place());
    findings.registry(Kind::LogsIn, &hole("REGISTRY"), place());
    assert_eq!(
        findings.into_report().to_lines(),
        [
            "compose.yaml:3  logs in  docker.io  web",
            "compose.yaml:3  logs in  ghcr.io  web",
            "compose.yaml:3  logs in  unresolved: REGISTRY from the environment  web",
        ]
    );
}

#[test]
fn what_a_job_built_before_is_not_pulled_when_it_runs_it() {
    let mut findings = findings();
    findings.takes_image("acme/api", place().line(1).in_script());
    findings.image(Kind::Builds, "acme/api", place().line(2));
    findings.takes_image("acme/api", place().line(3).in_script());
    findings.takes_image("acme/api", place().line(4).in_script().job("other"));
    findings.image(Kind::Pulls, "acme/api", place().line(5).in_script());
    let lines: Vec<usize> = findings.into_report().found.iter().map(|one| one.place.line).collect();
    assert_eq!(lines, [1, 2, 4, 5]);
}

#[test]
fn what_is_written_as_json_is_read_back() {
    let mut findings = findings();
    findings.image(Kind::Pushes, "ghcr.io/acme/api:1", place().hidden(true));
    findings.image(Kind::Pulls, &hole("IMAGE"), place().in_script());
    findings.unread("other.yaml", Some(2), "A tab is used for indentation.");
    findings.note("compose.yaml", 4, "A key appears twice.");
    let report = findings.into_report();
    let text = serde_json::to_string(&report).unwrap();
    let read: Report = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    assert_eq!(read.to_lines(), report.to_lines());
    assert_eq!(report.exit_code(), 1);
}

#[test]
fn a_file_name_cannot_steer_a_terminal() {
    let mut findings = findings();
    findings.image(Kind::Pulls, "nginx", Place::new("a\u{1b}[2J\u{202e}b", 1));
    let text = findings.into_report().to_text();
    assert!(text.starts_with("a\u{fffd}[2J\u{fffd}b:1  pulls"), "{text}");
}

#[test]
fn two_names_with_the_same_variables_are_two() {
    let mut findings = findings();
    for name in ["a", "b", "a"] {
        findings.image(Kind::Pulls, &format!("gcr.io/{}/{name}", hole("P")), place());
    }
    findings.takes_image(&format!("gcr.io/{}/c", hole("P")), place().line(5));
    findings.takes_image(&format!("gcr.io/{}/d", hole("P")), place().line(6));
    findings.image(Kind::Builds, &format!("gcr.io/{}/d", hole("P")), place().line(4));
    let mut report = findings.into_report();
    report.sort();
    let lines: Vec<usize> = report.found.iter().map(|one| one.place.line).collect();
    assert_eq!(lines, [3, 3, 4, 5]);
    assert!(!serde_json::to_string(&report).unwrap().contains('\u{e000}'));
}

#[test]
fn of_a_name_that_was_made_to_grow_little_is_kept() {
    let mut findings = findings();
    let long: String = (0..1_000).map(|number| hole(&format!("V{number}"))).collect();
    for (line, name) in [(1, long.clone()), (2, format!("{long}a"))] {
        findings.image(Kind::Pulls, &name, place().line(line));
    }
    let report = findings.into_report();
    let [one, other] = report.found.as_slice() else { panic!("{:?}", report.found) };
    assert!(one.name != other.name && one.name.len() < 100, "{}", one.name);
    let What::Unresolved { variables, .. } = &one.what else { panic!("{:?}", one.what) };
    assert_eq!((variables.len(), variables[0].name.as_str()), (32, "V0"));
}
