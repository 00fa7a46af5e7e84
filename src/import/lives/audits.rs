//! Inspections become closed audits.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use uuid::Uuid;

use super::row::{Inspection, word_for};
use super::sheet::{Reason, Row, Sheet};
use super::store::{self, Addition, Created};
use super::text::noon;
use super::{Known, Record, SOURCE, Visit};
use crate::domain::bulk::{self, Table};
use crate::domain::cell::Kind;
use crate::domain::cx::new_uuid;
use crate::domain::db::{Arg, Statement, Tx};
use crate::domain::error::{Error, Result};
use crate::domain::trail::Shape;
use crate::import::Run;

const AUDIT: Table = Table {
    name: "audit",
    columns: &[
        ("uuid", Kind::Uuid),
        ("organization_id", Kind::Long),
        ("number", Kind::Text),
        ("number_norm", Kind::Text),
        ("number_tail", Kind::Text),
        ("asset_sequence", Kind::Int),
        ("name", Kind::Text),
        ("description", Kind::Text),
        ("type", Kind::Text),
        ("audit_type", Kind::Text),
        ("asset_id", Kind::Long),
        ("asset_kind", Kind::Text),
        ("finish_date", Kind::Date),
        ("started_at", Kind::Time),
        ("completed_at", Kind::Time),
        ("closed_at", Kind::Time),
        ("state", Kind::Text),
        ("score_main", Kind::Decimal),
        ("audit_result", Kind::Text),
        ("external_source", Kind::Text),
        ("external_ref", Kind::Text),
        ("created_at", Kind::Time),
        ("updated_at", Kind::Time),
    ],
};

impl Record for Inspection {
    const FILE: &'static str = Self::FILE;
    const NEEDED: &'static [&'static str] = Self::NEEDED;
    const TABLE: &'static str = AUDIT.name;

    fn read(sheet: &Sheet, row: &Row) -> Result<Self, Reason> {
        Self::read(sheet, row)
    }

    fn resolve(&mut self, known: &mut Known) -> Result<(), Reason> {
        self.site_id = known.site(&self.business)?;
        self.result = word_for(&known.legend, self.score).to_owned();
        let day = self.day.format("%Y%m%d").to_string();
        self.reference = known.reference(Self::FILE, [&self.business, &day, self.kind.as_deref().unwrap_or_default()]);
        Ok(())
    }

    fn visit(&self) -> Option<(i64, NaiveDate)> {
        Some((self.site_id, self.day))
    }

    fn reference(&self) -> &str {
        &self.reference
    }

    async fn insert(tx: &mut Tx, run: &Run, new: &[&Self]) -> Result<Vec<i64>> {
        insert(tx, run, new).await
    }

    fn settle(&self, id: i64, known: &mut Known) {
        let visit = Visit { audit_id: id, routine: self.is_routine() };
        let first = known.audits.entry((self.site_id, self.day)).or_insert(visit);
        if visit.routine && !first.routine {
            *first = visit;
        }
    }
}

async fn insert(tx: &mut Tx, run: &Run, new: &[&Inspection]) -> Result<Vec<i64>> {
    let mut additions: BTreeMap<i64, Addition> = BTreeMap::new();
    for row in new {
        let addition = additions.entry(row.site_id).or_default();
        addition.count += 1;
        addition.audited_at = addition.audited_at.max(Some(noon(row.day)));
    }
    let sites = store::count_on(tx, run, "audit_counter", &additions).await?;
    let count = i64::try_from(new.len()).map_err(|error| Error::internal("import", &error))?;
    let mut number = count_audits(tx, run, count).await? - count;

    let uuids: Vec<Uuid> = new.iter().map(|_| new_uuid()).collect();
    let mut rows = Vec::with_capacity(new.len());
    for (row, uuid) in new.iter().zip(&uuids) {
        let missing = || Error::internal("import", &"a site is gone");
        let site = sites.get(&row.site_id).ok_or_else(missing)?;
        let addition = additions.get_mut(&row.site_id).ok_or_else(missing)?;
        addition.count -= 1;
        number += 1;
        rows.push(vec![
            (*uuid).into(),
            run.organization_id.into(),
            format!("AUD-{number}").into(),
            format!("aud-{number}").into(),
            number.to_string().into(),
            (site.last - addition.count).into(),
            name(row).into(),
            row.description.clone().into(),
            scope(row).into(),
            row.kind.as_deref().unwrap_or("general").into(),
            row.site_id.into(),
            site.kind.as_str().into(),
            row.day.into(),
            noon(row.day).into(),
            noon(row.day).into(),
            noon(row.day).into(),
            "CLOSED".into(),
            row.score.into(),
            row.result.as_str().into(),
            SOURCE.into(),
            row.reference.as_str().into(),
            run.now().into(),
            run.now().into(),
        ]);
    }
    let ids = bulk::insert(tx, &AUDIT, rows).await?;
    let created = Created {
        entity_type: "audit",
        shape: Shape::of::<entity::audit::Entity>(&["number_norm", "number_tail"]),
        rows: ids.iter().copied().zip(uuids).collect(),
        also: &HashMap::new(),
    };
    store::record(tx, run, created).await?;
    Ok(ids)
}

/// Takes numbers for audits and gives the last.
async fn count_audits(tx: &mut Tx, run: &Run, count: i64) -> Result<i64> {
    let statement = Statement::new(
        "UPDATE organization SET audit_counter = audit_counter + $2 WHERE id = $1 RETURNING audit_counter",
        vec![Arg::long(run.organization_id), Arg::long(count)],
        vec![Kind::Long],
    );
    tx.fetch(&statement).await?.cell(0, 0).as_int().ok_or(Error::NotFound("organization"))
}

fn name(row: &Inspection) -> String {
    let kind = row.kind.as_deref().unwrap_or_default();
    let mut letters = kind.chars();
    match letters.next() {
        Some(first) => format!("{}{} inspection {}", first.to_uppercase(), letters.as_str(), row.day),
        None => format!("Inspection {}", row.day),
    }
}

/// How much it covered: a follow-up looks again at what an earlier one found.
fn scope(row: &Inspection) -> &'static str {
    let kind: String = row.kind.iter().flat_map(|kind| kind.chars()).filter(char::is_ascii_alphabetic).collect();
    if kind.eq_ignore_ascii_case("followup") { "RE_AUDIT" } else { "FULL" }
}
