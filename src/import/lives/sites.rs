//! Businesses become sites.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::row::Business;
use super::sheet::{Reason, Row, Sheet};
use super::store::{self, Created};
use super::text::slug;
use super::{Known, Record, SOURCE};
use crate::domain::bulk::{self, Table};
use crate::domain::cell::Kind;
use crate::domain::cx::new_uuid;
use crate::domain::db::Tx;
use crate::domain::error::Result;
use crate::domain::trail::Shape;
use crate::import::Run;

const ASSET: Table = Table {
    name: "asset",
    columns: &[
        ("uuid", Kind::Uuid),
        ("organization_id", Kind::Long),
        ("path", Kind::Text),
        ("kind", Kind::Text),
        ("name", Kind::Text),
        ("slug", Kind::Text),
        ("address", Kind::Text),
        ("city", Kind::Text),
        ("region", Kind::Text),
        ("postal_code", Kind::Text),
        ("phone", Kind::Text),
        ("latitude", Kind::Float),
        ("longitude", Kind::Float),
        ("external_source", Kind::Text),
        ("external_ref", Kind::Text),
        ("created_at", Kind::Time),
        ("updated_at", Kind::Time),
    ],
};

/// The path of an asset without one above it: parts of equal length, so that their order is that of the tree.
fn root_path(id: i64) -> String {
    format!("{id:012}/")
}

impl Record for Business {
    const FILE: &'static str = Self::FILE;
    const NEEDED: &'static [&'static str] = Self::NEEDED;
    const TABLE: &'static str = ASSET.name;

    fn read(sheet: &Sheet, row: &Row) -> Result<Self, Reason> {
        Self::read(sheet, row)
    }

    fn resolve(&mut self, known: &mut Known) -> Result<(), Reason> {
        if known.sites.contains_key(&self.id) {
            return Err(format!("business {} stands in the file before, with other fields", self.id));
        }
        known.sites.insert(self.id.clone(), 0);
        Ok(())
    }

    fn visit(&self) -> Option<(i64, NaiveDate)> {
        None
    }

    fn reference(&self) -> &str {
        &self.id
    }

    async fn insert(tx: &mut Tx, run: &Run, new: &[&Self]) -> Result<Vec<i64>> {
        insert(tx, run, new).await
    }

    fn settle(&self, id: i64, known: &mut Known) {
        known.sites.insert(self.id.clone(), id);
    }
}

async fn insert(tx: &mut Tx, run: &Run, new: &[&Business]) -> Result<Vec<i64>> {
    let ids = bulk::reserve(tx, ASSET.name, new.len()).await?;
    let uuids: Vec<Uuid> = new.iter().map(|_| new_uuid()).collect();
    let slugs = slugs(tx, run, new, &uuids).await?;
    let rows = new.iter().zip(&ids).zip(uuids.iter().zip(slugs)).map(|((row, id), (uuid, slug))| {
        vec![
            (*uuid).into(),
            run.organization_id.into(),
            root_path(*id).into(),
            "SITE".into(),
            row.name.clone().into(),
            slug.into(),
            row.address.clone().into(),
            row.city.clone().into(),
            row.state.clone().into(),
            row.postal_code.clone().into(),
            row.phone.clone().into(),
            row.latitude.into(),
            row.longitude.into(),
            SOURCE.into(),
            row.id.clone().into(),
            run.now().into(),
            run.now().into(),
        ]
    });
    bulk::insert_with_ids(tx, &ASSET, &ids, rows.collect()).await?;
    let created = Created {
        entity_type: "asset",
        // The counters and the last audit follow from other records' events.
        shape: Shape::of::<entity::asset::Entity>(&["path", "last_audited_at"]),
        rows: ids.iter().copied().zip(uuids).collect(),
        also: &HashMap::new(),
    };
    store::record(tx, run, created).await?;
    Ok(ids)
}

/// A short name for each: the name and the key in the source, which make it unique nearly always.
async fn slugs(tx: &mut Tx, run: &Run, new: &[&Business], uuids: &[Uuid]) -> Result<Vec<String>> {
    let wanted: Vec<String> = new.iter().map(|row| slug(&format!("{} {}", row.name, row.id))).collect();
    let asked = wanted.iter().map(String::as_str).collect();
    let taken = store::by_texts(tx, run, (ASSET.name, "slug", "1 = 1"), asked).await?;
    let mut given = HashSet::new();
    let slugs = wanted.iter().zip(uuids).map(|(wanted, uuid)| {
        let free = !wanted.is_empty() && !taken.contains_key(wanted) && given.insert(wanted.clone());
        if free { wanted.clone() } else { format!("{wanted}-{}", uuid.simple()).trim_start_matches('-').to_owned() }
    });
    Ok(slugs.collect())
}
