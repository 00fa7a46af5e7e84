//! Connections, with real sockets and short limits.

use std::net::SocketAddr;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<bool>,
    _house: House,
}

const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(20);

async fn running(change: impl FnOnce(&mut Settings)) -> Running {
    let house = house(|settings| {
        (settings.first_byte_timeout, settings.header_timeout) = (LONG, LONG);
        (settings.body_timeout, settings.idle_timeout) = (LONG, LONG);
        change(settings);
    })
    .await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = Arc::clone(&house.app);
    let ended = tokio::spawn(super::super::serve(app, listener, async {
        let _ = stopped.await;
    }));
    Running { address, stop, ended, _house: house }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// Reads until the other side closes; gives what came and how long it took.
async fn until_closed(client: &mut TcpStream) -> (String, Duration) {
    let started = Instant::now();
    let mut bytes = Vec::new();
    // A reset is a way of closing, too.
    let _ = tokio::time::timeout(LONG, client.read_to_end(&mut bytes)).await.expect("closed in time");
    (String::from_utf8_lossy(&bytes).into_owned(), started.elapsed())
}

async fn one_answer(client: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4_096];
    loop {
        let length = tokio::time::timeout(LONG, client.read(&mut buffer)).await.unwrap().unwrap();
        text.push_str(&String::from_utf8_lossy(&buffer[..length]));
        let head = text.split("\r\n\r\n").next().unwrap();
        let expected = head.lines().find_map(|line| line.strip_prefix("content-length: ")).and_then(|n| n.parse().ok());
        if length == 0 || expected.is_some_and(|expected: usize| text.len() >= head.len() + 4 + expected) {
            return text;
        }
    }
}

fn post(headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let running = running(|settings| settings.first_byte_timeout = SHORT).await;
    let (text, took) = until_closed(&mut running.connect().await).await;
    assert_eq!(text, "");
    assert!(took >= SHORT && took < LONG / 4, "{took:?}");
}

#[tokio::test]
async fn headers_that_come_in_drops_are_not_waited_for() {
    let running = running(|settings| settings.header_timeout = SHORT).await;
    let mut client = running.connect().await;
    client.write_all(b"GET /livez HTTP/1.1\r\n").await.unwrap();
    let (mut reader, mut writer) = client.split();
    let started = Instant::now();
    let drops = async {
        loop {
            tokio::time::sleep(SHORT / 5).await;
            if writer.write_all(b"x: y\r\n").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let mut bytes = Vec::new();
    tokio::select! {
        () = drops => unreachable!(),
        _ = reader.read_to_end(&mut bytes) => {}
    }
    assert!(bytes.is_empty());
    assert!(started.elapsed() < LONG / 4, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_connection_is_kept_between_requests_but_not_for_ever() {
    let running = running(|settings| settings.idle_timeout = SHORT * 6).await;
    let mut client = running.connect().await;
    for _ in 0..3 {
        client.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        assert!(one_answer(&mut client).await.starts_with("HTTP/1.1 200"));
        tokio::time::sleep(SHORT).await;
    }
    let (text, took) = until_closed(&mut client).await;
    assert_eq!(text, "");
    assert!(took < LONG / 4, "{took:?}");
}

#[tokio::test]
async fn a_long_request_is_not_an_idle_connection() {
    let running = running(|settings| {
        (settings.idle_timeout, settings.header_timeout, settings.first_byte_timeout) = (SHORT, SHORT, SHORT);
    })
    .await;
    let mut client = running.connect().await;
    client.write_all(post("authorization: Bearer wait-600\r\n", QUERY).as_bytes()).await.unwrap();
    assert!(one_answer(&mut client).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_body_that_does_not_come_is_refused_and_its_connection_closed() {
    let running = running(|settings| settings.body_timeout = SHORT).await;
    let mut client = running.connect().await;
    let text = post("", QUERY);
    client.write_all(&text.as_bytes()[..text.len() - 1]).await.unwrap();
    let (answer, _) = until_closed(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("did not arrive in time"), "{answer}");
}

#[tokio::test]
async fn a_client_that_does_not_take_its_answers_is_let_go() {
    let running = running(|settings| settings.body_timeout = SHORT).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut client = socket.connect(running.address).await.unwrap();
    let page = running._house.get("/graphiql", &[]).await;
    let page = String::from_utf8(page.body.to_vec()).unwrap();
    let script = page.split('"').find(|part| part.ends_with(".js")).unwrap();
    let ask = format!("GET {script} HTTP/1.1\r\nhost: x\r\n\r\n");
    client.write_all(ask.repeat(200).as_bytes()).await.unwrap();
    let app = &running._house.app;
    tokio::time::timeout(LONG, app.underway.closed()).await.expect("the connection ends");
}

#[tokio::test]
async fn headers_beyond_every_measure_are_refused_on_the_wire() {
    let running = running(|settings| settings.header_limit = 4_096).await;
    for length in [4_200, 40_000] {
        let mut client = running.connect().await;
        let text = format!("GET /livez HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(length));
        client.write_all(text.as_bytes()).await.unwrap();
        let answer = one_answer(&mut client).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{length}: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_is_announced_too_long_is_refused_before_it_is_sent() {
    let running = running(|settings| settings.body_limit = 100).await;
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 101\r\n";
    for (rest, at_least) in [("expect: 100-continue\r\n\r\n", Duration::ZERO), ("\r\n", Duration::from_secs(1))] {
        let mut client = running.connect().await;
        client.write_all(format!("{head}{rest}").as_bytes()).await.unwrap();
        let (answer, took) = until_closed(&mut client).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(took >= at_least && took < LONG / 4, "{took:?}");
    }
}

#[tokio::test]
async fn who_sends_too_much_still_learns_why_and_may_go_on() {
    let running = running(|settings| settings.body_limit = 100_000).await;
    let mut client = running.connect().await;
    client.write_all(post("", &" ".repeat(1_000_000)).as_bytes()).await.unwrap();
    assert!(one_answer(&mut client).await.starts_with("HTTP/1.1 413"));
    client.write_all(post("", QUERY).as_bytes()).await.unwrap();
    assert!(one_answer(&mut client).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn connections_past_the_cap_wait_for_a_place() {
    let running = running(|settings| settings.connections = 1).await;
    let first = running.connect().await;
    tokio::time::sleep(SHORT).await;
    let mut second = running.connect().await;
    second.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let waiting = tokio::time::timeout(SHORT, one_answer(&mut second)).await;
    assert!(waiting.is_err());
    drop(first);
    assert!(one_answer(&mut second).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn what_is_under_way_is_finished_before_the_end() {
    let running = running(|settings| settings.drain_timeout = LONG).await;
    let (mut busy, idle) = (running.connect().await, running.connect().await);
    busy.write_all(post("authorization: Bearer wait-500\r\n", QUERY).as_bytes()).await.unwrap();
    tokio::time::sleep(SHORT).await;
    running.stop.send(()).unwrap();
    let (answer, _) = until_closed(&mut busy).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with('}'), "{answer}");
    let finished =
        tokio::time::timeout(LONG / 4, running.ended).await.expect("idle connections do not hold the end up");
    assert!(finished.unwrap());
    drop(idle);
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn the_end_waits_no_longer_than_it_may() {
    let running = running(|settings| settings.drain_timeout = SHORT).await;
    let mut busy = running.connect().await;
    busy.write_all(post("authorization: Bearer wait-9000\r\n", QUERY).as_bytes()).await.unwrap();
    tokio::time::sleep(SHORT).await;
    let started = Instant::now();
    running.stop.send(()).unwrap();
    assert!(!running.ended.await.unwrap(), "not everything was finished");
    assert!(started.elapsed() < LONG / 4);
}
