//! One instance migrates at a time.

use std::time::{Duration, Instant};

use sea_orm_migration::DbErr;
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel, RuntimeErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

/// How long an instance waits for another one to finish.
const PATIENCE: Duration = Duration::from_secs(600);

/// Waiting that long on PostgreSQL; the pool's own limits are made for requests, not for this.
const LIMITS: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '600s';
    SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL audit_gateway.organization = '*'";

/// The same number in every instance and of no meaning: "audit_gw" in ASCII.
const KEY: i64 = 0x6175_6469_745f_6777;

/// Begins the transaction that is the lock: it and the steps are on one connection of the pool, and however it ends,
/// the lock ends with it.
pub(crate) async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    match db.get_database_backend() {
        DbBackend::Postgres => {
            // Read committed: what the instance before wrote is seen after the wait for it.
            let options =
                TransactionOptions { isolation_level: Some(IsolationLevel::ReadCommitted), ..Default::default() };
            let transaction = db.begin_with_options(options).await?;
            transaction.execute_unprepared(LIMITS).await?;
            transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({KEY})")).await?;
            Ok(transaction)
        }
        _ => begin_alone(db).await,
    }
}

/// SQLite has one writer; beginning as it takes turns.
async fn begin_alone(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options =
        TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    let since = Instant::now();
    loop {
        match db.begin_with_options(options).await {
            Err(refusal) if is_busy(&refusal) && since.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            outcome => return outcome,
        }
    }
}

fn is_busy(refusal: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = refusal
    else {
        return false;
    };
    let Some(error) = cause.as_database_error() else { return false };
    // The low byte is SQLITE_BUSY or SQLITE_LOCKED, whatever extension stands above it.
    error.code().and_then(|code| code.parse::<i32>().ok()).is_some_and(|code| matches!(code & 0xff, 5 | 6))
}
