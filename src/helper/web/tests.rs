//! How often is asked, and what is made of the answers.

use super::*;
use crate::environment::Variables;
use crate::stub::{Folder, Stub, answer, json};
use std::cell::RefCell;
use std::net::TcpListener;
use std::rc::Rc;

type Pauses = Rc<RefCell<Vec<u128>>>;

/// A client that notes its pauses in milliseconds and takes none. They are as short as they may be.
fn web(seconds: u64) -> (Web, Pauses) {
    web_with(seconds, || 0.0)
}

fn web_with(seconds: u64, chance: fn() -> f64) -> (Web, Pauses) {
    let pauses = Pauses::default();
    let noted = Rc::clone(&pauses);
    let pause = Box::new(move |pause: Duration| noted.borrow_mut().push(pause.as_millis()));
    let web = Web::new(Duration::from_secs(seconds), None, pause).unwrap();
    (Web { chance, ..web }, pauses)
}

fn get(web: &Web, stub: &Stub) -> Result<Answer, Failure> {
    let url = format!("{}/x", stub.url());
    web.send(&Request { whom: "Regcred", url: &url, headers: &[], body: None })
}

fn said(outcome: Result<Answer, Failure>) -> String {
    match outcome {
        Ok(answer) => panic!("there was an answer: {}", answer.status),
        Err(failure) => failure.to_string(),
    }
}

#[test]
fn an_answer_comes_with_its_status_and_body() {
    let stub = Stub::answering(&[json(200, r#"{"a":1}"#)]);
    let (web, pauses) = web(10);
    let answer = get(&web, &stub).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, br#"{"a":1}"#.as_slice()));
    let seen = stub.seen();
    assert!(seen[0].starts_with("GET /x HTTP/1.1\r\n"), "{}", seen[0]);
    assert!(seen[0].to_lowercase().contains("user-agent: docker-credential-regcred/"));
    assert!(!seen[0].to_lowercase().contains("accept-encoding"));
    assert!(pauses.borrow().is_empty());
}

#[test]
fn a_body_is_posted_as_json() {
    let stub = Stub::answering(&[answer(204, "", "")]);
    let (web, _) = web(10);
    let headers = [("Regcred-Run", HeaderValue::from_static("17"))];
    let url = format!("{}/x", stub.url());
    let request =
        Request { whom: "Regcred", url: &url, headers: &headers, body: Some(br#"{"a":1}"#) };
    assert_eq!(web.send(&request).unwrap().status, 204);
    let seen = stub.seen().remove(0);
    assert!(seen.starts_with("POST /x HTTP/1.1\r\n"), "{seen}");
    assert!(seen.to_lowercase().contains("content-type: application/json\r\n"), "{seen}");
    assert!(seen.to_lowercase().contains("regcred-run: 17\r\n"), "{seen}");
    assert!(seen.ends_with(r#"{"a":1}"#), "{seen}");
}

#[test]
fn a_busy_server_is_asked_three_times() {
    for status in PASSING {
        let stub = Stub::answering(&[json(status, ""), json(status, ""), json(status, "")]);
        let (web, pauses) = web(10);
        assert_eq!(get(&web, &stub).unwrap().status, status);
        assert_eq!(stub.seen().len(), 3);
        assert_eq!(*pauses.borrow(), [200, 800]);
    }
}

#[test]
fn one_of_too_many_asks_until_it_is_served_or_its_time_is_up() {
    let busy = answer(429, "Retry-After: 1\r\n", "");
    let mut answers = vec![busy.clone(); 7];
    answers.push(json(200, "{}"));
    let stub = Stub::answering(&answers);
    let (web, pauses) = web(60);
    assert_eq!(get(&web, &stub).unwrap().status, 200);
    assert_eq!(stub.seen().len(), 8);
    assert_eq!(*pauses.borrow(), [1000; 7]);

    let stub = Stub::answering(&[busy, json(200, "{}")]);
    let (web, pauses) = self::web(1);
    assert_eq!(get(&web, &stub).unwrap().status, 429);
    assert!(pauses.borrow().is_empty());
}

#[test]
fn those_who_were_refused_together_come_back_one_by_one() {
    let paused = |seconds, status| {
        let stub = Stub::answering(&[answer(status, "Retry-After: 2\r\n", ""), json(200, "{}")]);
        let (web, pauses) = web_with(seconds, || 0.5);
        assert_eq!(get(&web, &stub).unwrap().status, 200);
        assert_eq!(stub.seen().len(), 2);
        pauses.borrow()[0]
    };
    assert_eq!((paused(60, 429), paused(60, 503)), (3000, 3000));
    let short = paused(3, 429);
    assert!((2000..2500).contains(&short), "there is time left to ask: {short}");
    let chances: Vec<f64> = (0..100).map(|_| chance()).collect();
    assert!(chances.iter().all(|one| (0.0..=1.0).contains(one)));
    assert!(chances.iter().any(|one| *one < 0.5) && chances.iter().any(|one| *one > 0.5));
}

#[test]
fn a_body_that_may_work_only_once_is_made_anew_for_each_try() {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_owned();
    let stub = Stub::answering(&[String::new(), half, json(200, "{}")]);
    let (web, pauses) = web(10);
    let (url, mut made) = (format!("{}/x", stub.url()), 0);
    let answer = web.send_anew("Regcred", &url, &mut || {
        made += 1;
        Ok(Zeroizing::new(format!("body-{made}").into_bytes()))
    });
    assert_eq!(answer.unwrap().status, 200);
    let bodies: Vec<String> =
        stub.seen().iter().map(|seen| seen[seen.len() - 6..].to_owned()).collect();
    assert_eq!(bodies, ["body-1", "body-2", "body-3"]);
    assert_eq!(*pauses.borrow(), [200, 800]);
}

#[test]
fn a_body_that_cannot_be_made_ends_the_tries() {
    let stub = Stub::answering(&[json(200, "{}")]);
    let (web, _) = web(10);
    let url = stub.url();
    let answer = web.send_anew("Regcred", &url, &mut || Err(Failure::here("No.")));
    assert_eq!(said(answer), "regcred: No.");
    assert!(stub.seen().is_empty());
}

#[test]
fn a_server_that_recovers_gives_its_answer() {
    let stub = Stub::answering(&[json(503, ""), json(200, "{}")]);
    let (web, _) = web(10);
    assert_eq!(get(&web, &stub).unwrap().status, 200);
    assert_eq!(stub.seen().len(), 2);
}

#[test]
fn any_other_status_is_final() {
    for status in [200, 400, 401, 403, 404, 409, 500] {
        let stub = Stub::answering(&[json(status, "{}"), json(200, "{}")]);
        let (web, _) = web(10);
        assert_eq!(get(&web, &stub).unwrap().status, status);
        assert_eq!(stub.seen().len(), 1);
    }
}

#[test]
fn the_server_says_how_long_to_wait() {
    let stub = Stub::answering(&[answer(429, "Retry-After: 3\r\n", ""), json(200, "{}")]);
    let (web, pauses) = web(10);
    assert_eq!(get(&web, &stub).unwrap().status, 200);
    assert_eq!(*pauses.borrow(), [3000]);
}

#[test]
fn a_wait_beyond_the_deadline_is_not_begun() {
    let stub = Stub::answering(&[answer(503, "Retry-After: 60\r\n", ""), json(200, "{}")]);
    let (web, pauses) = web(10);
    assert_eq!(get(&web, &stub).unwrap().status, 503);
    assert_eq!(stub.seen().len(), 1);
    assert!(pauses.borrow().is_empty());
}

#[test]
fn a_redirect_is_not_followed() {
    for status in [301, 302, 307, 308] {
        let other = Stub::answering(&[json(200, "{}")]);
        let location = format!("Location: {}/\r\n", other.url());
        let stub = Stub::answering(&[answer(status, &location, "")]);
        let (web, _) = web(10);
        let said = said(get(&web, &stub));
        assert_eq!(
            said,
            "regcred: Regcred answered with a redirect, and redirects are not followed."
        );
        assert!(other.seen().is_empty());
    }
}

#[test]
fn an_answer_may_have_four_mebibytes_and_no_more() {
    let full = "x".repeat(4 * 1024 * 1024);
    let stub = Stub::answering(&[json(200, &full)]);
    let (web, _) = web(10);
    assert_eq!(get(&web, &stub).unwrap().body.len(), full.len());
    // Without a length to go by.
    let more = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{full}x");
    let stub = Stub::answering(&[more]);
    let said = said(get(&web, &stub));
    assert_eq!(said, "regcred: The answer of Regcred is longer than 4 MiB.");
}

#[test]
fn where_nobody_listens_is_tried_three_times() {
    let url = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let (web, pauses) = web(10);
    let said = said(web.send(&Request { whom: "Regcred", url: &url, headers: &[], body: None }));
    assert_eq!(said, "regcred: Regcred cannot be reached: the connection was refused.");
    assert_eq!(*pauses.borrow(), [200, 800]);
}

#[test]
fn a_server_elsewhere_is_asked_through_the_proxy() {
    let no = || answer(407, "", "");
    let stub = Stub::answering(&[no(), no(), no()]);
    let proxy = stub.url();
    let variables = Variables::of(&[("HTTPS_PROXY", proxy.as_str())]);
    let (web, _) = web(10);
    let web = web.through(Proxies::read(&variables));
    let url = "https://regcred.example.com/x";
    let said = said(web.send(&Request { whom: "Regcred", url, headers: &[], body: None }));
    let wanted = "Regcred cannot be reached: the proxy did not let the request through.";
    assert_eq!(said, format!("regcred: {wanted}"));
    let seen = stub.seen();
    assert!(seen[0].starts_with("CONNECT regcred.example.com:443 HTTP/1.1\r\n"), "{}", seen[0]);
}

#[test]
fn nothing_is_asked_when_the_time_is_up() {
    let stub = Stub::answering(&[json(200, "{}")]);
    let (web, _) = web(0);
    let said = said(get(&web, &stub));
    assert!(said.starts_with("regcred: Regcred did not answer in time."), "{said}");
    assert!(stub.seen().is_empty());
}

#[test]
fn a_file_of_certificates_has_to_hold_some() {
    let folder = Folder::new();
    for (content, is_there) in [("", true), ("no PEM", true), ("", false)] {
        let path =
            if is_there { folder.file("ca.pem", content, 0o644) } else { folder.path().join("no") };
        let web = Web::new(Duration::from_secs(1), Some(path.as_path()), Box::new(|_| {}));
        let said = web.err().unwrap().to_string();
        assert!(said.starts_with("regcred: The file of REGCRED_CA_FILE "), "{said}");
    }
}
