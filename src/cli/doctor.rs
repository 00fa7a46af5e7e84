//! `doctor`: the configuration as it works out, without its secrets, and whether the service could start with it.

use super::serve::{self, Place};
use super::{Exit, open};
use crate::config::{Config, Loaded, SETTINGS};

/// Show the configuration without its secrets, and check it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  audit-gateway doctor
  audit-gateway doctor --config /etc/audit-gateway.toml

Fails when the service could not start with this configuration.")]
pub struct Args {}

pub async fn run(_: Args, loaded: Loaded) -> anyhow::Result<Exit> {
    print_settings(&loaded);
    println!("\nChecks");
    let mut healthy = true;
    let mut tell = |name: &str, outcome: Result<String, String>| {
        healthy &= outcome.is_ok();
        let (mark, text) = match outcome {
            Ok(text) => ("ok  ", text),
            Err(text) => ("FAIL", text),
        };
        println!("  {mark} {name}: {text}");
    };
    let place = Place::resolve(loaded.config.listen.as_str()).await;
    let loopback = place.as_ref().is_ok_and(Place::is_loopback);
    tell("listen", match &place {
        Ok(_) if loopback => Ok(format!("{} can be reached from this machine only", loaded.config.listen)),
        Ok(_) => Ok(format!("{} can be reached from other machines", loaded.config.listen)),
        Err(error) => Err(format!("{error:#}")),
    });
    tell("secrets", secrets(&loaded.config, loopback));
    match open::store(&loaded.config).await {
        Err(error) => tell("store", Err(format!("{error:#}"))),
        Ok(db) => {
            tell("store", Ok(format!("{} answers", loaded.config.store())));
            let pending = open::pending(&db).await;
            tell("migrations", match &pending {
                Ok(0) => Ok("up to date".to_owned()),
                Ok(steps) if serve::migrates(&loaded.config) => Ok(format!("{steps} pending; the start takes them")),
                Ok(steps) => Err(format!("{steps} pending; run `audit-gateway migrate up`")),
                Err(error) => Err(error.to_string()),
            });
            if matches!(pending, Ok(0)) {
                let users = open::users(&db).await?;
                tell("users", match users.demonstration {
                    0 => Ok(format!("{}", users.all)),
                    made_up if loopback => Ok(format!("{}, {made_up} of them made up", users.all)),
                    made_up => Err(serve::demonstration_refusal(made_up)),
                });
            }
            db.close().await;
        }
    }
    Ok(if healthy { Exit::Done } else { Exit::Failed })
}

fn print_settings(loaded: &Loaded) {
    let mut section = "";
    for setting in SETTINGS {
        if setting.section != section {
            section = setting.section;
            println!("{}{section}", if section == "Server" { "" } else { "\n" });
        }
        let value = match setting.name {
            "database-url" => loaded.config.store().to_string(),
            _ => setting.show(&loaded.config),
        };
        let source = loaded.decided.get(setting.name).map(|source| format!("   ({source})")).unwrap_or_default();
        println!("  {:<20} {}{source}", setting.name, if value.is_empty() { "-" } else { &value });
    }
}

fn secrets(config: &Config, loopback: bool) -> Result<String, String> {
    let missing = serve::missing_secrets(config);
    match (missing.is_empty(), loopback) {
        (true, _) => Ok("configured".to_owned()),
        (false, true) => Ok(format!("{} kept in {}", missing.join(" and "), config.data_dir.display())),
        (false, false) => Err(serve::secrets_refusal(&missing)),
    }
}
