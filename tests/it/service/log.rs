//! What the program tells of its work, as it runs: never what messages say.

use crate::support::{PROGRAM, without_settings};
use amends::access::{Credential, Grant, Principal, Role, Token};
use amends::store::{Store, access};
use jiff::Timestamp;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

/// A word that stands in nothing but bodies, queries and paths.
const SECRET: &str = "xylographQuatsch";

#[test]
fn no_line_of_the_log_holds_the_text_of_a_message() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = token(&data);
    let mut serve = without_settings(PROGRAM)
        .args(["serve", "--address", "127.0.0.1:0", "--log-level", "trace", "--log-format", "json", "--data"])
        .arg(&data)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(serve.stdout.take().unwrap()).lines();
    let address = told.find_map(|line| Some(line.unwrap().split_once("http://")?.1.to_owned())).unwrap();
    let mut log = serve.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut text = String::new();
        log.read_to_string(&mut text).unwrap();
        text
    });
    let send = |method: &str, path: &str, body: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    };
    let conversation = format!(
        r#"{{"messages": [{{"id": "1", "author": {{"role": "customer"}}, "body": "My {SECRET} never came!"}},
            {{"id": "2", "author": {{"role": "agent", "id": "dana"}}, "body": "Sorry for the {SECRET}."}}]}}"#
    );
    assert_eq!(send("PUT", &format!("/v1/conversations/shop/{SECRET}"), &conversation).0, 201);
    assert_eq!(send("POST", "/v1/score", &format!(r#"{{"draft": "Sorry for the {SECRET}."}}"#)).0, 200);
    // Once it is found it was read and indexed.
    let search = format!("/v1/search?q={SECRET}");
    let found = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        send("GET", &search, "").1.contains("\"total\":1")
    });
    assert!(found, "the message is found");
    for (method, path, body, status) in [
        ("POST", "/v1/score", format!(r#"{{"draft": {SECRET}"#), 400),
        ("POST", "/v1/score", format!(r#"{{"{SECRET}": 1}}"#), 422),
        ("GET", &*format!("/v1/{SECRET}"), String::new(), 404),
        ("GET", &*format!("/v1/rules/{SECRET}"), String::new(), 404),
        ("GET", &*format!("/v1/search?q={SECRET}:"), String::new(), 400),
        ("PUT", "/v1/messages/2/review", format!(r#"{{"comment": "What {SECRET}!"}}"#), 201),
    ] {
        let (answered, text) = send(method, path, &body);
        assert_eq!(answered, status, "{method} {path}: {text}");
    }
    serve.kill().unwrap();
    serve.wait().unwrap();
    let log = log.join().unwrap();
    let quoted: Vec<&str> = log.lines().filter(|line| line.contains(SECRET)).collect();
    assert!(quoted.is_empty(), "{quoted:#?}");
    assert!(!log.contains(&token), "a token in the log");
    let score = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let score = score.filter(|line| line["route"] == "/v1/score" && line["status"] == 200).collect::<Vec<_>>();
    assert_eq!(score.len(), 1, "{log}");
    assert_eq!((&score[0]["method"], &score[0]["by"]), (&"POST".into(), &"token:1".into()));
}

/// A token for everything, kept before the service starts.
fn token(data: &std::path::Path) -> String {
    let store = Store::open(data).unwrap();
    let (role, scopes) = (Role::Admin, Role::Admin.scopes());
    let by = Principal::new(Credential::User(0), "test".into(), role, scopes, None);
    let grant = Grant { name: "test".into(), role, scopes, agent: None, expires: None };
    let (secret, token) = Token::issue(grant, &by, Timestamp::now()).unwrap();
    store.write(move |transaction| access::add_token(transaction, &token)).wait().unwrap();
    secret.reveal().to_owned()
}
