//! A small HTTP client that knows whether an answer came whole.

use serde_json::Value;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &'static str, path: &str, body: &str) -> Self {
        Self { method, path: path.to_owned(), headers: Vec::new(), body: body.as_bytes().to_vec() }
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// What came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    /// Whether that is all of it.
    pub whole: bool,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}: {}", self.status, self.text()))
    }
}

/// Sends each request on a connection of its own.
pub struct Connection {
    address: SocketAddr,
    token: String,
}

impl Connection {
    pub fn new(address: SocketAddr, token: &str) -> Self {
        Self { address, token: token.to_owned() }
    }

    /// The answer.
    ///
    /// # Errors
    /// Where it does not come whole.
    pub fn send(&self, request: &Request) -> io::Result<Answer> {
        match self.try_send(request)? {
            answer if answer.whole => Ok(answer),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// As much of the answer as came.
    ///
    /// # Errors
    /// Where not even its head did.
    pub fn try_send(&self, request: &Request) -> io::Result<Answer> {
        self.send_in_two(request, || ())
    }

    /// The same, with something done when half of the request is sent.
    ///
    /// # Errors
    /// Where not even the head of the answer came.
    pub fn send_in_two(&self, request: &Request, between: impl FnOnce()) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        stream.set_nodelay(true)?;
        let Request { method, path, headers, body } = request;
        let mut bytes = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Length: {}\r\n",
            self.token,
            body.len()
        );
        headers.iter().for_each(|(name, value)| bytes += &format!("{name}: {value}\r\n"));
        let mut bytes = (bytes + "\r\n").into_bytes();
        bytes.extend_from_slice(body);
        let (first, second) = bytes.split_at(bytes.len() / 2);
        stream.write_all(first)?;
        between();
        stream.write_all(second)?;
        let mut received = Vec::new();
        // What came before a connection broke off counts.
        let _ = stream.read_to_end(&mut received);
        parse(&received).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

fn parse(received: &[u8]) -> Option<Answer> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&received[..end]).ok()?.to_ascii_lowercase();
    let rest = &received[end + 4..];
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let (body, whole) = match header("content-length") {
        Some(length) => (rest.to_vec(), rest.len() == length.parse::<usize>().ok()?),
        None if header("transfer-encoding") == Some("chunked") => dechunked(rest),
        None => (rest.to_vec(), false),
    };
    Some(Answer { status, body, whole })
}

/// The content of whole chunks, and whether the last one is among them.
fn dechunked(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
        let Some(size) = size else { break };
        if size == 0 {
            return (body, true);
        }
        let Some(chunk) = rest.get(end + 2..end + 2 + size) else { break };
        body.extend_from_slice(chunk);
        rest = rest.get(end + 4 + size..).unwrap_or_default();
    }
    (body, false)
}
