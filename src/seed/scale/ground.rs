//! What the audits stand on: the organization, its people, templates and assets. Made in one transaction, which also
//! takes the ids of everything that follows.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use uuid::Uuid;

use super::plan::{Counts, Plan};
use super::row::Telling;
use super::{Order, table};
use crate::domain::bulk;
use crate::domain::cell::{Cell, Kind, json as json_cell};
use crate::domain::db::{Arg, Statement, Store, Tx};
use crate::domain::error::{Error, Result};
use crate::fields;
use crate::seed::demonstration::{PATTERNS, Pattern, VERDICTS};
use crate::seed::draft::{Deed, Draft, Key};
use crate::seed::random::Random;
use crate::seed::record::record;

/// What the rows of an audit refer to.
#[derive(Debug)]
pub struct Ground {
    /// The organization.
    pub organization: i64,
    /// Templates, in the order of [`PATTERNS`].
    pub templates: Vec<i64>,
    /// Categories, in the order of the templates.
    pub categories: Vec<i64>,
    /// Verdicts, in the order of [`VERDICTS`].
    pub verdicts: Vec<i64>,
    /// People.
    pub people: Vec<i64>,
    /// Their identifiers.
    pub person_uuids: Vec<Uuid>,
    /// Id of the first asset.
    pub asset: i64,
    /// Id of the first audit.
    pub audit: i64,
    /// Id of the first activity.
    pub activity: i64,
    /// Id of the first issue.
    pub issue: i64,
    /// How many there are.
    pub counts: Counts,
    /// The day that everything is told from.
    pub today: NaiveDate,
    /// Where chance begins.
    pub seed: u64,
}

const FIRST_NAMES: &[&str] =
    &["Ada", "Ben", "Chiara", "Dario", "Elif", "Femke", "Goran", "Hilde", "Ivo", "Jana", "Kofi", "Lena"];
const LAST_NAMES: &[&str] =
    &["Adler", "Bakker", "Costa", "Dahl", "Evans", "Fischer", "Garcia", "Horvat", "Ito", "Jansen"];
const TOWNS: &[&str] =
    &["Antwerp", "Bergen", "Cork", "Dunkirk", "Esbjerg", "Faro", "Genoa", "Hamburg", "Izmir", "Jaffa"];
const ROOMS: &[&str] =
    &["Intake", "Preparation", "Filling", "Packing", "Cold store", "Dispatch", "Laboratory", "Workshop"];
const MACHINES: &[&str] = &["Line", "Filler", "Sealer", "Conveyor", "Mixer", "Labeller", "Compressor", "Scale"];

/// The kind of an asset by its position.
pub fn kind(counts: &Counts, position: usize) -> &'static str {
    if position < counts.roots {
        // Sites first, then what the surfaces for products and for inventory list.
        return ["SITE", "PRODUCT", "LOCATION", "SITE", "SITE"].get(position % 5).copied().unwrap_or("SITE");
    }
    if position < counts.roots + counts.areas {
        return "AREA";
    }
    if position % 40 == 7 { "OTHER" } else { "EQUIPMENT" }
}

/// Makes the ground.
pub async fn lay(tx: &mut Tx, order: &Order, plan: &Plan, seed: u64) -> Result<Ground> {
    refuse_existing(tx, &order.organization).await?;
    let counts = plan.counts;
    let now = order.day.and_time(chrono::NaiveTime::MIN).and_utc();
    let (draft, keys) = draft(order, &counts, seed, now)?;
    let ids = record(tx, &draft).await?;
    let of = |keys: &[Key]| keys.iter().map(|key| ids.of(*key)).collect::<Vec<i64>>();
    let ground = Ground {
        organization: ids.of(keys.organization),
        templates: of(&keys.templates),
        categories: of(&keys.categories),
        verdicts: of(&keys.verdicts),
        people: of(&keys.people),
        person_uuids: keys.people.iter().filter_map(|key| draft.uuid(*key)).collect(),
        asset: block(tx, "asset", counts.assets).await?,
        audit: block(tx, "audit", counts.audits).await?,
        activity: block(tx, "activity", counts.activities).await?,
        issue: block(tx, "issue", counts.issues).await?,
        counts,
        today: order.day,
        seed,
    };
    assets(tx, order, plan, &ground).await?;
    Ok(ground)
}

async fn refuse_existing(tx: &mut Tx, slug: &str) -> Result<()> {
    let sql = "SELECT id FROM organization WHERE slug = $1";
    let found = tx.fetch(&Statement::new(sql, vec![Arg::text(slug)], vec![Kind::Long])).await?;
    if found.is_empty() {
        return Ok(());
    }
    Err(Error::Conflict(format!("an organization {slug} exists already; name another one with --organization")))
}

/// The first of so many ids of a table, which nobody else will be given.
async fn block(tx: &mut Tx, table: &str, count: usize) -> Result<i64> {
    let wanted = i64::try_from(count).map_err(|error| Error::internal("ids", &error))?;
    if tx.store() == Store::Sqlite {
        let first = bulk::reserve(tx, table, 1).await?.first().copied().ok_or(Error::Internal)?;
        for sql in [
            format!(
                "INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = '{table}')"
            ),
            format!("UPDATE sqlite_sequence SET seq = {} WHERE name = '{table}'", first + wanted - 1),
        ] {
            tx.fetch(&Statement::new(sql, Vec::new(), Vec::new())).await?;
        }
        return Ok(first);
    }
    // Somebody else may take one in between; then the block has a hole, and another one is taken.
    for _ in 0..5 {
        let sql = format!(
            "SELECT min(id), max(id) FROM (SELECT nextval(pg_get_serial_sequence('\"{table}\"', 'id')) AS id FROM \
             generate_series(1, $1::bigint)) AS taken"
        );
        let rows = tx.fetch(&Statement::new(sql, vec![Arg::long(wanted)], vec![Kind::Long, Kind::Long])).await?;
        match (rows.cell(0, 0).as_int(), rows.cell(0, 1).as_int()) {
            (Some(first), Some(last)) if last - first + 1 == wanted => return Ok(first),
            (None, _) => return Ok(1),
            _ => {}
        }
    }
    Err(Error::Conflict(format!("others write to {table} at the same time; try again when they have finished")))
}

struct Keys {
    organization: Key,
    templates: Vec<Key>,
    categories: Vec<Key>,
    verdicts: Vec<Key>,
    people: Vec<Key>,
}

fn draft(order: &Order, counts: &Counts, seed: u64, now: DateTime<Utc>) -> Result<(Draft, Keys)> {
    let mut draft = Draft::new(seed);
    let made = Deed { by: None, at: now - chrono::TimeDelta::days(1_130) };
    let slug = order.organization.as_str();
    let organization = draft.add("organization", made, fields! {
        slug: slug, name: format!("Made-up organization {slug}"), time_zone: "UTC", default_audit_frequency_months: 12,
        data_api_enabled: true, demonstration: true, audit_counter: i64::try_from(counts.audits).unwrap_or(i64::MAX),
    });
    draft.enter(organization);
    let mut add = |username: String, first_name: &str, last_name: &str, role: &str, jobs: serde_json::Value| {
        let email = format!("{username}@made-up.example");
        let user = draft.add(
            "user",
            made,
            fields! {
                username: username, email: email, first_name: first_name, last_name: last_name, locale: "en",
                status: "ACTIVE",
            },
        );
        draft.add("membership", made, fields! { user_id: user, role: role, job_roles: jobs });
        user
    };
    add(format!("{slug}-owner"), "Olga", "Owner", "OWNER", json!(["ADMIN"]));
    let people = (0..counts.people)
        .map(|index| {
            let first = FIRST_NAMES.get(index % FIRST_NAMES.len()).copied().unwrap_or_default();
            let last = LAST_NAMES.get(index / FIRST_NAMES.len() % LAST_NAMES.len()).copied().unwrap_or_default();
            add(format!("{slug}-auditor-{:03}", index + 1), first, last, "MEMBER", json!(["AUDITOR"]))
        })
        .collect();
    let categories: Vec<Key> =
        PATTERNS.iter().map(|pattern| draft.add("category", made, fields! { label: pattern.category })).collect();
    let templates =
        PATTERNS.iter().zip(&categories).map(|(pattern, category)| template(&mut draft, made, pattern, *category));
    let templates = templates.collect();
    let verdicts = VERDICTS.iter().map(|(name, color, compliant)| {
        draft.add("observation_status", made, fields! { name: *name, color: *color, compliant: *compliant })
    });
    let verdicts = verdicts.collect();
    Ok((draft.finish()?, Keys { organization, templates, categories, verdicts, people }))
}

fn template(draft: &mut Draft, made: Deed, pattern: &Pattern, category: Key) -> Key {
    let questions: serde_json::Value = pattern
        .questions
        .iter()
        .map(|question| json!({ "subject": question.subject, "requirement_identifier": question.requirement }))
        .collect();
    draft.add("template", made, fields! {
        kind: "AUDIT", name: pattern.name, symbol: pattern.symbol, edition: 1, state: "CURRENT", category_id: category,
        tags: json!(pattern.tags), questions: questions,
    })
}

/// Above an asset: for an area its site, for a machine its area.
fn above(counts: &Counts, position: usize) -> Option<usize> {
    if position < counts.roots {
        return None;
    }
    let below = position - counts.roots;
    if below < counts.areas || counts.areas == 0 {
        return Some(below % counts.roots);
    }
    Some(counts.roots + (below - counts.areas) % counts.areas)
}

fn path(ground: &Ground, position: usize) -> String {
    let mut way = vec![position];
    while let Some(next) = way.last().and_then(|last| above(&ground.counts, *last)) {
        way.push(next);
    }
    way.iter().rev().map(|position| format!("{:012}/", id(ground.asset, *position))).collect()
}

/// The id of a row by its position.
pub fn id(first: i64, position: usize) -> i64 {
    first + i64::try_from(position).unwrap_or(0)
}

async fn assets(tx: &mut Tx, order: &Order, plan: &Plan, ground: &Ground) -> Result<()> {
    let mut random = Random::part(ground.seed, u64::MAX - 1);
    let made = order.day.and_time(chrono::NaiveTime::MIN).and_utc() - chrono::TimeDelta::days(1_128);
    let mut told = Telling::new(ground, order.with_trail);
    for first in (0..ground.counts.assets).step_by(CHUNK) {
        let positions: Vec<usize> = (first..(first + CHUNK).min(ground.counts.assets)).collect();
        let ids: Vec<i64> = positions.iter().map(|position| id(ground.asset, *position)).collect();
        let rows: Vec<Vec<Cell>> =
            positions.iter().map(|position| asset(ground, plan, (*position, made), &mut random)).collect();
        told.tell(&table::ASSET, (&ids, &rows), &mut random)?;
        bulk::insert_with_ids(tx, &table::ASSET, &ids, rows).await?;
    }
    told.append(tx).await
}

/// Assets of one statement.
const CHUNK: usize = 5_000;

fn asset(ground: &Ground, plan: &Plan, (position, made): (usize, DateTime<Utc>), random: &mut Random) -> Vec<Cell> {
    let counts = &ground.counts;
    let kind = kind(counts, position);
    let number = position + 1;
    let name = match kind {
        "SITE" => format!("{} plant {number}", random.word(TOWNS)),
        "PRODUCT" => format!("Web shop {number}"),
        "LOCATION" => format!("{} warehouse {number}", random.word(TOWNS)),
        "AREA" => format!("{} {number}", random.word(ROOMS)),
        _ => format!("{} {number}", random.word(MACHINES)),
    };
    let counter = |counters: &[u32]| Cell::Int(counters.get(position).copied().unwrap_or(0).into());
    vec![
        random.uuid().into(),
        ground.organization.into(),
        above(counts, position).map(|above| id(ground.asset, above)).into(),
        path(ground, position).into(),
        kind.into(),
        name.into(),
        format!("asset-{number}").into(),
        format!("Made-up {}.", kind.to_lowercase()).into(),
        json_cell(&json!([])),
        [None, Some(6_i64), Some(12), Some(0)].get(position % 4).copied().flatten().into(),
        (position < 3).into(),
        counter(&plan.audits_of),
        counter(&plan.issues_of),
        made.into(),
        made.into(),
        Cell::Int(1),
    ]
}
