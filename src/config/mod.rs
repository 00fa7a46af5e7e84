//! One configuration, described once: what stands in the table below is the file's keys, the environment's variables,
//! the command line's flags, the README's table and what `doctor` prints.
//!
//! A setting has one name in three spellings: `request-timeout` in the file, `AUDIT_GATEWAY_REQUEST_TIMEOUT` in the
//! environment, `--request-timeout` on the command line. The later source wins.

mod load;
mod secret;
mod value;

use std::path::PathBuf;
use std::time::Duration;

pub use self::load::{Loaded, Refused, Source, Sources, load};
pub use self::secret::DatabaseUrl;
pub use self::value::{Bytes, Listen, LogFormat, Switch, Value, Verbatim};
use crate::auth::Secret;

/// How a setting is given on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Shown by `-h` and `--help`.
    Common,
    /// Shown by `--help` only.
    Rare,
    /// Not at all: what stands on a command line can be read by every user of the machine.
    None,
}

/// The description of one setting.
pub struct Setting {
    /// Heading it stands under.
    pub section: &'static str,
    /// Key in the file; with two dashes before it, the flag.
    pub name: &'static str,
    /// Whether and where there is a flag.
    pub flag: Flag,
    /// What it means.
    pub meaning: &'static str,
    /// Whether it takes several values.
    pub list: bool,
    set: fn(&mut Config, &[String]) -> Result<(), String>,
    get: fn(&Config) -> String,
}

impl Setting {
    /// Its variable.
    pub fn env(&self) -> String {
        match self.name {
            // Every platform that provides a database names it so.
            "database-url" => "DATABASE_URL".to_owned(),
            name => format!("AUDIT_GATEWAY_{}", name.replace('-', "_").to_uppercase()),
        }
    }

    /// Its value in `config`, masked where it is secret.
    pub fn show(&self, config: &Config) -> String {
        (self.get)(config)
    }
}

macro_rules! settings {
    ($($section:literal { $($(#[doc = $meaning:literal])+ $flag:ident $name:literal $field:ident: $type:ty = $default:expr;)* })*) => {
        /// Everything that can be set, in the types that the rooms need.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Config {
            $($($(#[doc = $meaning])+ pub $field: $type,)*)*
        }

        impl Default for Config {
            fn default() -> Self {
                Self { $($($field: $default,)*)* }
            }
        }

        /// Every setting, in the order in which they are shown.
        pub static SETTINGS: &[Setting] = &[$($(
            Setting {
                section: $section,
                name: $name,
                flag: Flag::$flag,
                meaning: concat!($($meaning),+),
                list: <$type as Value>::LIST,
                set: |config, words| {
                    config.$field = Value::read(words)?;
                    Ok(())
                },
                get: |config| config.$field.show(),
            },
        )*)*];
    };
}

settings! {
    "Server" {
        /// Address and port to listen on; port 0 takes a free one.
        Common "listen" listen: Listen = Listen::default();
        /// Address under which clients reach the gateway, where a proxy stands before it.
        Rare "public-url" public_url: Option<String> = None;
        /// How many proxies stand before the gateway and append to `X-Forwarded-For`, from which the client's address is
        /// then taken.
        Rare "proxies" proxies: Option<u32> = None;
        /// Made-up data for an empty store, with users to sign in as: `auto` loads it into the default SQLite store
        /// on a loopback address.
        Common "demonstration" demonstration: Switch = Switch::Auto;
        /// Pages of other origins that may call the gateway from a browser, or `*`.
        Rare "cors-origins" cors_origins: Vec<String> = Vec::new();
        /// Scheme and authority in absolute links of the documented interfaces, such as https://audit.example.org; those
        /// the client called without it.
        Rare "public-base-url" public_base_url: Option<String> = None;
        /// Address that answers of the Action Audit Data API name as their documentation; that of its makers without it.
        Rare "action-audit-docs" action_audit_docs: Option<String> = None;
        /// Whether `/metrics` answers.
        Rare "metrics" metrics: bool = true;
    }
    "Store" {
        /// `postgres://...` or `sqlite://path`; without it, `audit-gateway.sqlite` in the data folder.
        Common "database-url" database_url: Option<DatabaseUrl> = None;
        /// Folder for the SQLite store and for the secrets made on the first start.
        Common "data-dir" data_dir: PathBuf = PathBuf::from("data");
        /// Most connections to the store at once.
        Rare "pool-size" pool_size: u32 = 8;
        /// How long a request waits for a connection.
        Rare "pool-wait" pool_wait: Duration = Duration::from_secs(2);
        /// How long one statement may take.
        Rare "statement-timeout" statement_timeout: Duration = Duration::from_secs(5);
        /// How long a statement may wait for a lock.
        Rare "lock-timeout" lock_timeout: Duration = Duration::from_secs(2);
    }
    "Identity" {
        /// Secrets that access tokens are signed with, of at least 32 bytes in base64: the first signs, all verify. Made on the
        /// first start on a loopback address, needed on any other.
        None "signing-secrets" signing_secrets: Vec<Secret> = Vec::new();
        /// Secrets that API keys are derived from, of at least 32 bytes in base64: the first makes keys, all verify. As with
        /// the signing secrets.
        None "api-key-secrets" api_key_secrets: Vec<Secret> = Vec::new();
        /// How long an access token is good for.
        Rare "access-token-life" access_token_life: Duration = Duration::from_secs(15 * 60);
        /// How long a refresh token is good for.
        Rare "refresh-token-life" refresh_token_life: Duration = Duration::from_secs(14 * 86_400);
        /// How long a sign-in can be prolonged before the password is asked for again.
        Rare "sign-in-life" sign_in_life: Duration = Duration::from_secs(30 * 86_400);
        /// Failed sign-ins of a name from an address after which further tries are refused unseen.
        Rare "sign-in-failures" sign_in_failures: u32 = 10;
        /// How long failed sign-ins are remembered.
        Rare "sign-in-window" sign_in_window: Duration = Duration::from_secs(15 * 60);
    }
    "AuditComply" {
        /// Secret that tokens of the AuditComply interface are signed with, of at least 32 bytes in base64; without it
        /// one that follows from the first signing secret.
        None "auditcomply-jwt-secret" auditcomply_jwt_secret: Vec<Secret> = Vec::new();
        /// How long a token of the AuditComply interface is good for.
        Rare "auditcomply-token-life" auditcomply_token_life: Duration = Duration::from_secs(3_600);
        /// How long after the sign-in a token of the AuditComply interface can be renewed.
        Rare "auditcomply-refresh-limit" auditcomply_refresh_limit: Duration = Duration::from_secs(7 * 86_400);
        /// What stands between the names of a breadcrumb of the AuditComply interface.
        Rare "auditcomply-breadcrumb-separator" auditcomply_breadcrumb_separator: Verbatim = Verbatim(" > ".to_owned());
    }
    "Ablebase" {
        /// Name of the cookie that browsers keep a session of the Ablebase interface in; over https with `__Secure-` before it.
        Rare "ablebase-cookie-name" ablebase_cookie_name: String = "better-auth.session_token".to_owned();
        /// Origins of pages, beside the gateway's own, that may use that cookie, such as https://app.example.org.
        Rare "ablebase-trusted-origins" ablebase_trusted_origins: Vec<String> = Vec::new();
        /// Failed sign-ins of a mail address from an address, here or elsewhere, after which further tries here are refused
        /// unseen.
        Rare "ablebase-sign-in-failures" ablebase_sign_in_failures: u32 = 5;
        /// How long failed sign-ins count there.
        Rare "ablebase-sign-in-window" ablebase_sign_in_window: Duration = Duration::from_secs(10 * 60);
        /// Requests a minute of each key or person at the Ablebase interface; any number without it.
        Rare "ablebase-rate-limit" ablebase_rate_limit: Option<u32> = None;
    }
    "FOLIO" {
        /// Parts of snapshots that the FOLIO interface shows as `[redacted]`: a type of records and a JSON pointer each,
        /// such as organization:/edi/ediFtp/password.
        Rare "folio-redacted" folio_redacted: Vec<String> = Vec::new();
    }
    "PackageX" {
        /// Requests a minute of each key or person at the PackageX interface; any number without it.
        Rare "packagex-rate-limit" packagex_rate_limit: Option<u32> = None;
    }
    "Message bus" {
        /// Brokers of the Kafka bus that FOLIO's events are taken from, each a host and a port; off without one. Needs a
        /// program built with the feature `kafka`.
        Rare "bus-brokers" bus_brokers: Vec<String> = Vec::new();
        /// First part of the names of topics, the environment.
        Rare "bus-environment" bus_environment: String = "folio".to_owned();
        /// Name of the group of consumers; instances of one name share the messages.
        Rare "bus-group" bus_group: String = "audit-gateway".to_owned();
        /// File that messages are appended to that cannot be taken, one a line with the reason; in the log they always stand.
        Rare "bus-set-aside" bus_set_aside: Option<PathBuf> = None;
    }
    "Trail" {
        /// Secrets that checkpoints of the trail are signed with, of at least 32 bytes in base64: the first signs, all
        /// verify. As with the signing secrets.
        None "trail-secrets" trail_secrets: Vec<Secret> = Vec::new();
        /// File that every checkpoint is appended to, best on another machine's disk: only a checkpoint outside the store
        /// shows that the end of a trail was cut off.
        Rare "trail-anchor" trail_anchor: Option<PathBuf> = None;
    }
    "GraphQL" {
        /// Whether the schema can be asked for: `auto` on a loopback address and in a demonstration.
        Rare "introspection" introspection: Switch = Switch::Auto;
        /// Whether a request may hold an array of operations, at most ten.
        Rare "batching" batching: bool = false;
        /// Folder of `.graphql` files; when set, only these documents are executed, whole or by their SHA-256.
        Rare "trusted-documents" trusted_documents: Option<PathBuf> = None;
    }
    "GraphQL limits" {
        /// Longest document.
        Rare "query-size" query_size: Bytes = Bytes(64 << 10);
        /// Most tokens of a document.
        Rare "query-tokens" query_tokens: u32 = 5_000;
        /// Most operations of a document.
        Rare "query-operations" query_operations: u32 = 10;
        /// Most fragments of a document.
        Rare "query-fragments" query_fragments: u32 = 100;
        /// Most fields inside one another; a root field is 1.
        Rare "query-depth" query_depth: u32 = 15;
        /// Most selections of an operation, fragments put in.
        Rare "query-selections" query_selections: u32 = 2_000;
        /// Most aliases of an operation.
        Rare "query-aliases" query_aliases: u32 = 30;
        /// Most root fields of an operation.
        Rare "query-root-fields" query_root_fields: u32 = 20;
        /// Most directives of an operation.
        Rare "query-directives" query_directives: u32 = 50;
        /// Most rows that an operation may ask for, page sizes multiplied.
        Rare "query-rows" query_rows: u32 = 10_000;
        /// Rows of a page at the root where no number is asked for.
        Rare "page-size" page_size: u32 = 25;
        /// Most rows of a page at the root.
        Rare "page-size-most" page_size_most: u32 = 200;
        /// Rows of a page within an object where no number is asked for.
        Rare "nested-page-size" nested_page_size: u32 = 10;
        /// Most rows of a page within an object.
        Rare "nested-page-size-most" nested_page_size_most: u32 = 100;
        /// Most conditions of a filter.
        Rare "filter-conditions" filter_conditions: u32 = 200;
        /// Most values of a list in a filter.
        Rare "filter-values" filter_values: u32 = 1_000;
        /// Most fields of an order.
        Rare "order-fields" order_fields: u32 = 5;
        /// Longest answer to a query.
        Rare "response-limit" response_limit: Bytes = Bytes(16 << 20);
    }
    "Limits" {
        /// Longest request body.
        Rare "body-limit" body_limit: Bytes = Bytes(1 << 20);
        /// Longest request target and headers together.
        Rare "header-limit" header_limit: Bytes = Bytes(16 << 10);
        /// How long a request may take once its body has arrived.
        Rare "request-timeout" request_timeout: Duration = Duration::from_secs(10);
        /// How long a connection may take to send its first byte.
        Rare "first-byte-timeout" first_byte_timeout: Duration = Duration::from_secs(10);
        /// How long a request's headers may take to arrive.
        Rare "header-timeout" header_timeout: Duration = Duration::from_secs(5);
        /// How long a request's body may take to arrive.
        Rare "body-timeout" body_timeout: Duration = Duration::from_secs(10);
        /// How long a connection is kept without a request.
        Rare "idle-timeout" idle_timeout: Duration = Duration::from_secs(60);
        /// Most connections of clients at once; further ones wait.
        Rare "connections" connections: u32 = 10_000;
        /// Most WebSockets, streams of events and feeds of one user at once.
        Rare "user-connections" user_connections: u32 = 100;
        /// How long requests under way may take to finish when the gateway is stopped.
        Rare "drain-timeout" drain_timeout: Duration = Duration::from_secs(4);
    }
    "Logs" {
        /// `human` or `json`.
        Common "log-format" log_format: LogFormat = LogFormat::Human;
        /// `error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,sqlx=warn`.
        Common "log-level" log_level: String = "info".to_owned();
    }
}

impl Config {
    /// Where the store is: the address given, or a file in the data folder.
    pub fn store(&self) -> DatabaseUrl {
        self.database_url.clone().unwrap_or_else(|| {
            DatabaseUrl::new(format!("sqlite://{}", self.data_dir.join("audit-gateway.sqlite").display()))
        })
    }

    /// Whether nobody chose a store, so that the one in the data folder is ours to fill.
    pub fn is_default_store(&self) -> bool {
        self.database_url.is_none()
    }

    /// What must hold between settings.
    fn check(&self) -> Result<(), String> {
        if let Some(url) = &self.public_url
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            return Err("public-url must start with http:// or https://".to_owned());
        }
        if self.header_limit.count() < 1_024 {
            return Err("header-limit must be at least 1KiB".to_owned());
        }
        if self.page_size > self.page_size_most || self.nested_page_size > self.nested_page_size_most {
            return Err(
                "page-size and nested-page-size must not be above page-size-most and nested-page-size-most".to_owned()
            );
        }
        if self.access_token_life > self.refresh_token_life || self.refresh_token_life > self.sign_in_life {
            return Err("access-token-life, refresh-token-life and sign-in-life must not get shorter".to_owned());
        }
        let origin = |origin: &String| {
            origin == "*" || origin.split_once("://").is_some_and(|(_, host)| !host.is_empty() && !host.contains('/'))
        };
        if !self.cors_origins.iter().all(origin) {
            return Err("cors-origins must be origins such as https://audit.example.org, without a path".to_owned());
        }
        if !self.ablebase_trusted_origins.iter().all(|named| named != "*" && origin(named)) {
            let rule = "ablebase-trusted-origins must be origins such as https://app.example.org, without a path";
            return Err(rule.to_owned());
        }
        let is_token = |byte: u8| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&byte);
        if self.ablebase_cookie_name.is_empty() || !self.ablebase_cookie_name.bytes().all(is_token) {
            return Err("ablebase-cookie-name must be the name of a cookie, without blanks and separators".to_owned());
        }
        Ok(())
    }
}

/// The README's table of settings, in Markdown.
pub fn markdown_table() -> String {
    let defaults = Config::default();
    let mut table = "| setting | environment | flag | default | meaning |\n|---|---|---|---|---|\n".to_owned();
    for setting in SETTINGS {
        let default = match setting.show(&defaults) {
            text if text.is_empty() => String::new(),
            text => format!("`{text}`"),
        };
        let flag = match setting.flag {
            Flag::None => String::new(),
            Flag::Common | Flag::Rare => format!("`--{}`", setting.name),
        };
        let cells =
            [&format!("`{}`", setting.name), &format!("`{}`", setting.env()), &flag, &default, setting.meaning.trim()];
        table.push_str(&format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | ")));
    }
    table
}

#[cfg(test)]
mod tests;
