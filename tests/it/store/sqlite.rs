//! SQLite: a file that is filled once a process and copied for every test.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::{Content, fill, janitor};

/// The address of a new copy, and the folder it is in.
pub async fn copy(content: Content) -> (String, TempDir) {
    let folder = tempfile::Builder::new().prefix("store-").tempdir_in(janitor::folder()).expect("a folder");
    let file = folder.path().join("store.db");
    if content != Content::Nothing {
        std::fs::copy(pattern(content).await, &file).expect("a copy");
    }
    (url(&file), folder)
}

async fn pattern(content: Content) -> &'static Path {
    static TABLES: OnceCell<PathBuf> = OnceCell::const_new();
    static FIXTURE: OnceCell<PathBuf> = OnceCell::const_new();
    static DEMONSTRATION: OnceCell<PathBuf> = OnceCell::const_new();
    let cell = match content {
        Content::Nothing | Content::Tables => &TABLES,
        Content::Fixture => &FIXTURE,
        Content::Demonstration => &DEMONSTRATION,
    };
    cell.get_or_init(|| async move {
        let file = janitor::folder().join(format!("{content:?}.db"));
        fill(&url(&file), content).await;
        assert!(!file.with_extension("db-wal").exists(), "a closed store is one file");
        file
    })
    .await
}

fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}
