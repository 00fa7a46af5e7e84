//! The demonstration of a first start: made-up data for a store that nobody uses yet, and what to sign in with.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::auth::Authority;
use crate::config::{Config, Switch};
use crate::domain::db::Db;
use crate::http::DemonstrationUser;
use crate::seed::demonstration::{self, ACCOUNTS, Account, HARBOUR, LIBRARY, Loaded};

/// The file in the data folder that scripts read to sign in.
pub const CREDENTIALS: &str = "demo-credentials.json";

/// Loads the demonstration where the configuration asks for it and the store has no users, and leaves
/// [`CREDENTIALS`]. Gives the lines that tell the operator how to sign in.
pub async fn load(
    config: &Config,
    db: &Db,
    authority: &Authority,
    (now, loopback): (DateTime<Utc>, bool),
) -> anyhow::Result<Option<String>> {
    if !loopback && config.demonstration == Switch::On {
        bail!("made-up users, whose passwords everybody knows, are not for an address that other machines can reach");
    }
    if !loopback || !config.demonstration.or(config.is_default_store()) {
        return Ok(None);
    }
    if super::open::users(db).await?.all > 0 {
        return Ok(None);
    }
    let hash = async |password: &str| authority.hash_password(password).await;
    let Some(loaded) = demonstration::load(db, now, hash).await.context("the demonstration cannot be loaded")? else {
        return Ok(None);
    };
    let file = leave(&config.data_dir, &credentials(&loaded, authority))?;
    Ok(Some(lines(&file)))
}

/// Whom GraphiQL offers to sign in as.
pub fn sign_ins() -> Vec<DemonstrationUser> {
    let user = |account: &Account| DemonstrationUser {
        username: account.username.to_owned(),
        password: account.password.to_owned(),
        role: account.role.to_owned(),
    };
    ACCOUNTS.iter().map(user).collect()
}

fn credentials(loaded: &Loaded, authority: &Authority) -> Value {
    let users = |organization: &str| {
        let own = ACCOUNTS.iter().filter(|account| account.organization == organization);
        own.map(|account: &Account| {
            json!({
                "username": account.username, "email": account.email, "password": account.password,
                "role": account.role,
            })
        })
        .collect::<Vec<_>>()
    };
    json!({
        "organization": { "slug": HARBOUR, "uuid": loaded.organization },
        "users": users(HARBOUR),
        "apiKey": authority.api_key_token(loaded.api_key),
        "dataApiKey": authority.api_key_token(loaded.data_api_key),
        "otherOrganization": { "slug": LIBRARY, "uuid": loaded.other_organization },
        "otherUsers": users(LIBRARY),
    })
}

/// Writes the file for its owner only. It takes the place of one that an earlier store left.
fn leave(folder: &Path, credentials: &Value) -> anyhow::Result<PathBuf> {
    let path = folder.join(CREDENTIALS);
    let draft = folder.join(format!(".{CREDENTIALS}.{}", std::process::id()));
    let written = write(&draft, &format!("{credentials:#}\n")).and_then(|()| fs::rename(&draft, &path));
    written.with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn lines(file: &Path) -> String {
    let mut text = "  made-up data was loaded; sign in as one of\n".to_owned();
    for Account { username, password, role, organization, .. } in ACCOUNTS {
        // A text takes whatever is written to it.
        let _ = writeln!(text, "    {username:<17} {password:<22} {role:<7} {organization}");
    }
    let _ = write!(text, "  the same for scripts, with API keys: {}", file.display());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_for_its_owner_and_takes_the_place_of_an_old_one() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(CREDENTIALS), "old").unwrap();
        let path = leave(folder.path(), &json!({ "apiKey": "ak_1" })).unwrap();
        let read: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(read["apiKey"], "ak_1");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn every_password_is_told_once() {
        let text = lines(Path::new("data/x"));
        for account in ACCOUNTS {
            assert_eq!(text.matches(account.password).count(), 1, "{}", account.username);
        }
    }
}
