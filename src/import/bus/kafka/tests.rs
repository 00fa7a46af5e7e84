//! Against librdkafka's own cluster, which speaks Kafka's protocol over sockets of this machine.

use rdkafka::consumer::BaseConsumer;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{DefaultProducerContext, FutureProducer, FutureRecord};

use super::super::tests::event;
use super::super::{Intake, Patience, Settings, Shelf, consume};
use super::*;
use crate::domain::cx::Clock;
use crate::import::testing::Home;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A cluster with the topics of two tenants, of two parts each.
struct Cluster {
    mock: MockCluster<'static, DefaultProducerContext>,
    producer: FutureProducer,
}

const TOPICS: [&str; 2] = ["env.1.Default.here.ACQ_PIECE_CHANGED", "env.1.Default.there.ACQ_PIECE_CHANGED"];

impl Cluster {
    fn start() -> Self {
        let level = std::env::var("RUST_LOG").unwrap_or_else(|_| "error".to_owned());
        drop(crate::telemetry::logs(crate::config::LogFormat::Human, &level));
        let mock = MockCluster::new(1).unwrap();
        for topic in TOPICS.iter().chain(&["env21.Default.here.ACQ_PIECE_CHANGED", "env.1.Default.here.OTHER"]) {
            mock.create_topic(topic, 2, 1).unwrap();
        }
        let mut config = ClientConfig::new();
        let producer = config.set("bootstrap.servers", mock.bootstrap_servers()).create().unwrap();
        Self { mock, producer }
    }

    async fn send(&self, topic: &str, partition: i32, tenant: Option<&str>, value: &str) {
        let headers = OwnedHeaders::new().insert(Header { key: "other", value: Some("x") });
        let headers = match tenant {
            Some(tenant) => headers.insert(Header { key: "X-Okapi-Tenant", value: Some(tenant) }),
            None => headers,
        };
        let record = FutureRecord::to(topic).partition(partition).key("piece").payload(value).headers(headers);
        self.producer.send(record, Duration::from_secs(20)).await.unwrap();
    }

    /// Sends events of these numbers, one to each part in turn.
    async fn send_all(&self, topic: &str, numbers: std::ops::Range<usize>) {
        for number in numbers {
            self.send(topic, i32::try_from(number % 2).unwrap(), None, &event(number)).await;
        }
    }

    fn member(&self, home: &Home) -> Member {
        let settings = Settings {
            brokers: vec![self.mock.bootstrap_servers()],
            environment: "env.1".to_owned(),
            group: "gateway".to_owned(),
        };
        let mut kafka = Kafka::join(&settings).unwrap();
        let intake = Intake { db: home.db.clone(), shelf: Shelf::default(), clock: Clock::System };
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(async move {
            consume(&mut kafka, &intake, Patience::default(), stopped).await;
            kafka.leave().await;
        });
        Member { stop, task }
    }
}

struct Member {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Member {
    async fn stop(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
    }
}

const EVENTS: &str = "SELECT count(*) FROM change_event";

/// One store will do: what stores is tested on both with a bus of paper.
async fn home() -> Home {
    let mut homes = Home::all().await;
    let home = homes.remove(0);
    for other in homes {
        other.close().await;
    }
    home
}

/// Waits until the group has told how far it is: so many messages in all.
async fn told(cluster: &Cluster, messages: i64) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", cluster.mock.bootstrap_servers()).set("group.id", "gateway");
    let asking: Arc<BaseConsumer> = Arc::new(config.create().unwrap());
    let mut sum = 0;
    for _ in 0..120 {
        let mut parts = TopicPartitionList::new();
        for (topic, part) in TOPICS.iter().flat_map(|topic| [(topic, 0), (topic, 1)]) {
            parts.add_partition(topic, part);
        }
        let asking = Arc::clone(&asking);
        let found = tokio::task::spawn_blocking(move || asking.committed_offsets(parts, Duration::from_secs(10)));
        let found = found.await.unwrap().unwrap();
        sum = found.elements().iter().filter_map(|part| part.offset().to_raw().filter(|offset| *offset > 0)).sum();
        if sum == messages {
            return;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("{sum} messages are done with, not {messages}");
}

async fn until(home: &Home, count: i64) {
    for _ in 0..600 {
        if home.count(EVENTS).await >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(home.count(EVENTS).await, count);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_shares_the_messages_and_each_is_stored_once() {
    let home = home().await;
    let cluster = Cluster::start();
    cluster.send_all(TOPICS[0], 0..40).await;
    cluster.send_all(TOPICS[1], 0..10).await;
    // The header counts, not the topic; what comes twice is stored once; poison is passed over.
    cluster.send(TOPICS[1], 0, Some("here"), &event(40)).await;
    cluster.send(TOPICS[0], 0, None, &event(3)).await;
    cluster.send(TOPICS[0], 0, None, "poison").await;
    cluster.send("env21.Default.here.ACQ_PIECE_CHANGED", 0, None, &event(50)).await;
    cluster.send("env.1.Default.here.OTHER", 0, None, &event(51)).await;
    let (one, other) = (cluster.member(&home), cluster.member(&home));
    until(&home, 51).await;
    assert_eq!(home.count(&format!("{EVENTS} WHERE organization_id = 1")).await, 41);
    cluster.send_all(TOPICS[0], 60..80).await;
    until(&home, 71).await;
    // One leaves, the other takes over its parts.
    one.stop().await;
    cluster.send_all(TOPICS[0], 80..90).await;
    until(&home, 81).await;
    // All that was sent there: the poison and the duplicates, too.
    told(&cluster, 83).await;
    other.stop().await;
    let sequences = "SELECT last_sequence FROM trail_head WHERE organization_id = 1";
    assert_eq!(home.count(sequences).await, 71);
    // Whoever comes next begins behind them: nothing is read again, so nothing is a duplicate.
    let settings = Settings {
        brokers: vec![cluster.mock.bootstrap_servers()],
        environment: "env.1".to_owned(),
        group: "gateway".to_owned(),
    };
    let mut next = Kafka::join(&settings).unwrap();
    cluster.send_all(TOPICS[1], 90..91).await;
    let messages = next.next(100, 1 << 20).await.unwrap();
    let found = messages.iter().filter_map(|message| std::str::from_utf8(message.value.as_deref()?).ok());
    assert_eq!(found.collect::<Vec<_>>(), [event(90)]);
    next.leave().await;
    home.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_were_not_told_come_again() {
    let home = home().await;
    let cluster = Cluster::start();
    cluster.send_all(TOPICS[0], 0..6).await;
    let settings = Settings {
        brokers: vec![cluster.mock.bootstrap_servers()],
        environment: "env.1".to_owned(),
        group: "gateway".to_owned(),
    };
    // One that dies with messages in hand, having told of none.
    let mut first = Kafka::join(&settings).unwrap();
    let mut seen = 0;
    while seen < 6 {
        seen += first.next(100, 1 << 20).await.unwrap().len();
    }
    first.leave().await;
    let member = cluster.member(&home);
    until(&home, 6).await;
    told(&cluster, 6).await;
    member.stop().await;
    home.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_the_broker_is_survived() {
    let home = home().await;
    let cluster = Cluster::start();
    cluster.send_all(TOPICS[0], 0..4).await;
    let member = cluster.member(&home);
    until(&home, 4).await;
    cluster.mock.broker_down(1).unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    cluster.mock.broker_up(1).unwrap();
    cluster.send_all(TOPICS[0], 4..10).await;
    until(&home, 10).await;
    told(&cluster, 10).await;
    member.stop().await;
    home.close().await;
}
