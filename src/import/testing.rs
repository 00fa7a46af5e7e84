//! Stores for tests: SQLite in a temporary file, and PostgreSQL where `TEST_DATABASE_URL` names one.

use sea_orm::ConnectionTrait;
use tempfile::TempDir;

use crate::domain::cell::Kind;
use crate::domain::cx::new_uuid;
use crate::domain::db::{Db, Errand, Settings, Statement, Store};

/// An empty store with the organizations `here` (1) and `there` (2).
pub struct Home {
    pub db: Db,
    schema: Option<(Db, String)>,
    _folder: TempDir,
}

impl Home {
    /// One of each store that can be had.
    pub async fn all() -> Vec<Self> {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("store.db").display());
        let mut homes = vec![Self::at(&url, None, folder).await];
        if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
            let outer = Db::connect(&Settings::at(url.clone())).await.unwrap();
            let schema = format!("import_{}", new_uuid().simple());
            outer.for_migrations().execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.unwrap();
            let separator = if url.contains('?') { '&' } else { '?' };
            let inner = format!("{url}{separator}options=-csearch_path%3D{schema},public");
            homes.push(Self::at(&inner, Some((outer, schema)), tempfile::tempdir().unwrap()).await);
        }
        homes
    }

    async fn at(url: &str, schema: Option<(Db, String)>, folder: TempDir) -> Self {
        let db = Db::connect(&Settings::at(url)).await.unwrap();
        let connection = db.for_migrations();
        migration::up(&connection).await.unwrap();
        for (id, slug) in [(1, "here"), (2, "there")] {
            let uuid = match db.store() {
                Store::Postgres => format!("'{}'", new_uuid()),
                Store::Sqlite => format!("X'{}'", new_uuid().simple()),
            };
            let row = format!(
                "INSERT INTO organization (id, uuid, slug, name, time_zone, created_at, updated_at) VALUES \
                 ({id}, {uuid}, '{slug}', '{slug}', 'UTC', '2030-01-01T00:00:00.000000+00:00', \
                 '2030-01-01T00:00:00.000000+00:00')"
            );
            connection.execute_unprepared(&row).await.unwrap();
        }
        Self { db, schema, _folder: folder }
    }

    /// All rows of a question, each cell as text.
    pub async fn ask(&self, sql: &str, columns: usize) -> Vec<Vec<String>> {
        let errand = Errand { organization_id: Some(1), ..Errand::default() };
        let rows = self.db.fetch(&errand, Statement::new(sql, vec![], vec![Kind::Text; columns])).await.unwrap();
        let text = |cell: &crate::domain::cell::Cell| cell.as_str().unwrap_or("null").to_owned();
        rows.iter().map(|row| row.iter().map(text).collect()).collect()
    }

    /// One number.
    pub async fn count(&self, sql: &str) -> i64 {
        let errand = Errand { organization_id: Some(1), ..Errand::default() };
        let rows = self.db.fetch(&errand, Statement::new(sql, vec![], vec![Kind::Long])).await.unwrap();
        rows.cell(0, 0).as_int().unwrap()
    }

    pub async fn close(self) {
        self.db.close().await;
        if let Some((outer, schema)) = self.schema {
            outer.for_migrations().execute_unprepared(&format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
        }
    }
}
