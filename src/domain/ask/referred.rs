//! Rows that an answer refers to by their ids, with everything nested in them.

use super::select::{Asking, Group, Level, Select, below};
use super::statement::referred_statement;
use crate::domain::cell::Cell;
use crate::domain::db::Reader;
use crate::domain::describe::Noun;
use crate::domain::error::Result;

/// Reads the rows with these ids in one statement, and each list below them in one more. A row's group is its own id.
///
/// The ids must come from rows that the viewer sees: a row is visible here where one that is referred to is.
pub async fn referred(
    reader: &mut Reader,
    asking: &Asking,
    wanted: (&'static Noun, &Select),
    ids: &[i64],
) -> Result<Level> {
    let (noun, select) = wanted;
    let mut level = Level::default();
    if !ids.is_empty() {
        level.rows = reader.fetch(&referred_statement(asking, noun, select, ids)).await?;
        for (start, row) in level.rows.iter().enumerate() {
            if let Some(Cell::Int(id)) = row.first() {
                level.groups.insert(*id, Group { start, len: 1, ..Group::default() });
            }
        }
    }
    below(reader, asking, noun, select, &mut level).await?;
    Ok(level)
}
