//! Opening the rooms that several commands need.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::TimeDelta;

use crate::auth::{self, ApiKeys, Authority, FailureLimit, Presented, Secret, SigningKeys};
use crate::config::Config;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{self, Db, Errand, Statement};
use crate::domain::error::Error;
use crate::domain::identity::ApiKeyPurpose;
use crate::domain::trail::{PublicKey, Signer};
use crate::graphql::{self, DocumentLimits, FilterLimits, PageSizes, PlanLimits};
use crate::http::{self, Door};
use crate::rest::ablebase::Ablebase;
use crate::rest::action_audit::{self, ActionAudit};
use crate::rest::auditcomply::{Auditcomply, Lives};
use crate::rest::folio::{Folio, Masks};
use crate::rest::kit::{Dialect, Pace};
use crate::rest::packagex::Packagex;

/// Opens the store that the configuration names.
pub async fn store(config: &Config) -> anyhow::Result<Db> {
    let settings = db::Settings {
        connections: config.pool_size,
        pool_wait: config.pool_wait,
        statement_timeout: config.statement_timeout,
        lock_timeout: config.lock_timeout,
        ..db::Settings::at(config.store().expose().to_owned())
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
        failures: FailureLimit {
            failures: usize::try_from(config.sign_in_failures).unwrap_or(usize::MAX),
            window: life(config.sign_in_window)?,
        },
        browser_failures: FailureLimit {
            failures: usize::try_from(config.ablebase_sign_in_failures).unwrap_or(usize::MAX),
            window: life(config.ablebase_sign_in_window)?,
        },
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

/// The dialect of AuditComply. Without a secret of its own, one that follows from the first signing secret.
fn auditcomply(config: &Config, authority: &Authority) -> anyhow::Result<Arc<dyn Dialect>> {
    let secret = match (config.auditcomply_jwt_secret.first(), config.signing_secrets.first()) {
        (Some(secret), _) => secret.clone(),
        (None, Some(signing)) => signing.derive(JWT_PURPOSE)?,
        (None, None) => auth::secrets::load_or_create(&config.data_dir)?.signing.derive(JWT_PURPOSE)?,
    };
    let life = |duration| TimeDelta::from_std(duration).context("a life is too long");
    Ok(Arc::new(Auditcomply {
        tokens: Arc::new(auth::SignedTokens::new(authority.clone(), &secret)),
        sessions: Arc::new(authority.clone()),
        lives: Lives { token: life(config.auditcomply_token_life)?, refresh: life(config.auditcomply_refresh_limit)? },
        separator: config.auditcomply_breadcrumb_separator.0.clone(),
    }))
}

const JWT_PURPOSE: &str = "tokens of the AuditComply interface";

/// Who signs checkpoints of the trail. A secret that is not configured is kept in the data folder.
pub fn signer(config: &Config) -> anyhow::Result<Arc<Signer>> {
    let secret = match config.trail_secrets.first() {
        Some(secret) => secret.clone(),
        None => auth::secrets::load_or_create(&config.data_dir)?.trail,
    };
    Ok(Arc::new(new_signer(&secret)?))
}

/// The keys that checkpoints are verified with; none where no secret is configured or kept.
pub fn trail_keys(config: &Config) -> anyhow::Result<Vec<PublicKey>> {
    let kept = if config.trail_secrets.is_empty() { auth::secrets::load_trail(&config.data_dir)? } else { None };
    config.trail_secrets.iter().chain(&kept).map(|secret| Ok(new_signer(secret)?.key())).collect()
}

fn new_signer(secret: &Secret) -> Result<Signer, Error> {
    Signer::new(&auth::Settings::default().issuer, secret.expose())
}

/// An organization, as commands name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: i64,
    /// Its short name.
    pub slug: String,
}

/// The organization with this slug; all of them without one.
pub async fn organizations(db: &Db, slug: Option<&str>) -> anyhow::Result<Vec<Organization>> {
    let sql = "SELECT id, slug FROM organization ORDER BY id";
    let statement = Statement::new(sql, Vec::new(), vec![Kind::Long, Kind::Text]);
    let rows = db.fetch(&Errand::default(), statement).await.context("the organizations cannot be read")?;
    let read = |row: &[Cell]| Some(Organization { id: row.first()?.as_int()?, slug: row.get(1)?.as_str()?.to_owned() });
    let all = rows.iter().filter_map(read);
    let found: Vec<Organization> = all.filter(|found| slug.is_none_or(|slug| found.slug == slug)).collect();
    match slug {
        Some(slug) if found.is_empty() => bail!("there is no organization {slug}"),
        _ => Ok(found),
    }
}

/// `authority`, as HTTP asks it.
pub fn door(authority: Authority) -> Door {
    Arc::new(move |cx, http::Credentials { proof, organization }| {
        let authority = authority.clone();
        Box::pin(async move {
            let organization = organization.as_deref();
            let presented = Presented { credentials: &proof, organization, purposes: &[ApiKeyPurpose::General] };
            authority.admit(&cx, presented).await
        })
    })
}

/// The documented interfaces beside GraphQL.
pub fn dialects(config: &Config, authority: &Authority) -> anyhow::Result<Vec<Arc<dyn Dialect>>> {
    let docs = config.action_audit_docs.as_deref().unwrap_or(action_audit::DOCS);
    let masks = Masks::of(&config.folio_redacted).context("folio-redacted cannot be used")?;
    let (ablebase_pace, packagex_pace) = (Pace::new(config.ablebase_rate_limit), Pace::new(config.packagex_rate_limit));
    let (cookie, trusted) = (config.ablebase_cookie_name.clone(), config.ablebase_trusted_origins.clone());
    Ok(vec![
        Arc::new(ActionAudit::new(Arc::new(authority.clone()), docs)),
        auditcomply(config, authority)?,
        Arc::new(Ablebase::new(Arc::new(authority.clone()), cookie, trusted, ablebase_pace)),
        Arc::new(Packagex::new(Arc::new(authority.clone()), packagex_pace)),
        Arc::new(Folio::new(Arc::new(authority.clone()), masks)),
    ])
}

/// What the configuration says of GraphQL. `may_ask_schema` is what the circumstances say of introspection.
pub fn graphql(config: &Config, may_ask_schema: bool) -> anyhow::Result<graphql::Settings> {
    let trusted = config.trusted_documents.as_deref().map(documents).transpose()?;
    let introspection = config.introspection.or(may_ask_schema);
    let settings = graphql::Settings::default();
    Ok(graphql::Settings {
        introspection,
        trusted,
        limits: document_limits(config, settings.limits),
        plan: operation_limits(config),
        response: config.response_limit.count(),
        ..settings
    })
}

/// What one document may hold. How deep brackets and introspection go is not for settings: a worker's stack is as long
/// as it is, and every client's own introspection must pass.
fn document_limits(config: &Config, shipped: DocumentLimits) -> DocumentLimits {
    DocumentLimits {
        text: u32::try_from(config.query_size.count()).unwrap_or(u32::MAX),
        tokens: config.query_tokens,
        operations: config.query_operations,
        fragments: config.query_fragments,
        depth: config.query_depth,
        selections: config.query_selections,
        aliases: config.query_aliases,
        root_fields: config.query_root_fields,
        directives: config.query_directives,
        ..shipped
    }
}

/// What one operation may ask for.
fn operation_limits(config: &Config) -> PlanLimits {
    let count = |setting: u32| usize::try_from(setting).unwrap_or(usize::MAX);
    let sizes = |default, most| PageSizes { default: count(default), most: count(most) };
    PlanLimits {
        root: sizes(config.page_size, config.page_size_most),
        nested: sizes(config.nested_page_size, config.nested_page_size_most),
        rows: config.query_rows.into(),
        filter: FilterLimits { conditions: config.filter_conditions.into(), values: count(config.filter_values) },
        order_fields: count(config.order_fields),
    }
}

fn documents(folder: &Path) -> anyhow::Result<Vec<String>> {
    let unread = || format!("the trusted documents in {} cannot be read", folder.display());
    let mut documents = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(unread)? {
        let path = entry.with_context(unread)?.path();
        if path.extension().is_some_and(|extension| extension == "graphql") {
            documents.push(std::fs::read_to_string(&path).with_context(unread)?);
        }
    }
    Ok(documents)
}

/// How many steps of the history the store does not have yet.
pub async fn pending(db: &Db) -> Result<usize, Error> {
    let steps = migration::status(&db.for_migrations()).await?;
    Ok(steps.iter().filter(|step| !step.applied).count())
}

/// Whether a SQLite file holds nothing at all yet, nor anything of another program.
pub async fn is_empty(db: &Db) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM sqlite_master WHERE name NOT LIKE 'seaql_%' AND name NOT LIKE 'sqlite_%'";
    let rows = db.fetch(&Errand::default(), Statement::new(sql, Vec::new(), vec![Kind::Long])).await?;
    Ok(rows.cell(0, 0).as_int() == Some(0))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Bytes;

    #[test]
    fn every_limit_that_is_set_reaches_graphql() {
        let shipped = graphql(&Config::default(), true).unwrap();
        let plain = graphql::Settings::default();
        assert_eq!(shipped.limits, plain.limits);
        assert_eq!(format!("{:?}", shipped.plan), format!("{:?}", plain.plan));
        assert_eq!(shipped.response, plain.response);
        let config = Config {
            query_size: Bytes(101),
            query_tokens: 102,
            query_operations: 103,
            query_fragments: 104,
            query_depth: 105,
            query_selections: 106,
            query_aliases: 107,
            query_root_fields: 108,
            query_directives: 109,
            query_rows: 110,
            page_size: 111,
            page_size_most: 112,
            nested_page_size: 113,
            nested_page_size_most: 114,
            filter_conditions: 115,
            filter_values: 116,
            order_fields: 117,
            response_limit: Bytes(118),
            ..Config::default()
        };
        let settings = graphql(&config, true).unwrap();
        let DocumentLimits { nesting, introspection_depth, .. } = plain.limits;
        let limits = DocumentLimits {
            text: 101,
            tokens: 102,
            nesting,
            operations: 103,
            fragments: 104,
            depth: 105,
            introspection_depth,
            root_fields: 108,
            aliases: 107,
            directives: 109,
            selections: 106,
        };
        assert_eq!(settings.limits, limits);
        let plan = PlanLimits {
            root: PageSizes { default: 111, most: 112 },
            nested: PageSizes { default: 113, most: 114 },
            rows: 110,
            filter: FilterLimits { conditions: 115, values: 116 },
            order_fields: 117,
        };
        assert_eq!(format!("{:?}", settings.plan), format!("{plan:?}"));
        assert_eq!(settings.response, 118);
    }
}
