//! Taking records away: what is theirs goes with them, what merely names them lets go, and what else refers to them
//! refuses.

use super::act::Sheet;
use super::desk::Desk;
use super::record::Record;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Statement};
use crate::domain::describe::{Link, Noun};
use crate::domain::error::{Error, Result};
use crate::domain::model::model;

/// What refers to rows of a noun: the name of the other noun, its table and its column.
fn referrers(noun: &Noun) -> Vec<(&'static str, String, &'static str)> {
    let mut found = Vec::new();
    for other in model().nouns().iter().filter(|other| other.identified) {
        for relation in other.relations.iter().filter(|relation| relation.target == noun.name) {
            match relation.link {
                Link::ToOne(column) => found.push((other.name, other.table.clone(), column)),
                Link::Through(table, _, there) => found.push((other.name, table.to_owned(), there)),
                _ => {}
            }
        }
    }
    found
}

/// Removes a record, or refuses and names what refers to it.
pub async fn remove(desk: &mut Desk<'_>, sheet: &Sheet, record: &Record) -> Result<()> {
    let held: Vec<_> = referrers(record.noun)
        .into_iter()
        .filter(|(name, _, column)| {
            let goes = sheet.owns.iter().any(|(noun, known)| noun == name && known == column);
            let lets_go = sheet.frees.iter().any(|(noun, known)| noun == name && known.contains(column));
            !goes && !lets_go
        })
        .collect();
    if !held.is_empty() {
        refuse_referred(desk, record, &held).await?;
    }
    for (noun, columns) in &sheet.frees {
        free(desk, record, noun, columns).await?;
    }
    for (name, column) in &sheet.owns {
        let noun = model().noun(name).ok_or(Error::Internal)?;
        desk.remove(noun, column, record.id, Some(record.uuid)).await?;
    }
    for relation in &record.noun.relations {
        if let Link::Through(table, here, _) = relation.link {
            let sql = format!("DELETE FROM \"{table}\" WHERE organization_id = $1 AND \"{here}\" = $2");
            let args = vec![Arg::long(desk.organization_id), Arg::long(record.id)];
            desk.fetch(&Statement::new(sql, args, Vec::new())).await?;
        }
    }
    desk.remove(record.noun, "id", record.id, None).await.map(|_| ())
}

async fn refuse_referred(
    desk: &mut Desk<'_>,
    record: &Record,
    held: &[(&'static str, String, &'static str)],
) -> Result<()> {
    let parts: Vec<String> = held
        .iter()
        .enumerate()
        .map(|(position, (_, table, column))| {
            // One row is enough to refuse.
            format!(
                "SELECT CAST({position} AS BIGINT) WHERE EXISTS (SELECT 1 FROM \"{table}\" WHERE \"{column}\" = $1)"
            )
        })
        .collect();
    let statement = Statement::new(parts.join(" UNION ALL "), vec![Arg::long(record.id)], vec![Kind::Long]);
    let rows = desk.fetch(&statement).await?;
    let mut names: Vec<&str> = rows
        .iter()
        .filter_map(|row| held.get(usize::try_from(row.first()?.as_int()?).ok()?).map(|(name, ..)| *name))
        .collect();
    names.dedup();
    if names.is_empty() {
        return Ok(());
    }
    Err(Error::Rule("REFERENCED", format!("is referred to by {}", names.join(", "))))
}

/// Makes records of another noun refer to nothing where they refer to this one.
async fn free(desk: &mut Desk<'_>, record: &Record, noun: &str, columns: &[&'static str]) -> Result<()> {
    let Some(first) = columns.first() else { return Ok(()) };
    for other in desk.load_all(noun, first, record.id).await? {
        let emptied = columns.iter().map(|column| (*column, Cell::Null)).collect();
        desk.update_row(&other, emptied, Some(record.uuid)).await?;
    }
    Ok(())
}
