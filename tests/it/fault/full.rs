//! A store that is full, and relief (contract graphql, Full store; reliability: one full disk stops all writes until a
//! restart where a connection comes back inside its transaction).

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use audit_gateway::domain::db::{Db, Errand, Statement, Store};
use audit_gateway::domain::error::Error;
use serde_json::json;

use super::{attempt, door, execute, refusal, traces};
use crate::command::House;
use crate::store::{TestStore, run};

/// Whatever is full, the same is asked of the gateway: `fill` makes it so, `relieve` ends it.
async fn endure(house: &House, fill: impl AsyncFnOnce(), relieve: impl AsyncFnOnce()) {
    let input = |sku: &str| json!({ "name": "Full", "sku": sku, "idempotencyKey": sku });
    let (_, body) = attempt(house, "mia.member", input("BEFORE")).await;
    assert_eq!(refusal(&body), None, "{body}");
    fill().await;
    let before = traces(house).await;
    for number in 0..8 {
        let (answer, body) = attempt(house, "mia.member", input(&format!("FULL-{number}"))).await;
        assert_eq!(refusal(&body), Some("UNAVAILABLE"), "{body}");
        assert_eq!(answer.status, 503, "{}", answer.head);
        assert!(answer.head.contains("\r\nretry-after: 1"), "{}", answer.head);
        // Reads go on.
        assert_eq!(traces(house).await, before, "nothing is left behind");
    }
    relieve().await;
    // The very next one, over the same pool, and the same one again that was refused.
    let relieved = Instant::now();
    for number in 0..8 {
        let (_, body) = attempt(house, "mia.member", input(&format!("FULL-{number}"))).await;
        assert_eq!(refusal(&body), None, "{body}");
    }
    assert!(relieved.elapsed() < Duration::from_secs(10), "{:?}", relieved.elapsed());
    let (events, items) = traces(house).await;
    assert_eq!((events, items), (before.0 + 8, before.1 + 8));
    house.assert_told().await;
}

/// With the code that a full disk has, at the event of a change that was made, or only at COMMIT.
fn on_postgres(trigger: &str, when: &str) {
    run(Store::Postgres, async |kind| {
        let mut house = House::open(kind).await;
        let db = house.store.db.clone();
        house.serve(db.clone(), |_| {}).await;
        let function = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could \
                        not extend file' USING ERRCODE = '53100'; END $$";
        let trigger = format!(
            "CREATE {trigger} full_disk AFTER INSERT ON change_event {when} FOR EACH ROW EXECUTE FUNCTION full_disk()"
        );
        let fill = async || execute(&db, &[function, &trigger]).await;
        let relief = ["DROP TRIGGER full_disk ON change_event", "DROP FUNCTION full_disk()"];
        endure(&house, fill, async || execute(&db, &relief).await).await;
    });
}

#[test]
fn a_store_that_is_full_in_the_midst_of_a_command_keeps_no_half() {
    on_postgres("TRIGGER", "");
}

#[test]
fn a_store_that_is_full_at_commit_has_acknowledged_nothing() {
    on_postgres("CONSTRAINT TRIGGER", "DEFERRABLE INITIALLY DEFERRED");
}

/// SQLite's pager refuses the writer's connection a page, after the change and before its event is there.
#[test]
fn a_connection_that_met_a_full_store_is_as_good_as_new() {
    run(Store::Sqlite, async |kind| {
        let mut house = House::open(kind).await;
        let db = house.store.db.clone();
        house.serve(db.clone(), |_| {}).await;
        let trigger = "CREATE TRIGGER full BEFORE INSERT ON change_event BEGIN INSERT INTO ballast SELECT \
                       zeroblob(65536); END";
        execute(&db, &["CREATE TABLE ballast (page BLOB)", trigger]).await;
        for number in 0..8 {
            let sku = format!("PAGES-{number}");
            let input = || json!({ "name": "Full", "sku": sku, "idempotencyKey": sku });
            let before = traces(&house).await;
            execute(&db, &["PRAGMA max_page_count = 1"]).await;
            let (answer, body) = attempt(&house, "mia.member", input()).await;
            assert_eq!((refusal(&body), answer.status), (Some("UNAVAILABLE"), 503), "{body}");
            assert_eq!(traces(&house).await, before, "nothing is left behind");
            execute(&db, &["PRAGMA max_page_count = 4294967294"]).await;
            let (_, body) = attempt(&house, "mia.member", input()).await;
            assert_eq!(refusal(&body), None, "{body}");
            assert_eq!(traces(&house).await, (before.0 + 1, before.1 + 1));
        }
        house.assert_told().await;
    });
}

/// A disk of its own, in memory; gone when it is dropped.
struct Disk(PathBuf);

impl Disk {
    /// None where this process may not mount one.
    fn of_bytes(bytes: u64) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("audit-gateway-disk-").tempdir().expect("a folder").keep();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"]).arg(&folder);
        let is_mounted = mount.output().is_ok_and(|output| output.status.success());
        let disk = Self(folder);
        is_mounted.then_some(disk)
    }

    /// Leaves no byte on it.
    fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("a file");
        for size in [65_536, 4_096, 1] {
            while ballast.write_all(&vec![0; size]).and_then(|()| ballast.flush()).is_ok() {}
        }
    }

    fn relieve(&self) {
        std::fs::remove_file(self.ballast()).expect("removed");
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: the last connection may still be closing its file.
        drop(Command::new("umount").arg("--lazy").arg(&self.0).output());
        drop(std::fs::remove_dir(&self.0));
    }
}

/// A real disk with no byte left, which refuses at COMMIT, connection after connection.
#[test]
fn a_full_disk_refuses_writes_reads_on_and_takes_them_after_relief() {
    run(Store::Sqlite, async |kind| {
        let mut house = House::open(kind).await;
        house.db.close().await;
        let file = house.store.url.strip_prefix("sqlite://").expect("a file").to_owned();
        let length = std::fs::metadata(&file).expect("the file").len();
        let Some(disk) = Disk::of_bytes(length + (8 << 20)) else {
            say("!!! A FULL DISK was not tried: this process may not mount one. Run the tests as root to try it.");
            return;
        };
        let copy = disk.0.join("store.db");
        std::fs::copy(&file, &copy).expect("a copy");
        let db = on(&copy).await;
        house.serve(db.clone(), |_| {}).await;
        endure(&house, async || disk.fill(), async || disk.relieve()).await;
        db.close().await;
    });
}

async fn on(file: &Path) -> Db {
    door(&format!("sqlite://{}", file.display()), |_| {}).await
}

/// Past the harness, which keeps what a passed test prints to itself.
fn say(text: &str) {
    writeln!(std::io::stderr().lock(), "\n{text}\n").expect("a place for errors");
}

#[test]
fn answers_of_a_full_store_are_unavailable() {
    run(Store::Postgres, async |kind| {
        let store = TestStore::migrated(kind).await;
        // Disk full, out of memory, too many connections, lock not there, shutdown, statement time-out, input/output.
        for code in ["53100", "53200", "53300", "55P03", "57P01", "57014", "58030", "08006", "25P03"] {
            let sql = format!("DO $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{code}'; END $$");
            let outcome = store.db.fetch(&Errand::default(), Statement::new(sql, Vec::new(), Vec::new())).await;
            assert!(matches!(outcome, Err(Error::Unavailable)), "{code}: {outcome:?}");
        }
    });
}
