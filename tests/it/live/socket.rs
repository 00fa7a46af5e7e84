//! GraphQL over WebSocket: every rule and close code of graphql-transport-ws.

use std::net::SocketAddr;
use std::time::Duration;

use audit_gateway::domain::db::Store;
use audit_gateway::domain::trail::Action;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::served::{SOON, Served, serve};
use super::{happen, happen_at_length, meddle};
use crate::fixture::{Org, uuid};
use crate::store::on_both_stores;

on_both_stores!(
    operations_of_every_sort_go_over_one_connection,
    a_subscriber_that_is_dropped_again_and_again_gets_each_change_once,
    breaches_of_the_protocol_close_with_their_codes,
    credentials_come_in_the_first_message_or_in_the_headers,
    a_connection_is_closed_when_its_session_ends,
    a_connection_has_so_many_operations_and_a_user_so_many_connections,
    a_stopping_gateway_completes_subscriptions_and_goes_away,
    what_a_client_completes_it_does_not_hear_of_any_more,
    a_client_that_does_not_read_is_cut_off_and_others_are_not_held_up,
    a_connection_whose_other_side_is_gone_is_closed_and_one_that_answers_is_kept,
);

/// A client of graphql-transport-ws.
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    protocol: Option<String>,
}

impl Client {
    async fn open(address: SocketAddr, headers: &[(&'static str, &str)]) -> Self {
        let mut request = format!("ws://{address}/graphql").into_client_request().expect("a request");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        let stream = TcpStream::connect(address).await.expect("a connection");
        let (socket, answer) = tokio_tungstenite::client_async(request, stream).await.expect("a WebSocket");
        let protocol = answer.headers().get("sec-websocket-protocol").map(|value| value.to_str().unwrap().to_owned());
        Self { socket, protocol }
    }

    /// A connection that has spoken, not said who it is.
    pub async fn new(address: SocketAddr) -> Self {
        let client = Self::open(address, &[("sec-websocket-protocol", "graphql-transport-ws")]).await;
        assert_eq!(client.protocol.as_deref(), Some("graphql-transport-ws"));
        client
    }

    /// A connection that has been acknowledged.
    async fn acknowledged(served: &Served, token: &str) -> Self {
        Self::known(served.address, token).await
    }

    /// The same at any instance.
    pub async fn known(address: SocketAddr, token: &str) -> Self {
        let mut client = Self::new(address).await;
        client.say(json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {token}")}})).await;
        assert_eq!(client.hear().await, Ok(json!({"type": "connection_ack"})));
        client
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Value) {
        self.say_text(&message.to_string()).await;
    }

    async fn say_text(&mut self, text: &str) {
        self.socket.send(Message::Text(text.into())).await.expect("said");
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({"type": "subscribe", "id": id, "payload": {"query": query}})).await;
    }

    /// The next message, or the code and the reason of the end.
    pub async fn hear(&mut self) -> Result<Value, (u16, String)> {
        loop {
            let message = tokio::time::timeout(SOON, self.socket.next()).await.expect("a message in time");
            match message {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Err((frame.code.into(), frame.reason.to_string()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err((1006, String::new())),
            }
        }
    }

    async fn closed(&mut self) -> u16 {
        loop {
            if let Err((code, _)) = self.hear().await {
                return code;
            }
        }
    }
}

const CHANGES: &str = "subscription { changes { sequence } }";

async fn one_more(served: &Served, org: Org) -> i64 {
    happen(&served.store.db, org, Action::Edit, ("audit", uuid("audit", org.row(1)))).await
}

fn next(id: &str, sequence: i64) -> Result<Value, (u16, String)> {
    Ok(json!({"id": id, "type": "next", "payload": {"data": {"changes": {"sequence": sequence}}}}))
}

async fn operations_of_every_sort_go_over_one_connection(kind: Store) {
    let served = Served::start(kind, |_| {}).await;
    let mut client = Client::acknowledged(&served, "harbour").await;
    client.say(json!({"type": "ping", "payload": {"a": 1}})).await;
    assert_eq!(client.hear().await, Ok(json!({"type": "pong", "payload": {"a": 1}})));
    client.subscribe("q", "{ viewer { user { username } } }").await;
    let data = json!({"data": {"viewer": {"user": {"username": "chen.wei"}}}});
    assert_eq!(client.hear().await, Ok(json!({"id": "q", "type": "next", "payload": data})));
    assert_eq!(client.hear().await, Ok(json!({"id": "q", "type": "complete"})));
    // A refusal of the whole is an error, one of a field comes with the data.
    client.subscribe("q", "{ nothing }").await;
    let refused = client.hear().await.expect("a message");
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("q")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "BAD_USER_INPUT");
    client.subscribe("q", "{ node(id: \"nonsense\") { id } }").await;
    let told = client.hear().await.expect("a message");
    assert_eq!((&told["type"], &told["payload"]["data"]), (&json!("next"), &json!({"node": null})));
    assert_eq!(told["payload"]["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(client.hear().await, Ok(json!({"id": "q", "type": "complete"})));
    client.subscribe("s", CHANGES).await;
    client.subscribe("m", "mutation { refreshToken(input: {refreshToken: \"x\"}) { accessToken } }").await;
    assert_eq!(client.hear().await.expect("a message")["id"], "m");
    assert_eq!(client.hear().await.expect("a message")["type"], "complete");
    happen(&served.store.db, Org::Nordic, Action::Edit, ("audit", uuid("audit", 2_001))).await;
    for _ in 0..3 {
        let sequence = one_more(&served, Org::Harbour).await;
        assert_eq!(client.hear().await, next("s", sequence));
    }
}

/// How hard a subscriber has it.
struct Storm {
    /// Written by each of two instances.
    changes: i64,
    /// Over so long.
    writing: Duration,
    /// The connection is dropped after so long, again and again.
    dropped_after: Duration,
}

async fn weather(kind: Store, storm: Storm) {
    let one = Served::start(kind, |_| {}).await;
    let second_door = one.store.second_door().await;
    let other = serve(&second_door, |_| {}).await;
    let begin = one_more(&one, Org::Harbour).await;
    let end = begin + 2 * storm.changes;
    let pause = storm.writing / u32::try_from(storm.changes).expect("a few");
    let writers = [one.store.db.clone(), second_door].map(|db| {
        let changes = storm.changes;
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(pause);
            for _ in 0..changes {
                ticks.tick().await;
                happen(&db, Org::Harbour, Action::Edit, ("audit", uuid("audit", 1_001))).await;
            }
        })
    });
    let (mut place, mut seen, mut connections) = (begin, Vec::new(), 0);
    let patience = tokio::time::Instant::now() + storm.writing * 4 + SOON;
    while place < end {
        assert!(tokio::time::Instant::now() < patience, "{} of {} came", place - begin, end - begin);
        // Now from the one instance, now from the other.
        let address = if connections % 2 == 0 { one.address } else { other.0 };
        connections += 1;
        let mut client = Client::known(address, "harbour").await;
        client.subscribe("s", &format!("subscription {{ changes(after: {place}) {{ sequence }} }}")).await;
        let until = tokio::time::Instant::now() + storm.dropped_after;
        while place < end
            && let Ok(told) = tokio::time::timeout_at(until, client.hear()).await
        {
            let told = told.expect("a message");
            place = told["payload"]["data"]["changes"]["sequence"].as_i64().expect("a sequence");
            seen.push(place);
        }
    }
    for writer in writers {
        writer.await.expect("a writer");
    }
    println!("{} changes over {connections} connections", seen.len());
    assert!(connections > 2, "the connection was dropped");
    assert_eq!(seen, (begin + 1..=end).collect::<Vec<_>>());
}

async fn a_subscriber_that_is_dropped_again_and_again_gets_each_change_once(kind: Store) {
    let (writing, dropped_after) = (Duration::from_secs(3), Duration::from_millis(150));
    weather(kind, Storm { changes: 200, writing, dropped_after }).await;
}

/// For a minute, as the acceptance asks: `cargo test --test it a_minute_of_storm -- --ignored --nocapture`.
#[test]
#[ignore = "takes a minute"]
fn a_minute_of_storm() {
    let (writing, dropped_after) = (Duration::from_secs(60), Duration::from_secs(1));
    crate::store::run(Store::Postgres, |kind| weather(kind, Storm { changes: 2_500, writing, dropped_after }));
}

async fn breaches_of_the_protocol_close_with_their_codes(kind: Store) {
    let served = Served::start(kind, |_| {}).await;
    let init = json!({"type": "connection_init", "payload": {"authorization": "Bearer harbour"}});
    for (texts, code) in [
        (vec!["nonsense".to_owned()], 4400),
        (vec![r#"{"type":"start"}"#.to_owned()], 4400),
        (vec![r#"{"type":"subscribe","id":"1","payload":{"query":"{a}"}}"#.to_owned()], 4401),
        (vec![r#"{"type":"connection_init"}"#.to_owned()], 4403),
        (vec![r#"{"type":"connection_init","payload":{"authorization":"Bearer wrong"}}"#.to_owned()], 4403),
        (vec![r#"{"type":"connection_init","payload":{"authorization":7}}"#.to_owned()], 4400),
        (vec![init.to_string(), init.to_string()], 4429),
        (vec![init.to_string(), "[]".to_owned()], 4400),
        (vec![init.to_string(), r#"{"type":"subscribe","id":"","payload":{}}"#.to_owned()], 4400),
        (vec![init.to_string(), format!(r#"{{"type":"ping","payload":{{"a":"{}"}}}}"#, "x".repeat(64 * 1024))], 1009),
        (
            vec![
                init.to_string(),
                json!({"type": "subscribe", "id": "1", "payload": {"query": CHANGES}}).to_string(),
                json!({"type": "subscribe", "id": "1", "payload": {"query": CHANGES}}).to_string(),
            ],
            4409,
        ),
    ] {
        let mut client = Client::new(served.address).await;
        for text in &texts {
            client.say_text(text).await;
        }
        assert_eq!(client.closed().await, code, "{:.120}", texts.last().unwrap());
    }
    let mut client = Client::new(served.address).await;
    client.socket.send(Message::Binary(b"{}".to_vec().into())).await.expect("said");
    assert_eq!(client.closed().await, 4400);
    let mut silent = Client::new(served.address).await;
    assert_eq!(silent.hear().await, Err((4408, "Connection initialisation timeout".to_owned())));
    let mut unspoken = Client::open(served.address, &[]).await;
    assert_eq!(unspoken.protocol, None);
    assert_eq!(unspoken.hear().await, Err((4406, "Subprotocol not acceptable".to_owned())));
    // A message of just the limit is read.
    let mut client = Client::acknowledged(&served, "harbour").await;
    let longest = format!(r#"{{"type":"ping","payload":{{"a":"{}"}}}}"#, "x".repeat(64 * 1024 - 34));
    assert_eq!(longest.len(), 64 * 1024);
    client.say_text(&longest).await;
    assert_eq!(client.hear().await.expect("a message")["type"], "pong");
}

async fn credentials_come_in_the_first_message_or_in_the_headers(kind: Store) {
    let served = Served::start(kind, |_| {}).await;
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    for (headers, payload, org) in [
        (vec![protocol, ("authorization", "Bearer nordic")], json!(null), "goran"),
        (vec![protocol, ("authorization", "Bearer nordic")], json!({"Authorization": "bearer harbour"}), "chen.wei"),
        (vec![protocol], json!({"authorization": "Bearer nordic", "other": [1]}), "goran"),
    ] {
        let mut client = Client::open(served.address, &headers).await;
        client.say(json!({"type": "connection_init", "payload": payload})).await;
        assert_eq!(client.hear().await, Ok(json!({"type": "connection_ack"})));
        client.subscribe("1", "{ viewer { user { username } } }").await;
        assert_eq!(client.hear().await.expect("data")["payload"]["data"]["viewer"]["user"]["username"], org);
    }
}

async fn a_connection_is_closed_when_its_session_ends(kind: Store) {
    let served = Served::start(kind, |_| {}).await;
    let mut brief = Client::acknowledged(&served, "brief").await;
    let mut ended = Client::acknowledged(&served, "nordic").await;
    ended.subscribe("1", CHANGES).await;
    meddle(&served.store.db, "UPDATE membership SET role = 'ADMIN' WHERE user_id = 2003").await;
    let since = std::time::Instant::now();
    assert_eq!(ended.closed().await, 4403, "another role is another session");
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    assert_eq!(brief.closed().await, 4403, "the token has expired");
}

async fn a_connection_has_so_many_operations_and_a_user_so_many_connections(kind: Store) {
    let served = Served::start(kind, |settings| settings.user_connections = 2).await;
    let mut client = Client::acknowledged(&served, "harbour").await;
    for number in 0..20 {
        client.subscribe(&number.to_string(), CHANGES).await;
    }
    client.subscribe("20", CHANGES).await;
    let refused = client.hear().await.expect("a message");
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("20")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "TOO_COMPLEX");
    client.say(json!({"type": "complete", "id": "7"})).await;
    client.subscribe("20", "{ __typename }").await;
    assert_eq!(client.hear().await.expect("a message")["type"], "next");
    let other = Client::acknowledged(&served, "harbour").await;
    let mut third = Client::new(served.address).await;
    third.say(json!({"type": "connection_init", "payload": {"authorization": "Bearer harbour"}})).await;
    assert_eq!(third.closed().await, 1013);
    drop(other);
    for round in 0.. {
        let mut third = Client::new(served.address).await;
        third.say(json!({"type": "connection_init", "payload": {"authorization": "Bearer harbour"}})).await;
        if third.hear().await.is_ok() {
            break;
        }
        assert!(round < 100, "the place was not given back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn a_stopping_gateway_completes_subscriptions_and_goes_away(kind: Store) {
    let mut served = Served::start(kind, |_| {}).await;
    let mut client = Client::acknowledged(&served, "harbour").await;
    client.subscribe("1", CHANGES).await;
    let sequence = loop {
        let sequence = one_more(&served, Org::Harbour).await;
        if let Ok(heard) = tokio::time::timeout(Duration::from_millis(300), client.hear()).await {
            assert_eq!(heard, next("1", sequence));
            break sequence;
        }
    };
    assert!(sequence > 0);
    let mut unspoken = Client::new(served.address).await;
    served.stop();
    assert_eq!(client.hear().await, Ok(json!({"id": "1", "type": "complete"})));
    assert_eq!(client.closed().await, 1001);
    assert_eq!(unspoken.closed().await, 1001);
    let finished = tokio::time::timeout(SOON, &mut served.ended).await.expect("in time").expect("the server");
    assert!(finished, "nothing had to be cut off");
}

async fn what_a_client_completes_it_does_not_hear_of_any_more(kind: Store) {
    let served = Served::start(kind, |_| {}).await;
    let mut client = Client::acknowledged(&served, "harbour").await;
    client.subscribe("1", CHANGES).await;
    client.subscribe("after", "{ __typename }").await;
    while client.hear().await.expect("a message")["type"] != "complete" {}
    client.say(json!({"type": "complete", "id": "1"})).await;
    client.subscribe("after", "{ __typename }").await;
    while client.hear().await.expect("a message")["type"] != "complete" {}
    one_more(&served, Org::Harbour).await;
    // The id is free again, and what comes under it is the new operation's.
    client.subscribe("1", "{ __typename }").await;
    assert_eq!(client.hear().await.expect("a message")["payload"]["data"], json!({"__typename": "Query"}));
    assert_eq!(client.hear().await, Ok(json!({"id": "1", "type": "complete"})));
}

async fn a_client_that_does_not_read_is_cut_off_and_others_are_not_held_up(kind: Store) {
    let served = Served::start(kind, |settings| settings.body_timeout = Duration::from_millis(700)).await;
    let mut idle = Client::acknowledged(&served, "harbour").await;
    // Every event with a long answer, so that the buffers between fill up.
    let fields = (0..29).map(|number| format!("a{number}: snapshotAfter")).collect::<Vec<_>>().join(" ");
    idle.subscribe("1", &format!("subscription {{ changes(after: 0) {{ {fields} }} }}")).await;
    let mut last = 0;
    for _ in 0..12 {
        last = happen_at_length(&served.store.db, Org::Harbour, 30_000).await;
    }
    // Another client is told meanwhile.
    let mut other = Client::acknowledged(&served, "harbour").await;
    other.subscribe("1", &format!("subscription {{ changes(after: {}) {{ sequence }} }}", last - 1)).await;
    assert_eq!(other.hear().await, next("1", last));
    tokio::time::sleep(Duration::from_secs(2)).await;
    // What was sent before is there, and then the reason.
    let mut read = 0;
    let end = loop {
        match idle.hear().await {
            Ok(_) => read += 1,
            Err(end) => break end,
        }
    };
    assert!(read < last, "all {read} were sent to a client that does not read");
    assert!(end.0 == 1013 || end.0 == 1006, "{end:?}");
}

async fn a_connection_whose_other_side_is_gone_is_closed_and_one_that_answers_is_kept(kind: Store) {
    let served = Served::start(kind, |settings| settings.ping_interval = Duration::from_millis(300)).await;
    let mut gone = Client::acknowledged(&served, "harbour").await;
    let mut here = Client::acknowledged(&served, "harbour").await;
    // Whoever does not read answers no ping, as one whose cable was pulled.
    let since = std::time::Instant::now();
    while since.elapsed() < Duration::from_secs(3) {
        let heard = tokio::time::timeout(Duration::from_millis(50), here.hear()).await;
        assert!(heard.is_err(), "nothing is said to one that answers: {heard:?}");
    }
    here.subscribe("1", "{ __typename }").await;
    assert_eq!(here.hear().await.expect("an answer")["type"], "next");
    assert_eq!(gone.hear().await, Err((1000, String::new())), "the other side did not answer");
}
