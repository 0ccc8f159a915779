//! Servers on this machine that answer as the test says.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

/// An answer to a request: its status, further lines of its head, and its body.
pub struct Answer {
    pub status: &'static str,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// A body that is there.
    pub fn found(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: "200 OK",
            head: String::new(),
            body: body.into(),
        }
    }

    /// The answer where there is nothing.
    pub fn missing() -> Self {
        Self {
            status: "404 Not Found",
            ..Self::found([])
        }
    }
}

/// Answers each request, given as the lines of its head, until the test ends; returns the server's address.
pub fn serve(answer: impl Fn(&[String]) -> Answer + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines: Vec<String> = BufReader::new(stream.try_clone().unwrap())
                .lines()
                .map_while(|line| line.ok().filter(|line| !line.is_empty()))
                .collect();
            let Answer { status, head, body } = answer(&lines);
            let head = format!(
                "HTTP/1.1 {status}\r\n{head}Content-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            // The client may have left.
            let _ = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(&body));
        }
    });
    address
}
