//! `doctor`: the configuration as it works out, without its secrets, and whether the service could start with it.

use anyhow::bail;

use super::serve::{self, Place};
use super::{Exit, open, say};
use crate::config::{Config, Loaded, SETTINGS};
use crate::domain::db::Db;
use crate::domain::error::Error;

/// Show the configuration without its secrets, and check it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  audit-gateway doctor
  audit-gateway doctor --config /etc/audit-gateway.toml

Fails when the service could not start with this configuration.")]
pub struct Args {}

pub async fn run(_: Args, loaded: Loaded) -> anyhow::Result<Exit> {
    say(settings(&loaded))?;
    say("\nChecks")?;
    let findings = findings(&loaded.config).await;
    for (name, finding) in &findings {
        match finding {
            Ok(text) => say(format_args!("  ok    {name}: {text}"))?,
            Err(error) => say(format_args!("  FAIL  {name}: {error:#}"))?,
        }
    }
    let healthy = findings.iter().all(|(_, finding)| finding.is_ok());
    Ok(if healthy { Exit::Done } else { Exit::Failed })
}

type Finding = anyhow::Result<String>;

async fn findings(config: &Config) -> Vec<(&'static str, Finding)> {
    let place = Place::resolve(config.listen.as_str()).await;
    let loopback = place.as_ref().is_ok_and(Place::is_loopback);
    let reach = if loopback { "this machine only" } else { "other machines" };
    let mut findings = vec![
        ("listen", place.map(|_| format!("{} can be reached from {reach}", config.listen))),
        ("secrets", secrets(config, loopback)),
        ("trail key", trail_key(config)),
    ];
    let db = match open::store(config).await {
        Ok(db) => db,
        Err(error) => {
            findings.push(("store", Err(error)));
            return findings;
        }
    };
    findings.push(("store", Ok(format!("{} answers", config.store()))));
    let pending = open::pending(&db).await;
    let is_current = matches!(pending, Ok(0));
    findings.push(("migrations", migrations(config, pending)));
    if is_current {
        findings.push(("users", users(&db, loopback).await));
    }
    db.close().await;
    findings
}

fn secrets(config: &Config, loopback: bool) -> Finding {
    let missing = serve::missing_secrets(config);
    match (missing.is_empty(), loopback) {
        (true, _) => Ok("configured".to_owned()),
        (false, true) => Ok(format!("{} kept in {}", missing.join(" and "), config.data_dir.display())),
        (false, false) => bail!(serve::secrets_refusal(&missing)),
    }
}

fn trail_key(config: &Config) -> Finding {
    let keys: Vec<String> = open::trail_keys(config)?.iter().map(ToString::to_string).collect();
    Ok(if keys.is_empty() { "made on the first start".to_owned() } else { keys.join(", ") })
}

fn migrations(config: &Config, pending: Result<usize, Error>) -> Finding {
    match pending? {
        0 => Ok("up to date".to_owned()),
        steps if serve::migrates(config) => Ok(format!("{steps} pending; the start takes them")),
        steps => bail!("{steps} pending; run `audit-gateway migrate up`"),
    }
}

async fn users(db: &Db, loopback: bool) -> Finding {
    let users = open::users(db).await?;
    match users.demonstration {
        0 => Ok(users.all.to_string()),
        made_up if loopback => Ok(format!("{}, {made_up} of them made up", users.all)),
        made_up => bail!(serve::demonstration_refusal(made_up)),
    }
}

fn settings(loaded: &Loaded) -> String {
    let mut lines = Vec::new();
    let mut section = "";
    for setting in SETTINGS {
        if setting.section != section {
            section = setting.section;
            lines.push(format!("{}{section}", if lines.is_empty() { "" } else { "\n" }));
        }
        let value = match setting.name {
            "database-url" => loaded.config.store().to_string(),
            _ => setting.show(&loaded.config),
        };
        let source = loaded.decided.get(setting.name).map(|source| format!("   ({source})")).unwrap_or_default();
        lines.push(format!("  {:<20} {}{source}", setting.name, if value.is_empty() { "-" } else { &value }));
    }
    lines.join("\n")
}
