//! Opening the rooms that several commands need.

use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::TimeDelta;

use crate::auth::{self, ApiKeys, Authority, Presented, SigningKeys};
use crate::config::Config;
use crate::domain::cell::Kind;
use crate::domain::db::{self, Db, Errand, Statement};
use crate::domain::error::Error;
use crate::domain::identity::ApiKeyPurpose;
use crate::http::{self, Door};

/// Opens the store that the configuration names.
pub async fn store(config: &Config) -> anyhow::Result<Db> {
    let settings = db::Settings {
        url: config.store().expose().to_owned(),
        connections: config.pool_size,
        pool_wait: config.pool_wait,
        statement_timeout: config.statement_timeout,
        lock_timeout: config.lock_timeout,
    };
    Db::connect(&settings).await.with_context(|| format!("the store {} cannot be opened", config.store()))
}

/// Opens the store, and refuses one that is not up to date.
pub async fn current_store(config: &Config) -> anyhow::Result<Db> {
    let db = store(config).await?;
    match pending(&db).await? {
        0 => Ok(db),
        steps => bail!("{} lacks {steps} steps of its history; run `audit-gateway migrate up`", config.store()),
    }
}

/// The one who knows how callers prove who they are. Secrets that are not configured are kept in the data folder.
pub fn authority(config: &Config) -> anyhow::Result<Authority> {
    let life = |duration| TimeDelta::from_std(duration).context("a life is too long");
    let settings = auth::Settings {
        access_life: life(config.access_token_life)?,
        refresh_life: life(config.refresh_token_life)?,
        sign_in_life: life(config.sign_in_life)?,
        ..auth::Settings::default()
    };
    let (mut signing, mut api_key) = (config.signing_secrets.clone(), config.api_key_secrets.clone());
    if signing.is_empty() || api_key.is_empty() {
        let kept = auth::secrets::load_or_create(&config.data_dir)?;
        signing.is_empty().then(|| signing.push(kept.signing));
        api_key.is_empty().then(|| api_key.push(kept.api_key));
    }
    Ok(Authority::new(settings, SigningKeys::new(&signing)?, ApiKeys::new(&api_key)?))
}

/// `authority`, as HTTP asks it.
pub fn door(authority: Authority) -> Door {
    Arc::new(move |cx, http::Credentials { bearer, organization }| {
        let authority = authority.clone();
        Box::pin(async move {
            let credentials = bearer.map_or(auth::Credentials::None, auth::Credentials::Bearer);
            let purposes = &[ApiKeyPurpose::General];
            let organization = organization.as_deref();
            authority.caller(&cx, Presented { credentials: &credentials, organization, purposes }).await
        })
    })
}

/// How many steps of the history the store does not have yet.
pub async fn pending(db: &Db) -> Result<usize, Error> {
    let steps = migration::status(&db.for_migrations()).await?;
    Ok(steps.iter().filter(|step| !step.applied).count())
}

/// How many users there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Users {
    /// All of them.
    pub all: i64,
    /// Made-up ones, whose passwords everybody knows.
    pub demonstration: i64,
}

/// Counts the users.
pub async fn users(db: &Db) -> anyhow::Result<Users> {
    let sql = "SELECT COUNT(*), COUNT(CASE WHEN demonstration THEN 1 END) FROM \"user\"";
    let rows = db
        .fetch(&Errand::default(), Statement::new(sql, Vec::new(), vec![Kind::Long, Kind::Long]))
        .await
        .context("the users cannot be counted")?;
    let count = |column| rows.cell(0, column).as_int().unwrap_or(0);
    Ok(Users { all: count(0), demonstration: count(1) })
}
