//! A storm of clients that leave at any moment (reliability: sqlx loses acknowledged writes where a connection comes
//! back in the midst of a transaction).

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::cx::{Cx, Surface};
use audit_gateway::domain::db::{Errand, Outcome, Statement, Store};
use audit_gateway::graphql::Request;
use futures_util::StreamExt;
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::json;

use super::proxy::Proxy;
use super::{attempt, door, refusal};
use crate::command::{House, document};
use crate::fixture::clock;
use crate::live::socket::Client;
use crate::store::on_both_stores;

on_both_stores!(what_was_acknowledged_is_kept_whenever_clients_leave);

/// Mutations of the storm.
const CLIENTS: u32 = 480;
/// Of them at once.
const AT_ONCE: usize = 24;
/// Connections of the gateway to the store.
const CONNECTIONS: u32 = 6;
/// The store is held up so long at most, by the proxy or by another writer, and a client waits so long at most.
const HELD_UP_MILLIS: u32 = 3;
const PATIENCE_MILLIS: u32 = 400;

/// How a client comes in, and so how it is cut off when it leaves.
#[derive(Clone, Copy)]
enum Way {
    /// Its connection is closed.
    Http,
    /// Its WebSocket is closed, with which its operations end.
    Socket,
    /// The request itself is dropped, wherever it is.
    Future,
}

struct Storm {
    house: House,
    address: SocketAddr,
    document: String,
}

impl Storm {
    /// Sends one mutation; gives whether it was acknowledged.
    async fn send(&self, way: Way, username: &str, sku: &str) -> bool {
        let input = json!({ "name": "Storm", "sku": sku });
        let variables = json!({ "input": input });
        let body = match way {
            Way::Http => attempt(&self.house, username, input).await.1,
            Way::Socket => {
                let mut client = Client::known(self.address, username).await;
                let payload = json!({ "query": self.document, "variables": variables });
                client.say(json!({ "type": "subscribe", "id": "s", "payload": payload })).await;
                client.hear().await.expect("a message")["payload"].clone()
            }
            Way::Future => {
                let caller = self.house.person(username).clone();
                let cx = Cx::new(self.house.db.clone(), Some(caller), clock().now(), Surface::Graphql);
                let variables = variables.as_object().cloned().expect("variables");
                let request = Request { query: self.document.clone(), variables, ..Request::default() };
                let answer = self.house.service.execute(cx, request).await;
                serde_json::from_slice(&answer.body).expect("JSON")
            }
        };
        let refusal = refusal(&body).map(ToOwned::to_owned);
        assert!(matches!(refusal.as_deref(), None | Some("UNAVAILABLE")), "{body}");
        refusal.is_none() && body["data"]["done"]["item"]["sku"] == sku
    }
}

async fn what_was_acknowledged_is_kept_whenever_clients_leave(kind: Store) {
    let mut house = House::open(kind).await;
    let proxy = match kind {
        Store::Postgres => Some(Proxy::before(&house.store.url, HELD_UP_MILLIS).await),
        Store::Sqlite => None,
    };
    let url = proxy.as_ref().map_or(&house.store.url, |proxy| &proxy.url).clone();
    let patience = Duration::from_secs(60);
    let db = door(&url, |settings| {
        (settings.connections, settings.pool_wait) = (CONNECTIONS, patience);
        (settings.lock_timeout, settings.statement_timeout) = (patience, patience);
    })
    .await;
    let idle = db.usage();
    let address = house.serve(db.clone(), |settings| settings.user_connections = AT_ONCE).await;
    let opened = || proxy.as_ref().map_or(0, Proxy::opened);
    let storm = Arc::new(Storm { house, address, document: document("createItem", "item { sku }") });

    let hold_up = (kind == Store::Sqlite).then(|| tokio::spawn(write_now_and_then(storm.house.store.url.clone())));
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let clients = (0..CLIENTS).map(|number| {
        let (storm, random) = (Arc::clone(&storm), random.next_u32());
        async move {
            let way = [Way::Http, Way::Socket, Way::Future][number as usize % 3];
            let username = if number % 2 == 0 { "mia.member" } else { "nora.owner" };
            let sku = format!("STORM-{number}");
            // Some stay until the end.
            let stays = number % 5 == 0;
            let patience = if stays { 60_000_000 } else { random % (1_000 * PATIENCE_MILLIS) };
            let sent = tokio::time::timeout(Duration::from_micros(patience.into()), storm.send(way, username, &sku));
            let acknowledged = sent.await;
            assert!(!stays || acknowledged == Ok(true), "{sku}");
            (acknowledged == Ok(true)).then_some(sku)
        }
    });
    let acknowledged: BTreeSet<String> =
        futures_util::stream::iter(clients).buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await;
    if let Some(hold_up) = hold_up {
        hold_up.abort();
    }

    // What was under way comes to its end, whoever has left.
    let waited = tokio::time::timeout(Duration::from_secs(30), async {
        while db.usage().free < idle.free {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    waited.await.expect("every connection comes back");
    let stored = skus(&storm.house).await;
    println!("{} of {CLIENTS} acknowledged, {} stored", acknowledged.len(), stored.len());
    assert_eq!(acknowledged.difference(&stored).collect::<Vec<_>>(), Vec::<&String>::new(), "acknowledged and lost");
    let stayed = CLIENTS as usize / 5;
    assert!(acknowledged.len() >= stayed && acknowledged.len() < CLIENTS as usize, "some left, some did not");
    if kind == Store::Postgres {
        let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in \
                    transaction%'";
        assert_eq!(storm.house.number(open).await, 0, "no connection is left in a transaction");
        // One of the pool below, and the one to the other instances: nobody who left took one along.
        assert!(opened() <= CONNECTIONS + 2, "{} connections for {CONNECTIONS}", opened());
    }
    for number in 0..4 * CONNECTIONS {
        let sku = format!("LATER-{number}");
        assert!(storm.send(Way::Http, "mia.member", &sku).await);
        assert!(skus(&storm.house).await.contains(&sku), "{sku} was acknowledged after the storm");
    }
    storm.house.assert_told().await;
}

/// What is stored, as another instance sees it.
async fn skus(house: &House) -> BTreeSet<String> {
    let sql = "SELECT sku FROM item WHERE sku LIKE 'STORM-%' OR sku LIKE 'LATER-%'";
    let statement = Statement::new(sql, Vec::new(), vec![Kind::Text]);
    let rows = house.store.db.fetch(&Errand::default(), statement).await.expect("rows");
    rows.iter().map(|row| row[0].as_str().expect("a text").to_owned()).collect()
}

/// Another instance that writes to the file: BEGIN waits for it.
async fn write_now_and_then(url: String) {
    let db = door(&url, |settings| settings.lock_timeout = Duration::from_secs(60)).await;
    loop {
        let errand = Errand::default();
        let held = db.write(&errand, |_| {
            Box::pin(async {
                tokio::time::sleep(Duration::from_millis((4 * HELD_UP_MILLIS).into())).await;
                Ok(Outcome::Unchanged(()))
            })
        });
        held.await.expect("a turn");
        tokio::time::sleep(Duration::from_millis((4 * HELD_UP_MILLIS).into())).await;
    }
}
