//! The format of units.

use super::unit::Unit;
use crate::scan_text;

#[test]
fn the_last_value_counts_and_an_empty_one_takes_all_back() {
    let unit = Unit::of("[A]\nx=1\nx = 2\n[B]\nx=3\n");
    assert_eq!(unit.last("A", "x").map(|value| (value.line, value.text.as_str())), Some((3, "2")));
    assert_eq!(Unit::of("[A]\nx=1\nx=\n").last("A", "x"), None);
}

#[test]
fn lines_go_on_past_comments() {
    let unit = Unit::of("[A]\nx=1 \\\n# no\n 2\n; y=3\nz=\\");
    let text = |key: &str| unit.last("A", key).map(|value| value.text.clone());
    assert_eq!(text("x").as_deref(), Some("1  2"));
    assert_eq!((text("y"), text("z")), (None, None));
}

#[test]
fn what_is_in_no_registry_is_no_image_of_one() {
    for image in ["base.image", "app.build", "oci-archive:/tmp/a.tar", "dir:/tmp/a"] {
        let text = format!("[Container]\nImage={image}\n");
        assert_eq!(scan_text("a.container", &text).found, [], "{image}");
    }
}

#[test]
fn a_short_name_is_said_to_be_one() {
    let report = scan_text("a.container", "[Container]\nImage=nginx\n");
    assert_eq!(report.found[0].notes, [super::SHORT]);
}
