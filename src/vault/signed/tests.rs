use super::woodpecker_fork;
use serde_json::json;

#[test]
fn a_fork_is_known_from_either_shape_and_from_no_other() {
    for (run, known) in [
        (json!({"commit": "0a", "event": "pull_request"}), Some(false)),
        (json!({"commit": "0a", "from_fork": true}), Some(true)),
        (json!({"pull_request": {"from_fork": true}}), Some(true)),
        (json!({"pull_request": {}}), Some(false)),
        (json!({"event": "pull_request"}), None),
        (json!({"commit": {"sha": "0a"}}), None),
    ] {
        assert_eq!(woodpecker_fork(Some(&run)), known, "{run}");
    }
    assert_eq!(woodpecker_fork(None), None);
}
