//! What is read, and all that is wrong with what is not.

use super::*;
use crate::domain::shipping::origin;

#[test]
fn a_form_is_read_with_all_that_is_wrong_with_it() {
    let form = DestinationForm {
        name: " siem ".to_owned(),
        transport: "webhook".to_owned(),
        format: "ocsf".to_owned(),
        address: " https://siem.example.com/in?key=hunter2 ".to_owned(),
        from: "now".to_owned(),
    };
    let read = form.read().unwrap();
    assert_eq!((read.name.as_str(), read.format), ("siem", Format::Ocsf));
    assert_eq!(origin(&read.address), "https://siem.example.com");
    for (address, is_right) in [
        ("", false),
        ("siem.example.com", false),
        ("ftp://x", false),
        ("http://10.0.0.1/", true),
        ("https://siem.example.com:8443/in?a=b:c*", true),
        ("https://*.example.com", false),
        ("https://siem.example.com:0", false),
        ("https://siem.example.com:+443", false),
    ] {
        let form = DestinationForm { address: address.to_owned(), ..form.clone() };
        assert_eq!(form.read().is_ok(), is_right, "{address}");
    }
    let Err(Error::Invalid(errors)) = DestinationForm::default().read() else {
        panic!("it is read")
    };
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["name", "transport", "format", "from"]);
    let pull = DestinationForm { transport: "pull".to_owned(), ..form };
    assert_eq!(pull.read().unwrap().address, "");
}

#[test]
fn of_syslog_the_host_and_the_port_are_asked() {
    let form = DestinationForm {
        name: "siem".to_owned(),
        transport: "syslog".to_owned(),
        format: "cef".to_owned(),
        address: String::new(),
        from: "now".to_owned(),
    };
    for (address, is_right) in [
        (" siem.example.com:6514 ", true),
        ("siem.example.com", true),
        ("10.0.0.1", true),
        ("[2001:db8::1]:6514", true),
        ("", false),
        ("tcp://siem.example.com:6514", false),
        ("siem.example.com/in", false),
        ("hunter2@siem.example.com", false),
        ("siem.example.com:0", false),
        ("siem.example.com:65536", false),
        ("siem.example.com:+443", false),
        ("*.example.com:6514", false),
    ] {
        let form = DestinationForm { address: address.to_owned(), ..form.clone() };
        match form.read() {
            Ok(read) => {
                assert!(is_right, "{address}");
                assert_eq!(origin(&read.address), address.trim());
            }
            Err(error) => assert!(!is_right, "{address}: {error}"),
        }
    }
}
