//! Stores for the importers' tests.

use sea_orm::ConnectionTrait;

use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::new_uuid;
use crate::domain::db::testing::Scratch;
use crate::domain::db::{Db, Store};

/// A store with the organizations `here` (1) and `there` (2), and nothing else.
pub struct Home {
    pub db: Db,
    scratch: Scratch,
}

impl Home {
    /// One of each store that can be had.
    pub async fn all() -> Vec<Self> {
        let mut homes = Vec::new();
        for scratch in Scratch::all().await {
            homes.push(Self::of(scratch).await);
        }
        homes
    }

    async fn of(scratch: Scratch) -> Self {
        for (id, slug) in [(1, "here"), (2, "there")] {
            let uuid = match scratch.db.store() {
                Store::Postgres => format!("'{}'", new_uuid()),
                Store::Sqlite => format!("X'{}'", new_uuid().simple()),
            };
            let row = format!(
                "INSERT INTO organization (id, uuid, slug, name, time_zone, created_at, updated_at) VALUES \
                 ({id}, {uuid}, '{slug}', '{slug}', 'UTC', '2030-01-01T00:00:00.000000+00:00', \
                 '2030-01-01T00:00:00.000000+00:00')"
            );
            scratch.db.for_migrations().execute_unprepared(&row).await.unwrap();
        }
        Self { db: scratch.db.clone(), scratch }
    }

    /// All rows of a question, each cell as text.
    pub async fn ask(&self, sql: &str, columns: usize) -> Vec<Vec<String>> {
        let rows = self.scratch.ask(sql, vec![Kind::Text; columns]).await;
        let text = |cell: &Cell| cell.as_str().unwrap_or("null").to_owned();
        rows.iter().map(|row| row.iter().map(text).collect()).collect()
    }

    /// One number.
    pub async fn count(&self, sql: &str) -> i64 {
        self.scratch.ask(sql, vec![Kind::Long]).await.cell(0, 0).as_int().unwrap()
    }

    /// Runs SQL as no importer would.
    pub async fn run(&self, sql: &str) {
        self.db.for_migrations().execute_unprepared(sql).await.unwrap();
    }

    pub async fn close(self) {
        self.scratch.close().await;
    }
}
