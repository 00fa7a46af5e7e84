//! When the next audit of an asset is due, and which products wait for one. The rule stands here and nowhere else: a
//! view is a table to whoever asks.

use sea_orm_migration::DbErr;
use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};
use sea_orm_migration::sea_orm::DbBackend;

use crate::table;

/// Makes the views.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
        table::run(manager, &next_audit(if is_postgres { &POSTGRES } else { &SQLITE })).await?;
        table::run(manager, FUTURE_AUDIT).await?;
        if is_postgres { table::run(manager, AS_THE_READER).await } else { Ok(()) }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::run(manager, "DROP VIEW future_audit").await?;
        table::run(manager, "DROP VIEW next_audit").await
    }
}

/// What the two stores say in different words.
struct Words {
    /// Opens and closes the join of the audit that the months are counted from; between them stands which one it is.
    last: [&'static str; 2],
    /// `due.base` and `due.months` later: the time of day stays, the day is moved back to the end of a shorter month.
    later: &'static str,
    /// Whether that is an instant that both stores and every client can write.
    writable: &'static str,
}

/// A later instant than this is no answer, for SQLite knows no year after 9999.
const POSTGRES: Words = Words {
    last: ["LEFT JOIN LATERAL (SELECT a.* FROM audit a WHERE", ") AS last ON TRUE"],
    later: "(due.base AT TIME ZONE 'UTC' + make_interval(months => LEAST(due.months, 120000))) AT TIME ZONE 'UTC'",
    writable: "(due.base AT TIME ZONE 'UTC' + make_interval(months => LEAST(due.months, 120000)))
        < TIMESTAMP '9999-12-01'",
};

/// Of the day alone, because SQLite rounds a time to milliseconds, and so the last microsecond of a day to the next.
const SQLITE: Words = Words {
    last: ["LEFT JOIN audit last ON last.id = (SELECT a.id FROM audit a WHERE", ")"],
    later: "min(date(substr(due.base, 1, 10), '+' || due.months || ' months'),
        date(substr(due.base, 1, 10), 'start of month', '+' || (due.months + 1) || ' months', '-1 day'))
        || substr(due.base, 11)",
    writable: "date(substr(due.base, 1, 10), 'start of month', '+' || (due.months + 1) || ' months') IS NOT NULL",
};

/// Every asset in use that has a frequency, of its own or of its organization.
fn next_audit(words: &Words) -> String {
    let Words { last: [open, close], later, writable } = words;
    format!(
        "CREATE VIEW next_audit AS
        SELECT due.id, due.organization_id, due.kind, due.slug, due.months, {later} AS next_audit_date,
            due.last_audit_id, due.last_audit_number, due.last_audit_date
        FROM (
            SELECT asset.id, asset.organization_id, asset.kind, asset.slug,
                COALESCE(asset.audit_frequency_months, organization.default_audit_frequency_months, 0) AS months,
                COALESCE(last.completed_at, asset.created_at) AS base,
                last.id AS last_audit_id, last.asset_sequence AS last_audit_number,
                last.completed_at AS last_audit_date
            FROM asset
            JOIN organization ON organization.id = asset.organization_id
            {open} a.organization_id = asset.organization_id AND a.asset_id = asset.id
                AND a.type = 'FULL' AND a.state = 'CLOSED' AND a.completed_at IS NOT NULL
                ORDER BY a.completed_at DESC, a.asset_sequence DESC NULLS LAST, a.id DESC LIMIT 1{close}
            WHERE asset.archived_at IS NULL
        ) AS due
        WHERE due.months > 0 AND {writable}"
    )
}

/// Those products among them of which no full audit is going on.
const FUTURE_AUDIT: &str = "CREATE VIEW future_audit AS
    SELECT n.id, n.organization_id, n.id AS asset_id, n.slug AS asset_slug, n.months AS audit_frequency,
        n.next_audit_date, n.last_audit_id, n.last_audit_number, n.last_audit_date
    FROM next_audit n
    WHERE n.kind = 'PRODUCT' AND NOT EXISTS (
        SELECT 1 FROM audit a WHERE a.organization_id = n.organization_id AND a.asset_id = n.id
            AND a.type = 'FULL' AND a.state NOT IN ('CLOSED', 'CANCELED')
    )";

/// The tables are read with the rights of who asks, not of who migrated, where the store can do that.
const AS_THE_READER: &str = "DO $$ BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        ALTER VIEW next_audit SET (security_invoker = true);
        ALTER VIEW future_audit SET (security_invoker = true);
    END IF;
END $$";
