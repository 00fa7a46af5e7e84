//! Word between the instances on one PostgreSQL of trails that have grown (docs/decisions/0009). Word may be lost with a
//! connection, so whoever listens also looks at the heads of the trails now and then.

use sqlx::postgres::PgListener;

use super::{Db, Growth, Pools};
use crate::domain::error::Result;

const CHANNEL: &str = "audit_gateway_trail";
/// Organizations in one message, which may have 8,000 bytes.
const IN_ONE: usize = 150;

/// A connection to the other instances; on SQLite to nobody.
pub struct Neighbours {
    listener: Option<PgListener>,
}

impl Db {
    /// Begins to listen.
    pub async fn neighbours(&self) -> Result<Neighbours> {
        let listener = match &self.inner.pools {
            Pools::Sqlite { .. } => None,
            Pools::Postgres(leases) => {
                let mut listener = PgListener::connect_with(leases.pool()).await?;
                listener.listen(CHANNEL).await?;
                Some(listener)
            }
        };
        Ok(Neighbours { listener })
    }
}

impl Neighbours {
    /// Tells the others. A transaction of its own, so that no writer waits for the lock that NOTIFY takes at commit.
    pub async fn tell(&mut self, growth: &[Growth]) -> Result<()> {
        let Some(listener) = &mut self.listener else { return Ok(()) };
        for some in growth.chunks(IN_ONE) {
            let words: Vec<String> =
                some.iter().map(|one| format!("{}:{}", one.organization_id, one.last_sequence)).collect();
            sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(words.join(" ")).execute(&mut *listener).await?;
        }
        Ok(())
    }

    /// Waits for word of others, or of this one. Nothing is lost when it stops waiting.
    pub async fn hear(&mut self) -> Result<Vec<Growth>> {
        let Some(listener) = &mut self.listener else { return std::future::pending().await };
        let said = listener.recv().await?;
        Ok(said.payload().split(' ').filter_map(read).collect())
    }
}

fn read(word: &str) -> Option<Growth> {
    let (organization_id, last_sequence) = word.split_once(':')?;
    Some(Growth { organization_id: organization_id.parse().ok()?, last_sequence: last_sequence.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_ours_are_read() {
        assert_eq!(read("7:12"), Some(Growth { organization_id: 7, last_sequence: 12 }));
        for other in ["", "7", "7:", ":7", "a:1", "1:2:3"] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
