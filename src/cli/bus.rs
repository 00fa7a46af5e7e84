//! The message bus beside the server.

use anyhow::bail;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::domain::cx::Clock;
use crate::domain::db::Db;
use crate::import::bus::{Intake, Settings, Shelf, Stop};

/// A consumer at work.
pub struct Consumer {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Consumer {
    /// Starts one where brokers are configured.
    pub fn start(config: &Config, db: &Db) -> anyhow::Result<Option<Self>> {
        if config.bus_brokers.is_empty() {
            return Ok(None);
        }
        let settings = Settings {
            brokers: config.bus_brokers.clone(),
            environment: config.bus_environment.clone(),
            group: config.bus_group.clone(),
        };
        let shelf = Shelf { file: config.bus_set_aside.clone() };
        let (stop, stopped) = watch::channel(false);
        let task = consume(&settings, Intake { db: db.clone(), shelf, clock: Clock::System }, stopped)?;
        Ok(Some(Self { stop, task }))
    }

    /// Lets it finish what it has in hand.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        drop(tokio::time::timeout(std::time::Duration::from_secs(2), self.task).await);
    }
}

#[cfg(feature = "kafka")]
fn consume(settings: &Settings, intake: Intake, stopped: Stop) -> anyhow::Result<JoinHandle<()>> {
    use crate::import::bus::kafka::Kafka;
    use crate::import::bus::{Patience, consume};

    let mut kafka = match Kafka::join(settings) {
        Ok(kafka) => kafka,
        Err(lost) => bail!("the message bus cannot be used: {lost}"),
    };
    tracing::info!(group = settings.group, environment = settings.environment, "taking events from the message bus");
    Ok(tokio::spawn(async move {
        consume(&mut kafka, &intake, Patience::default(), stopped).await;
        kafka.leave().await;
    }))
}

#[cfg(not(feature = "kafka"))]
fn consume(_: &Settings, _: Intake, _: Stop) -> anyhow::Result<JoinHandle<()>> {
    bail!("bus-brokers is set, but this program was built without the message bus: build it with `--features kafka`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::db::testing::Scratch;

    #[tokio::test]
    async fn without_brokers_there_is_no_consumer() {
        for scratch in Scratch::all().await {
            assert!(Consumer::start(&Config::default(), &scratch.db).unwrap().is_none());
            let config = Config { bus_brokers: vec!["127.0.0.1:1".to_owned()], ..Config::default() };
            let started = Consumer::start(&config, &scratch.db);
            // A broker that does not answer is no reason not to start.
            assert_eq!(started.is_ok(), cfg!(feature = "kafka"));
            if let Ok(Some(consumer)) = started {
                consumer.stop().await;
            }
            scratch.close().await;
        }
    }
}
