//! The bus as Kafka: consumer groups share the partitions, offsets are committed after the store has taken what is before
//! them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers, Message as _};
use rdkafka::{Offset, TopicPartitionList};

use super::topic::pattern;
use super::{Courier, Lost, Message, Place, Settings};

const TENANT: &str = "x-okapi-tenant";
/// How long the first message waits for others to be stored with it.
const LINGER: Duration = Duration::from_millis(20);

/// A member of a group of consumers.
pub struct Kafka {
    consumer: Option<Arc<StreamConsumer>>,
}

impl From<KafkaError> for Lost {
    fn from(error: KafkaError) -> Self {
        Self(error.to_string())
    }
}

impl Kafka {
    /// Joins the group. That no broker answers shows later.
    pub fn join(settings: &Settings) -> Result<Self, Lost> {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", settings.brokers.join(","))
            .set("group.id", &settings.group)
            .set("client.id", "audit-gateway")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            // A group that is new takes what is there already.
            .set("auto.offset.reset", "earliest")
            .set("partition.assignment.strategy", "cooperative-sticky")
            // A tenant's topics are found this soon after they were made.
            .set("topic.metadata.refresh.interval.ms", "10000")
            .set("reconnect.backoff.max.ms", "5000")
            .set("allow.auto.create.topics", "false");
        let consumer: StreamConsumer = config.create()?;
        consumer.subscribe(&[&pattern(&settings.environment)])?;
        Ok(Self { consumer: Some(Arc::new(consumer)) })
    }

    /// The next message. The client finds its way back to brokers by itself; what it says on the way is no end.
    async fn message(&self) -> Result<Message, Lost> {
        let consumer = self.consumer()?;
        loop {
            match consumer.recv().await {
                Ok(message) => return Ok(read(&message)),
                Err(error @ KafkaError::MessageConsumptionFatal(_)) => return Err(error.into()),
                Err(error) => tracing::warn!(%error, "the message bus has trouble"),
            }
        }
    }

    fn consumer(&self) -> Result<&Arc<StreamConsumer>, Lost> {
        self.consumer.as_ref().ok_or_else(|| Lost("the group was left".to_owned()))
    }

    /// Leaves the group, so that others take over at once.
    pub async fn leave(mut self) {
        if let Some(consumer) = self.consumer.take() {
            // Waits for the broker.
            drop(tokio::task::spawn_blocking(move || drop(consumer)).await);
        }
    }
}

fn read(message: &BorrowedMessage<'_>) -> Message {
    let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
    let mut tenants =
        headers.filter(|header| header.key.eq_ignore_ascii_case(TENANT)).filter_map(|header| header.value);
    Message {
        place: Place { topic: message.topic().to_owned(), partition: message.partition(), offset: message.offset() },
        tenant: tenants.next().map(|tenant| String::from_utf8_lossy(tenant).into_owned()),
        value: message.payload().map(<[u8]>::to_vec),
    }
}

impl Courier for Kafka {
    fn next(&mut self, most: usize, bytes: usize) -> BoxFuture<'_, Result<Vec<Message>, Lost>> {
        async move {
            let first = self.message().await?;
            let mut length = first.value.as_ref().map_or(0, Vec::len);
            let mut messages = vec![first];
            let until = tokio::time::Instant::now() + LINGER;
            while messages.len() < most && length < bytes {
                let Ok(Ok(message)) = tokio::time::timeout_at(until, self.message()).await else { break };
                length += message.value.as_ref().map_or(0, Vec::len);
                messages.push(message);
            }
            Ok(messages)
        }
        .boxed()
    }

    fn done(&mut self, places: Vec<Place>) -> BoxFuture<'_, Result<(), Lost>> {
        async move {
            let consumer = Arc::clone(self.consumer()?);
            let (mut offsets, own) = (TopicPartitionList::new(), consumer.assignment()?);
            for Place { topic, partition, offset } in places {
                // Whoever has a part now begins where the group stood, and must not be set back.
                if own.find_partition(&topic, partition).is_some() {
                    offsets.add_partition_offset(&topic, partition, Offset::Offset(offset + 1))?;
                }
            }
            if offsets.count() == 0 {
                return Ok(());
            }
            // Waits for the broker.
            let committed = tokio::task::spawn_blocking(move || consumer.commit(&offsets, CommitMode::Sync)).await;
            Ok(committed.map_err(|error| Lost(error.to_string()))??)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests;
