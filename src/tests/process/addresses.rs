//! Where it says that it is, and where it refuses to be.

use super::server::{Folder, Refusal, Server, command, refused};
use std::io::{Read, Write};
use std::net::TcpStream;

#[test]
fn the_link_that_it_prints_leads_to_where_it_listens() {
    for (listen, host) in
        [("127.0.0.1:0", "localhost"), ("localhost:0", "localhost"), ("127.0.0.2:0", "127.0.0.2")]
    {
        let folder = Folder::new();
        let mut command = command(&folder.0.join("data"));
        // An empty variable counts as not set.
        command.env("REGCRED_LISTEN", listen).env("REGCRED_URL", "");
        let server = Server::start(command, &folder.0.join("log"));
        let said = server.greeting.last().unwrap();
        assert_eq!(*said, format!("Regcred listens on http://{host}:{}", server.port));
        let link = server.setup_link();
        // As a browser does that follows the link.
        let mut stream = TcpStream::connect((host, server.port)).unwrap();
        let request = format!(
            "GET /setup?link={link} HTTP/1.1\r\nhost: {host}:{}\r\naccept: text/html\r\nconnection: close\r\n\r\n",
            server.port
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{listen}: {answer}");
    }
}

#[test]
fn below_a_path_of_another_site_it_does_not_start() {
    for (url, says) in [
        ("https://example.com/regcred", "a host name of its own"),
        ("https://example.com/regcred/", "a host name of its own"),
        ("https://example.com?regcred", "nothing after it"),
    ] {
        let folder = Folder::new();
        let data = folder.0.join("data");
        let mut command = command(&data);
        command.env("REGCRED_URL", url);
        let Refusal { code, text, was_open, .. } = refused(command);
        assert_eq!(code, Some(78), "{url}: {text}");
        assert!(!was_open && !data.exists(), "{url}: something was made");
        assert!(text.contains("REGCRED_URL") && text.contains(says), "{url}: {text}");
    }
}
