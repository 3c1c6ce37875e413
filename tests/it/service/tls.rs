//! The service speaks TLS itself.

use super::Running;
use actix_web::rt::System;
use amends::service::{server, tls};
use amends::settings::Tls;
use rustls::crypto::ring;
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

#[test]
fn a_client_that_trusts_its_certificate_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(file("certificate.pem"), made.cert.pem()).unwrap();
    std::fs::write(file("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let own = tls::read(&Tls { certificate: file("certificate.pem"), key: file("key.pem") }).unwrap();

    let Running { service, follower, _folder: data, .. } = Running::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = std::thread::spawn(move || {
        let stopped = async {
            let _ = stopped.await;
        };
        System::new().block_on(server::run(service, follower.into_inner(), listener, Some(own), stopped))
    });

    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let client = client.with_safe_default_protocol_versions().unwrap();
    let client = client.with_root_certificates(roots).with_no_client_auth();
    let mut connection = ClientConnection::new(Arc::new(client), "localhost".try_into().unwrap()).unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    let mut stream = Stream::new(&mut connection, &mut socket);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // It may hang up without the word that TLS has for it.
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&answer));

    stop.send(()).unwrap();
    server.join().unwrap().unwrap();
    drop(data);
}

#[test]
fn what_is_wrong_with_certificate_or_key_is_told_with_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let [one, other] =
        ["a.example", "b.example"].map(|name| rcgen::generate_simple_self_signed([name.to_owned()]).unwrap());
    std::fs::write(file("one.pem"), one.cert.pem()).unwrap();
    std::fs::write(file("other-key.pem"), other.signing_key.serialize_pem()).unwrap();
    std::fs::write(file("empty.pem"), "nothing\n").unwrap();
    let told = |certificate: &str, key: &str| {
        let error = tls::read(&Tls { certificate: file(certificate), key: file(key) }).unwrap_err().to_string();
        error.replace(&format!("{}/", folder.path().display()), "")
    };
    assert!(told("none.pem", "other-key.pem").starts_with("none.pem: the certificate cannot be read: "));
    assert!(told("empty.pem", "other-key.pem").starts_with("empty.pem: there is no certificate in it"));
    assert!(told("one.pem", "empty.pem").starts_with("empty.pem: the private key cannot be read: "));
    assert!(told("one.pem", "other-key.pem").starts_with("one.pem with the key other-key.pem: "));
}
