//! The statement of a search: the best of each sort, as many as the page has, then the best of all of them.

use super::{BEFORE_WORDS, CANDIDATES, FIELDS, Place, Question, SORTS, Sort, kinds};
use crate::domain::ask::{Asking, Sql, literal_limit};
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Statement, Store};
use crate::domain::describe::{Field, Noun};
use crate::domain::error::{Error, Result};

/// The texts that are compared with, as their places in the statement: each is bound once.
struct Needles {
    /// What is searched for.
    text: String,
    /// The same behind each sign that comes before a word.
    words: Vec<String>,
    /// What a key may be, in a list.
    keys: String,
}

/// Which records of a sort are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Those whose key is the text.
    Keyed,
    /// The newest of the others.
    Newest,
}

/// The statement. Its answer: sort, id, rank, creation, then the texts of the fields.
pub fn statement(asking: &Asking, question: &Question) -> Result<Statement> {
    let mut sql = asking.sql();
    let mut bind = |text: String| sql.apart(|sql| _ = sql.value(Kind::Text, Cell::Text(text))).0;
    let (text, written) = (&question.text, &question.written);
    let keys = [written.clone(), text.clone(), written.to_ascii_uppercase()].map(&mut bind).join(", ");
    let words = BEFORE_WORDS.iter().map(|sign| bind(format!("{sign}{text}"))).collect();
    let needles = Needles { text: bind(text.clone()), words, keys };
    let limit = literal_limit(question.first).to_string();
    let mut between = "";
    for position in &question.sorts {
        let sort = SORTS.get(*position).ok_or(Error::Internal)?;
        for source in [Source::Keyed, Source::Newest] {
            if source == Source::Keyed && sort.key.is_none() {
                continue;
            }
            sql.push(between).push("SELECT * FROM (SELECT s.* FROM (");
            write_matches(asking, *position, source, &needles, &mut sql)?;
            sql.push(") AS s");
            if let Some(after) = question.after {
                write_behind(i64::try_from(*position).unwrap_or_default(), after, &mut sql);
            }
            sql.push(" ORDER BY s.rank, s.created_at DESC, s.id DESC LIMIT ").push(&limit).push(") AS page");
            between = " UNION ALL ";
        }
    }
    sql.push(" ORDER BY 3, 1, 4 DESC, 2 DESC LIMIT ").push(&limit);
    let (text, args) = sql.finish();
    Ok(Statement::new(text, args, kinds()))
}

/// The records of a sort that fit, each with its rank.
fn write_matches(asking: &Asking, position: usize, source: Source, needles: &Needles, sql: &mut Sql) -> Result<()> {
    let sort = SORTS.get(position).ok_or(Error::Internal)?;
    let find = if sql.store() == Store::Postgres { "strpos" } else { "instr" };
    let any = |test: &dyn Fn(&str) -> String| {
        let tests = (0..sort.fields.len()).map(|place| test(&format!("lower(c.f{place})")));
        tests.collect::<Vec<_>>().join(" OR ")
    };
    let text = &needles.text;
    let whole = any(&|field| format!("{field} = {text}"));
    let start = any(&|field| format!("{find}({field}, {text}) = 1"));
    let word = any(&|field| {
        let words = needles.words.iter().map(|word| format!("{find}({field}, {word}) > 0"));
        words.collect::<Vec<_>>().join(" OR ")
    });
    let part = any(&|field| format!("{find}({field}, {text}) > 0"));
    sql.push(&format!(
        "SELECT {position} AS sort, c.id, CASE WHEN {whole} THEN 1 WHEN {start} THEN 2 WHEN {word} THEN 3 ELSE 4 END \
         AS rank, c.created_at"
    ));
    for place in 0..FIELDS {
        sql.push(&format!(", c.f{place}"));
    }
    sql.push(" FROM (");
    write_candidates(asking, sort, source, needles, sql)?;
    sql.push(&format!(") AS c WHERE {part}"));
    Ok(())
}

/// The records of a sort that are looked at.
fn write_candidates(asking: &Asking, sort: &Sort, source: Source, needles: &Needles, sql: &mut Sql) -> Result<()> {
    let noun = asking.model.noun(sort.noun).ok_or(Error::Internal)?;
    let alias = sql.alias();
    sql.push("SELECT ").column(&alias, "id").push(" AS id, ").column(&alias, "created_at").push(" AS created_at");
    for place in 0..FIELDS {
        match sort.fields.get(place) {
            Some(name) => sql.push(", ").field(&alias, field(noun, name)?),
            None => sql.push(", CAST(NULL AS TEXT)"),
        };
        sql.push(&format!(" AS f{place}"));
    }
    sql.push(" FROM ").name(&noun.table).push(" ").push(&alias).push(" WHERE ").visible(&alias, noun);
    if let Some(key) = sort.key {
        let wanted = if source == Source::Keyed { " IN (" } else { " NOT IN (" };
        sql.push(" AND ").field(&alias, field(noun, key)?).push(wanted).push(&needles.keys).push(")");
    }
    if source == Source::Newest {
        sql.push(" ORDER BY ").column(&alias, "created_at").push(" DESC, ").column(&alias, "id").push(" DESC");
        sql.push(&format!(" LIMIT {CANDIDATES}"));
    }
    Ok(())
}

fn field(noun: &'static Noun, name: &str) -> Result<&'static Field> {
    noun.find_field(name).map(|(_, field)| field).ok_or(Error::Internal)
}

/// The condition that a hit of a sort stands behind a place.
fn write_behind(sort: i64, after: Place, sql: &mut Sql) {
    let rank = after.rank;
    match sort.cmp(&after.sort) {
        std::cmp::Ordering::Greater => sql.push(&format!(" WHERE s.rank >= {rank}")),
        std::cmp::Ordering::Less => sql.push(&format!(" WHERE s.rank > {rank}")),
        std::cmp::Ordering::Equal => {
            sql.push(&format!(" WHERE s.rank > {rank} OR s.rank = {rank} AND (s.created_at, s.id) < ("));
            sql.value(Kind::Time, Cell::Time(after.created_at)).push(", ");
            sql.value(Kind::Long, Cell::Int(after.id)).push(")")
        }
    };
}
