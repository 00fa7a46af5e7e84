//! Rows of one table in few statements, of few texts: one row as values, more as arrays on PostgreSQL, in powers of two on
//! SQLite.

use super::cell::{Cell, Kind};
use super::db::{Arg, Statement, Store, Tx, postgres_type};
use super::error::{Error, Result};

/// A table, and the columns that its new rows fill. The other columns take their defaults.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Name of the table.
    pub name: &'static str,
    /// Names and kinds of the columns, without `id`, in the order of a row's cells.
    pub columns: &'static [(&'static str, Kind)],
}

/// Rows of one statement on PostgreSQL: arrays may be longer, a statement's time is limited.
const POSTGRES_ROWS: usize = 5_000;
/// Rows of one statement on SQLite. Smaller chunks are powers of two, so a table has at most eight texts.
const SQLITE_ROWS: usize = 128;
/// Most bound values of one statement on SQLite.
const SQLITE_VALUES: usize = 32_766;

/// Inserts rows and gives their ids, in the order of the rows.
pub async fn insert(tx: &mut Tx, table: &Table, rows: Vec<Vec<Cell>>) -> Result<Vec<i64>> {
    let ids = reserve(tx, table.name, rows.len()).await?;
    insert_with_ids(tx, table, &ids, rows).await?;
    Ok(ids)
}

/// Inserts rows under ids that [`reserve`] gave, for rows whose cells depend on their id.
pub async fn insert_with_ids(tx: &mut Tx, table: &Table, ids: &[i64], rows: Vec<Vec<Cell>>) -> Result<()> {
    if ids.len() != rows.len() {
        return Err(Error::internal("bulk insert", &"as many ids as rows are needed"));
    }
    let numbered = ids.iter().zip(rows).map(|(id, row)| {
        let mut cells = Vec::with_capacity(row.len() + 1);
        cells.push(Cell::Int(*id));
        cells.extend(row);
        cells
    });
    let columns: Vec<_> = std::iter::once(("id", Kind::Long)).chain(table.columns.iter().copied()).collect();
    write(tx, table.name, &columns, numbered.collect()).await
}

/// Inserts rows whose ids nobody needs to know, or that have none.
pub async fn insert_rows(tx: &mut Tx, table: &Table, rows: Vec<Vec<Cell>>) -> Result<()> {
    write(tx, table.name, table.columns, rows).await
}

/// The statements that insert such rows, and those that do something else with it: one for both, where the store can,
/// which saves a trip to it. `also` is told the number of its first place.
pub(in crate::domain) fn inserting_and(
    store: Store,
    table: &Table,
    rows: Vec<Vec<Cell>>,
    also: impl Fn(usize) -> Statement,
) -> Result<Vec<Statement>> {
    let mut all = inserting(store, table.name, table.columns, rows)?;
    match all.as_mut_slice() {
        [one] if store == Store::Postgres => {
            let also = also(one.args.len() + 1);
            one.sql = format!("WITH also AS ({}) {}", also.sql, one.sql);
            one.args.extend(also.args);
        }
        _ => all.push(also(1)),
    }
    Ok(all)
}

/// Takes `count` new ids of a table out of its sequence, in ascending order. Must be called inside the transaction
/// that uses them: SQLite has no sequence to take them from, only the one writer.
pub async fn reserve(tx: &mut Tx, table: &str, count: usize) -> Result<Vec<i64>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let count = i64::try_from(count).map_err(|error| Error::internal("bulk insert", &error))?;
    match tx.store() {
        Store::Postgres => {
            let sql = format!(
                "SELECT nextval(pg_get_serial_sequence('\"{table}\"', 'id')) FROM generate_series(1, $1::bigint)"
            );
            let rows = tx.fetch(&Statement::new(sql, vec![Arg::long(count)], vec![Kind::Long])).await?;
            rows.iter().map(|row| row.first().and_then(Cell::as_int).ok_or(Error::Internal)).collect()
        }
        Store::Sqlite => {
            let sql = format!(
                "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0), \
                 coalesce((SELECT max(id) FROM \"{table}\"), 0))"
            );
            let rows = tx.fetch(&Statement::new(sql, Vec::new(), vec![Kind::Long])).await?;
            let last = rows.cell(0, 0).as_int().unwrap_or(0);
            Ok((last + 1..=last + count).collect())
        }
    }
}

/// Inserts rows of a table whose columns are known at run time only.
pub(in crate::domain) async fn write(
    tx: &mut Tx,
    table: &str,
    columns: &[(&str, Kind)],
    rows: Vec<Vec<Cell>>,
) -> Result<()> {
    for statement in inserting(tx.store(), table, columns, rows)? {
        tx.fetch(&statement).await?;
    }
    Ok(())
}

/// The statements that insert rows.
pub(in crate::domain) fn inserting(
    store: Store,
    table: &str,
    columns: &[(&str, Kind)],
    rows: Vec<Vec<Cell>>,
) -> Result<Vec<Statement>> {
    check(columns, &rows)?;
    let most = match store {
        Store::Postgres => POSTGRES_ROWS,
        Store::Sqlite => SQLITE_ROWS.min(power_below(SQLITE_VALUES / columns.len())),
    };
    let mut rows = rows.into_iter();
    let mut all = Vec::new();
    while rows.len() > 0 {
        all.push(match store {
            Store::Postgres => on_postgres(table, columns, rows.by_ref().take(most)),
            Store::Sqlite => {
                let size = most.min(power_below(rows.len()));
                values(&vec!["?".to_owned(); columns.len()], table, columns, rows.by_ref().take(size))
            }
        });
    }
    Ok(all)
}

fn check(columns: &[(&str, Kind)], rows: &[Vec<Cell>]) -> Result<()> {
    if columns.is_empty() || rows.iter().any(|row| row.len() != columns.len()) {
        return Err(Error::internal("bulk insert", &"a row's cells do not match the columns"));
    }
    Ok(())
}

/// The greatest power of two that is not above `number`; 1 for 0.
fn power_below(number: usize) -> usize {
    1 << number.max(1).ilog2()
}

fn head(table: &str, columns: &[(&str, Kind)]) -> String {
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    format!("INSERT INTO \"{table}\" ({})", names.join(", "))
}

/// One row as it is, which is half the work of reading it out of arrays; more of them as arrays.
fn on_postgres(table: &str, columns: &[(&str, Kind)], rows: impl ExactSizeIterator<Item = Vec<Cell>>) -> Statement {
    if rows.len() > 1 {
        return arrays(table, columns, rows);
    }
    let place = |(index, (_, kind)): (usize, &(&str, Kind))| match kind {
        Kind::Json => format!("${}::text::json", index + 1),
        _ => format!("${}::{}", index + 1, postgres_type(*kind)),
    };
    let places: Vec<String> = columns.iter().enumerate().map(place).collect();
    values(&places, table, columns, rows)
}

/// One array a column.
fn arrays(table: &str, columns: &[(&str, Kind)], rows: impl Iterator<Item = Vec<Cell>>) -> Statement {
    let mut lists: Vec<Vec<Cell>> = columns.iter().map(|_| Vec::new()).collect();
    for row in rows {
        for (list, cell) in lists.iter_mut().zip(row) {
            list.push(cell);
        }
    }
    let (mut picked, mut places, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for (index, (_, kind)) in columns.iter().enumerate() {
        let number = index + 1;
        // JSON travels as text, which keeps it as it came in.
        picked.push(if *kind == Kind::Json { format!("c{number}::json") } else { format!("c{number}") });
        places.push(format!("${number}::{}[]", postgres_type(*kind)));
        names.push(format!("c{number}"));
    }
    let sql = format!(
        "{} SELECT {} FROM unnest({}) AS r({})",
        head(table, columns),
        picked.join(", "),
        places.join(", "),
        names.join(", ")
    );
    let args = columns.iter().zip(lists).map(|((_, kind), list)| Arg::Many(*kind, list)).collect();
    Statement::new(sql, args, Vec::new())
}

/// One place a value. Those of several rows have no numbers: SQLite looks numbered places up one after the other, for
/// every row.
fn values(
    places: &[String],
    table: &str,
    columns: &[(&str, Kind)],
    rows: impl Iterator<Item = Vec<Cell>>,
) -> Statement {
    let tuple = format!("({})", places.join(", "));
    let (mut tuples, mut args) = (Vec::new(), Vec::new());
    for row in rows {
        tuples.push(tuple.as_str());
        args.extend(columns.iter().zip(row).map(|((_, kind), cell)| Arg::One(*kind, cell)));
    }
    let sql = format!("{} VALUES {}", head(table, columns), tuples.join(", "));
    Statement::new(sql, args, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[(&str, Kind)] = &[("name", Kind::Text), ("tags", Kind::Json)];

    fn rows(count: i64) -> Vec<Vec<Cell>> {
        (0..count).map(|n| vec![Cell::Text(n.to_string()), Cell::Null]).collect()
    }

    #[test]
    fn one_text_serves_every_length_above_one_on_postgres() {
        let few = on_postgres("asset", COLUMNS, rows(2).into_iter());
        let many = on_postgres("asset", COLUMNS, rows(700).into_iter());
        assert_eq!(few.sql, many.sql);
        assert_eq!(
            few.sql,
            "INSERT INTO \"asset\" (\"name\", \"tags\") SELECT c1, c2::json FROM unnest($1::text[], $2::text[]) AS \
             r(c1, c2)"
        );
        assert!(matches!(many.args.as_slice(), [Arg::Many(Kind::Text, names), _] if names.len() == 700));
    }

    #[test]
    fn one_row_stands_as_it_is_on_postgres() {
        let one = on_postgres("asset", COLUMNS, rows(1).into_iter());
        assert_eq!(one.sql, "INSERT INTO \"asset\" (\"name\", \"tags\") VALUES ($1::text, $2::text::json)");
        assert_eq!(one.args, [Arg::text("0"), Arg::one(Kind::Json, Cell::Null)]);
    }

    #[test]
    fn values_stand_row_by_row_on_sqlite() {
        let statement = values(&vec!["?".to_owned(); 2], "asset", COLUMNS, rows(2).into_iter());
        assert_eq!(statement.sql, "INSERT INTO \"asset\" (\"name\", \"tags\") VALUES (?, ?), (?, ?)");
        assert_eq!(statement.args.len(), 4);
    }

    #[test]
    fn chunks_are_powers_of_two() {
        assert_eq!([0, 1, 2, 3, 127, 128, 1_000].map(power_below), [1, 1, 2, 2, 64, 128, 512]);
    }
}
