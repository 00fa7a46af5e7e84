//! Migrated stores for tests: SQLite in a file of its own, and PostgreSQL in a schema of its own where
//! `TEST_DATABASE_URL` names a server.

use sea_orm::ConnectionTrait;
use tempfile::TempDir;

use super::{Db, Errand, Rows, Settings, Statement};
use crate::domain::cell::Kind;
use crate::domain::cx::new_uuid;

/// A store that nobody else uses.
pub struct Scratch {
    /// The door.
    pub db: Db,
    schema: Option<Schema>,
    _folder: TempDir,
}

struct Schema {
    server: String,
    name: String,
}

impl Schema {
    async fn run(&self, sql: &str) {
        let db = Db::connect(&Settings::at(self.server.clone())).await.unwrap();
        db.for_migrations().execute_unprepared(sql).await.unwrap();
        db.close().await;
    }
}

impl Scratch {
    /// One of every kind of store there is, with all tables.
    pub async fn all() -> Vec<Self> {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.sqlite").display());
        let mut all = vec![Self::at(url, None, folder).await];
        if let Ok(server) = std::env::var("TEST_DATABASE_URL") {
            let schema = Schema { server, name: format!("scratch_{}", new_uuid().simple()) };
            schema.run(&format!("CREATE SCHEMA {}", schema.name)).await;
            let joint = if schema.server.contains('?') { '&' } else { '?' };
            let url = format!("{}{joint}options=-c%20search_path%3D{}", schema.server, schema.name);
            all.push(Self::at(url, Some(schema), tempfile::tempdir().unwrap()).await);
        }
        all
    }

    async fn at(url: String, schema: Option<Schema>, folder: TempDir) -> Self {
        let db = Db::connect(&Settings::at(url)).await.unwrap();
        migration::up(&db.for_migrations()).await.unwrap();
        Self { db, schema, _folder: folder }
    }

    /// The rows that a statement without values gives.
    pub async fn ask(&self, sql: &str, kinds: Vec<Kind>) -> Rows {
        self.db.fetch(&Errand::default(), Statement::new(sql, Vec::new(), kinds)).await.unwrap()
    }

    /// The number of rows of a table, with a condition or joins behind its name.
    pub async fn count(&self, from: &str) -> i64 {
        self.ask(&format!("SELECT count(*) FROM {from}"), vec![Kind::Long]).await.cell(0, 0).as_int().unwrap()
    }

    /// The texts that a statement gives.
    pub async fn words(&self, sql: &str) -> Vec<String> {
        let rows = self.ask(sql, vec![Kind::Text]).await;
        rows.iter().map(|row| row[0].as_str().unwrap().to_owned()).collect()
    }

    /// Leaves nothing behind on the server.
    pub async fn close(self) {
        self.db.close().await;
        if let Some(schema) = self.schema {
            schema.run(&format!("DROP SCHEMA {} CASCADE", schema.name)).await;
        }
    }
}
