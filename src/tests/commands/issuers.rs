//! `regcred issuer`.

use super::machine::Machine;
use serde_json::json;

const ISSUER: &str = "https://gitlab.example.com";

#[tokio::test]
async fn an_issuer_is_added_listed_and_removed_and_each_change_is_on_record() {
    let machine = Machine::set_up().await;
    assert_eq!(machine.json(&["issuer", "list"]), json!([]));
    let added = machine.json(&["issuer", "add", "https://GitLab.example.com/"]);
    assert_eq!((&added["issuer"], &added["from_upgrade"]), (&json!(ISSUER), &json!(false)));
    let again = machine.run(&["issuer", "add", ISSUER]).refused(1);
    assert!(again.contains("on the list already"), "{again}");
    let listed = machine.json(&["issuer", "list"]);
    assert_eq!((&listed[0]["issuer"], &listed[0]["rules"]), (&json!(ISSUER), &json!(0)));
    assert!(listed[0]["added_by"].as_str().unwrap().starts_with("operator (uid "), "{listed}");
    assert!(machine.run(&["issuer", "list"]).done().contains(ISSUER));

    let removed = machine.json(&["issuer", "remove", "https://gitlab.example.com/"]);
    assert_eq!(removed["stopped"], json!([]));
    let gone = machine.run(&["issuer", "remove", ISSUER]).refused(1);
    assert!(gone.contains("issuer list") && !gone.contains(ISSUER), "{gone}");
    let events = machine.json(&["audit", "list", "--limit", "2"]);
    assert_eq!(events[0]["action"], "issuer.removed", "{events}");
    assert_eq!(events[1]["action"], "issuer.added", "{events}");
    assert_eq!(events[1]["subject"], ISSUER);
}

#[tokio::test]
async fn what_is_no_issuer_or_needs_no_entry_is_refused() {
    let machine = Machine::set_up().await;
    for (typed, said) in [
        ("gitlab.example.com", "https://"),
        ("http://gitlab.example.com", "https://"),
        ("https://acme@gitlab.example.com", "a host and at most a path"),
        // It looks like another host.
        ("https://gitl\u{430}b.example.com", "begins with xn--"),
        ("https://gitlab.com", "always accepted"),
        ("https://token.actions.githubusercontent.com/acme", "always accepted"),
    ] {
        let refused = machine.run(&["issuer", "add", typed]).refused(1);
        assert!(refused.contains(said), "{typed}: {refused}");
    }
    assert_eq!(machine.json(&["issuer", "list"]), json!([]));
}
