//! PostgreSQL: the server at `TEST_DATABASE_URL`, or one that this process starts and nobody else knows. Every test has
//! a database of its own, copied from one that is filled once a process.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};
use tokio::sync::OnceCell;

use super::janitor::{self, Chore, drop_database};
use super::{Content, fill};

/// Where the server keeps the files it was made of: the newest is tried first.
const HOMES: &[&str] = &[
    "/usr/lib/postgresql",
    "/usr/pgsql-*",
    "/opt/homebrew/opt",
    "/usr/local/opt",
    "/usr/local/pgsql",
    "/opt/local/lib",
];

/// The role of the tests, where the server's user is a superuser: the rules that keep rows apart do not hold for one.
const ROLE: &str = "audit_gateway_test";

/// A server and the address of its maintenance database.
pub struct Server {
    options: PgConnectOptions,
    owner: PgConnectOptions,
    tables: OnceCell<String>,
    fixture: OnceCell<String>,
    demonstration: OnceCell<String>,
}

/// A database of one test, dropped with this.
pub struct Database {
    server: PgConnectOptions,
    owner: PgConnectOptions,
    name: String,
}

/// The server of this process, or none where there is no PostgreSQL. With `REQUIRE_POSTGRES=1` that is a failure.
pub async fn server() -> Option<&'static Server> {
    static SERVER: OnceCell<Option<Server>> = OnceCell::const_new();
    let server = SERVER
        .get_or_init(|| async {
            let options = match std::env::var("TEST_DATABASE_URL") {
                Ok(url) => Some(PgConnectOptions::from_str(&url).expect("TEST_DATABASE_URL is an address")),
                Err(_) => match programs() {
                    Some(programs) => Some(start(&programs, "postgres").await),
                    None => None,
                },
            };
            let options = options?.disable_statement_logging();
            let owner = owner_of_databases(&options).await;
            Some(Server {
                options,
                owner,
                tables: OnceCell::new(),
                fixture: OnceCell::new(),
                demonstration: OnceCell::new(),
            })
        })
        .await;
    let required = std::env::var("REQUIRE_POSTGRES").is_ok_and(|value| value == "1");
    assert!(
        server.is_some() || !required,
        "REQUIRE_POSTGRES=1, but TEST_DATABASE_URL is not set and there is no initdb on PATH or in {HOMES:?}"
    );
    server.as_ref()
}

impl Server {
    /// A new database.
    pub async fn copy(&self, content: Content) -> Database {
        let template = match content {
            Content::Nothing => "template0",
            Content::Tables => self.tables.get_or_init(|| self.template(content)).await,
            Content::Fixture => self.fixture.get_or_init(|| self.template(content)).await,
            Content::Demonstration => self.demonstration.get_or_init(|| self.template(content)).await,
        };
        let database = self.database("test");
        self.create(&database.name, template).await;
        database
    }

    fn database(&self, what: &str) -> Database {
        Database { server: self.options.clone(), owner: self.owner.clone(), name: fresh_name(what) }
    }

    async fn template(&self, content: Content) -> String {
        let database = self.database("template");
        janitor::leave(Chore::Database(url(&self.options), database.name.clone()));
        self.create(&database.name, "template0").await;
        fill(&database.url(), content).await;
        let name = database.name.clone();
        // Not dropped here: it is copied until this process ends.
        std::mem::forget(database);
        name
    }

    async fn create(&self, name: &str, template: &str) {
        let mut connection = self.options.connect().await.expect("the test server");
        let owner = self.owner.get_username();
        let create = format!("CREATE DATABASE \"{name}\" OWNER \"{owner}\" TEMPLATE \"{template}\"");
        execute(&mut connection, &create).await;
    }
}

impl Database {
    /// Its address, for the role of the tests.
    pub fn url(&self) -> String {
        url(&self.owner.clone().database(&self.name))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (url, name) = (url(&self.server), self.name.clone());
        // A thread of its own: the test's runtime cannot be entered a second time.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(drop_database(&url, &name))
        });
        let outcome = dropped.join();
        if !std::thread::panicking() {
            outcome.expect("no panic").expect("the database is dropped");
        }
    }
}

fn url(options: &PgConnectOptions) -> String {
    options.to_url_lossy().to_string()
}

fn fresh_name(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("audit_gateway_{what}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn execute(connection: &mut PgConnection, statement: &str) {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.expect(statement);
}

/// Who owns the databases of the tests: the server's user, or where that is a superuser, a role made for it.
async fn owner_of_databases(options: &PgConnectOptions) -> PgConnectOptions {
    let mut connection = options.connect().await.expect("the test server");
    let question = sqlx::query_scalar("SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
    let is_superuser: bool = question.fetch_one(&mut connection).await.expect("the role");
    if !is_superuser {
        return options.clone();
    }
    let make = format!(
        "DO $$ BEGIN CREATE ROLE {ROLE} LOGIN PASSWORD '{ROLE}' NOSUPERUSER NOBYPASSRLS;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    );
    execute(&mut connection, &make).await;
    options.clone().username(ROLE).password(ROLE)
}

/// The folder of `initdb`, `postgres` and `pg_ctl`: on PATH, else the newest where packages put them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut homes: Vec<PathBuf> = HOMES.iter().flat_map(|home| installed(home)).collect();
    homes.sort_by_key(|home| std::cmp::Reverse(version(home)));
    folders.extend(homes);
    folders.iter().find_map(|folder| {
        // Through links: the programs look for their parts beside them.
        let program = folder.join("initdb").canonicalize().ok()?;
        let folder = program.parent()?;
        ["initdb", "postgres", "pg_ctl"].iter().all(|name| folder.join(name).is_file()).then(|| folder.to_owned())
    })
}

/// The `bin` folders of a home: its own, and those one below. A star at the end stands for any ending.
fn installed(home: &str) -> Vec<PathBuf> {
    let (folder, prefix) = match home.strip_suffix('*') {
        Some(start) => start.rsplit_once('/').unwrap_or(("", start)),
        None => (home, ""),
    };
    let below = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let matching = below.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    let mut found: Vec<PathBuf> = matching.map(|entry| entry.path().join("bin")).collect();
    found.push(Path::new(folder).join("bin"));
    found.retain(|bin| bin.join("initdb").exists());
    found
}

/// The last number in a path.
fn version(path: &Path) -> u32 {
    let text = path.to_string_lossy();
    text.rsplit(|letter: char| !letter.is_ascii_digit()).find_map(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Starts a server that forgets everything, and gives the address of its maintenance database.
async fn start(programs: &Path, name: &str) -> PgConnectOptions {
    let folder = tempfile::Builder::new().prefix(name).tempdir_in(janitor::folder()).expect("a folder").keep();
    let owner = owner(&folder);
    if let Some((uid, gid)) = owner {
        chown(&folder, Some(uid), Some(gid)).expect("root may give a folder away");
        // The folder above belongs to root; it may be passed through.
        std::fs::set_permissions(janitor::folder(), std::fs::Permissions::from_mode(0o711)).expect("permissions");
    }
    let data = folder.join("data");
    let program = |name: &str| {
        let mut command = Command::new(programs.join(name));
        command.current_dir("/").env_remove("PGDATA").stdin(Stdio::null()).process_group(0);
        if let Some((uid, gid)) = owner {
            command.uid(uid).gid(gid);
        }
        command
    };
    make(&program, &data);
    janitor::leave(Chore::Server(programs.join("pg_ctl"), data.clone(), owner));
    // Another process may take a port between its choice and its use.
    for _ in 0..5 {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = socket.local_addr().expect("its address").port();
        drop(socket);
        let log = std::fs::File::create(folder.join("log")).expect("a log");
        let mut server = program("postgres");
        server.arg("-D").arg(&data).arg("-p").arg(port.to_string()).arg("-k").arg(&folder);
        let settings = [
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "full_page_writes=off",
            "max_connections=300",
            "shared_buffers=64MB",
            "log_min_messages=fatal",
            "autovacuum=off",
            "jit=off",
        ];
        for setting in settings {
            server.arg("-c").arg(setting);
        }
        let mut server = server.stdout(Stdio::null()).stderr(log).spawn().expect("postgres");
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(port);
        let options = options.username("audit_gateway").database("postgres");
        if ready(&mut server, &options).await {
            return options;
        }
    }
    panic!("PostgreSQL does not start:\n{}", std::fs::read_to_string(folder.join("log")).unwrap_or_default());
}

/// Makes the data folder. Its own order of texts is that of a language where it can be, so that a statement which
/// forgets to ask for code points is found out.
fn make(program: &impl Fn(&str) -> Command, data: &Path) {
    let languages: [&[&str]; 2] = [&["--locale-provider=icu", "--icu-locale=en-US", "--locale=C"], &["--locale=C"]];
    let mut said = String::new();
    for language in languages {
        let mut initdb = program("initdb");
        initdb.args(["--username=audit_gateway", "--auth=trust", "--encoding=UTF8", "--no-sync", "-D"]);
        let output = initdb.arg(data).args(language).output().expect("initdb");
        if output.status.success() {
            return;
        }
        said.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    panic!("initdb failed:\n{said}");
}

async fn ready(server: &mut Child, options: &PgConnectOptions) -> bool {
    for _ in 0..300 {
        if server.try_wait().expect("the server's state").is_some() {
            return false;
        }
        if options.clone().disable_statement_logging().connect().await.is_ok() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

/// Whom the server runs as, where this process is root: PostgreSQL refuses to run as root.
fn owner(folder: &Path) -> Option<(u32, u32)> {
    if std::fs::metadata(folder).expect("the folder").uid() != 0 {
        return None;
    }
    let people = std::fs::read_to_string("/etc/passwd").expect("the people of this machine");
    let person = |name: &str| {
        let line = people.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut parts = line.split(':').skip(2).map(str::parse);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    };
    Some(["postgres", "nobody", "daemon"].into_iter().find_map(person).expect("somebody who is not root"))
}

#[test]
fn the_newest_server_is_found_first() {
    let mut homes = vec![PathBuf::from("/usr/lib/postgresql/9/bin"), PathBuf::from("/usr/lib/postgresql/15/bin")];
    homes.sort_by_key(|home| std::cmp::Reverse(version(home)));
    assert_eq!(homes[0], Path::new("/usr/lib/postgresql/15/bin"));
}

/// Also where `TEST_DATABASE_URL` is set, as on the machine that checks commits.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_this_process_starts_and_answers() {
    let Some(programs) = programs() else { return };
    let options = start(&programs, "another").await.disable_statement_logging();
    let mut connection = options.connect().await.expect("the server");
    let sum: i32 = sqlx::query_scalar("SELECT 1 + 1").fetch_one(&mut connection).await.expect("an answer");
    assert_eq!(sum, 2);
    let owner = owner_of_databases(&options).await;
    assert_eq!(owner.get_username(), ROLE);
}
