//! Violations become nonconformances, filed under a category that is called like them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use uuid::Uuid;

use super::row::Violation;
use super::sheet::{Reason, Row, Sheet};
use super::store::{self, Addition, Created};
use super::text::{Correction, noon};
use super::{Known, Record, SOURCE};
use crate::domain::bulk::{self, Table};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::new_uuid;
use crate::domain::db::Tx;
use crate::domain::error::{Error, Result};
use crate::domain::trail::Shape;
use crate::import::Run;

const ISSUE: Table = Table {
    name: "issue",
    columns: &[
        ("uuid", Kind::Uuid),
        ("organization_id", Kind::Long),
        ("kind", Kind::Text),
        ("number", Kind::Int),
        ("title", Kind::Text),
        ("description", Kind::Text),
        ("status", Kind::Text),
        ("occurred_on", Kind::Date),
        ("closed_at", Kind::Time),
        ("custom_fields", Kind::Json),
        ("audit_id", Kind::Long),
        ("asset_id", Kind::Long),
        ("external_source", Kind::Text),
        ("external_ref", Kind::Text),
        ("created_at", Kind::Time),
        ("updated_at", Kind::Time),
    ],
};

const CATEGORY: Table = Table {
    name: "category",
    columns: &[
        ("uuid", Kind::Uuid),
        ("organization_id", Kind::Long),
        ("label", Kind::Text),
        ("created_at", Kind::Time),
        ("updated_at", Kind::Time),
    ],
};

const FILED: Table = Table {
    name: "issue_category",
    columns: &[("organization_id", Kind::Long), ("issue_id", Kind::Long), ("category_id", Kind::Long)],
};

impl Record for Violation {
    const FILE: &'static str = Self::FILE;
    const NEEDED: &'static [&'static str] = Self::NEEDED;
    const TABLE: &'static str = ISSUE.name;

    fn read(sheet: &Sheet, row: &Row) -> Result<Self, Reason> {
        Self::read(sheet, row)
    }

    fn resolve(&mut self, known: &mut Known) -> Result<(), Reason> {
        self.site_id = known.site(&self.business)?;
        self.audit_id = known.audits.get(&(self.site_id, self.day)).map(|visit| visit.audit_id);
        let day = self.day.format("%Y%m%d").to_string();
        self.reference = known.reference(Self::FILE, [&self.business, &day, &self.title]);
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

    fn settle(&self, _id: i64, _known: &mut Known) {}
}

async fn insert(tx: &mut Tx, run: &Run, new: &[&Violation]) -> Result<Vec<i64>> {
    let categories = categories(tx, run, new).await?;
    let mut additions: BTreeMap<i64, Addition> = BTreeMap::new();
    for row in new {
        additions.entry(row.site_id).or_default().count += 1;
    }
    let sites = store::count_on(tx, run, "issue_counter", &additions).await?;

    let missing = || Error::internal("import", &"what a row refers to is gone");
    let uuids: Vec<Uuid> = new.iter().map(|_| new_uuid()).collect();
    let mut rows = Vec::with_capacity(new.len());
    for (row, uuid) in new.iter().zip(&uuids) {
        let addition = additions.get_mut(&row.site_id).ok_or_else(missing)?;
        addition.count -= 1;
        let number = sites.get(&row.site_id).ok_or_else(missing)?.last - addition.count;
        rows.push(cells(run, row, (*uuid, number)));
    }
    let ids = bulk::insert(tx, &ISSUE, rows).await?;

    let (mut filed, mut also) = (Vec::with_capacity(ids.len()), HashMap::new());
    for (row, id) in new.iter().zip(&ids) {
        let category = *categories.get(&row.title).ok_or_else(missing)?;
        filed.push(vec![run.organization_id.into(), (*id).into(), category.into()]);
        also.insert(*id, format!("\"category_ids\":[{category}]"));
    }
    bulk::insert_rows(tx, &FILED, filed).await?;
    let created = Created {
        entity_type: "issue",
        shape: Shape::of::<entity::issue::Entity>(&[]),
        rows: ids.iter().copied().zip(uuids).collect(),
        also: &also,
    };
    store::record(tx, run, created).await?;
    Ok(ids)
}

fn cells(run: &Run, row: &Violation, (uuid, number): (Uuid, i64)) -> Vec<Cell> {
    let (status, closed_at, description) = match &row.correction {
        Correction::On(day) => ("CLOSED", Some(noon(*day)), None),
        // Kept as it stands for somebody to read; nothing says when it was closed.
        Correction::Unreadable(note) => ("OPEN", None, Some(note.as_str())),
        Correction::None => ("OPEN", None, None),
    };
    let code = row.code.as_ref().map(|code| serde_json::json!([{ "label": "code", "value": code }]).to_string());
    vec![
        uuid.into(),
        run.organization_id.into(),
        "NONCONFORMANCE".into(),
        number.into(),
        row.title.as_str().into(),
        description.into(),
        status.into(),
        row.day.into(),
        closed_at.into(),
        Cell::Json(code.unwrap_or_else(|| "[]".to_owned())),
        row.audit_id.into(),
        row.site_id.into(),
        SOURCE.into(),
        row.reference.as_str().into(),
        run.now().into(),
        run.now().into(),
    ]
}

/// The categories of these violations by label, made where there is none yet.
async fn categories(tx: &mut Tx, run: &Run, new: &[&Violation]) -> Result<HashMap<String, i64>> {
    let labels: BTreeSet<&str> = new.iter().map(|row| row.title.as_str()).collect();
    let asked = labels.iter().copied().collect();
    let mut known = store::by_texts(tx, run, (CATEGORY.name, "label", "1 = 1"), asked).await?;
    let missing: Vec<&str> = labels.into_iter().filter(|label| !known.contains_key(*label)).collect();
    if missing.is_empty() {
        return Ok(known);
    }
    let uuids: Vec<Uuid> = missing.iter().map(|_| new_uuid()).collect();
    let rows = missing.iter().zip(&uuids).map(|(label, uuid)| {
        vec![(*uuid).into(), run.organization_id.into(), (*label).into(), run.now().into(), run.now().into()]
    });
    let ids = bulk::insert(tx, &CATEGORY, rows.collect()).await?;
    known.extend(missing.iter().zip(&ids).map(|(label, id)| ((*label).to_owned(), *id)));
    let created = Created {
        entity_type: "category",
        shape: Shape::of::<entity::category::Entity>(&[]),
        rows: ids.into_iter().zip(uuids).collect(),
        also: &HashMap::new(),
    };
    store::record(tx, run, created).await?;
    Ok(known)
}
