//! `import lives`: inspections of places of business, as several hundred health departments publish them (Local
//! Inspector Value-Entry Specification).
//!
//! Three choices, as the format leaves them open. An inspection has a day and no time: its instants are that day's noon
//! in UTC ([`text::noon`]). A violation names no inspection: it belongs to the first routine one of its day at its
//! business in the order of the file, else to the first of that day, else to none. What makes a row the same when it is
//! imported again is its business, day and kind or text, and its number among the rows that are alike in these.

mod audits;
mod issues;
mod report;
mod row;
mod sheet;
mod sites;
mod store;
mod text;

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;

pub use self::report::{Counts, Refused, Report};
use self::row::{Band, Business, Inspection, Violation};
use self::sheet::{Mark, Reason, Row, Sheet, mark};
use super::{Failure, Mode, Run};
use crate::domain;
use crate::domain::cx::Clock;
use crate::domain::db::{Db, Outcome, Tx};
use crate::domain::trail;

/// The source of what is imported here.
const SOURCE: &str = "lives";
/// Rows of one transaction; a few more where a business would be divided.
const BATCH: usize = 1_000;

/// What is imported, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder with the files.
    pub folder: PathBuf,
    /// Slug of the organization.
    pub organization: String,
    /// Whether to write.
    pub mode: Mode,
    /// The clock.
    pub clock: Clock,
}

/// Imports the files of a folder.
pub async fn run(db: &Db, options: &Options) -> Result<Report, Failure> {
    let run = Run::start(db, &options.organization, options.mode, options.clock).await?;
    let mut import = Import { db, run, report: Report::default(), known: Known::default() };
    import.read_legend(&options.folder)?;
    import.read_records::<Business>(&options.folder).await?;
    import.read_records::<Inspection>(&options.folder).await?;
    import.read_records::<Violation>(&options.folder).await?;
    Ok(import.report)
}

/// What later rows refer to.
#[derive(Default)]
struct Known {
    legend: Vec<Band>,
    /// Sites by business.
    sites: HashMap<String, i64>,
    /// The audit that violations of a day at a site belong to.
    audits: HashMap<(i64, NaiveDate), Visit>,
    /// How many rows alike there were.
    alike: HashMap<Mark, u32>,
}

#[derive(Clone, Copy)]
struct Visit {
    audit_id: i64,
    routine: bool,
}

impl Known {
    fn site(&self, business: &str) -> Result<i64, Reason> {
        self.sites
            .get(business)
            .copied()
            .ok_or_else(|| format!("there is no business {business} in {}", Business::FILE))
    }

    /// The key of a row in the source, from its contents.
    fn reference(&mut self, file: &str, parts: [&str; 3]) -> String {
        let bytes = std::iter::once(file).chain(parts).map(str::as_bytes);
        let number = self.alike.entry(mark(bytes)).or_default();
        *number += 1;
        format!("{}|{number}", parts.join("|"))
    }
}

/// What became of one row: the id of its record, and whether it was created. A dry run gives no id to what it would
/// create.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Placed {
    id: Option<i64>,
    created: bool,
}

/// A kind of row that becomes a record.
trait Record: Clone + Send + Sync + 'static {
    const FILE: &'static str;
    const NEEDED: &'static [&'static str];
    const TABLE: &'static str;

    fn read(sheet: &Sheet, row: &Row) -> Result<Self, Reason>;

    /// Finds what the row refers to.
    fn resolve(&mut self, known: &mut Known) -> Result<(), Reason>;

    /// The site and day it belongs to. Rows of one site are written together, in the order of their days.
    fn visit(&self) -> Option<(i64, NaiveDate)>;

    /// The row's key in the source.
    fn reference(&self) -> &str;

    /// Makes the records of rows that have none yet and gives their ids, in order.
    fn insert(tx: &mut Tx, run: &Run, new: &[&Self]) -> impl Future<Output = domain::error::Result<Vec<i64>>> + Send;

    /// Remembers the row's record for later rows.
    fn settle(&self, id: i64, known: &mut Known);
}

struct Import<'a> {
    db: &'a Db,
    run: Run,
    report: Report,
    known: Known,
}

impl Import<'_> {
    fn read_legend(&mut self, folder: &Path) -> Result<(), Failure> {
        let Some(mut sheet) = Sheet::open(folder, Band::FILE, Band::NEEDED)? else {
            return Ok(());
        };
        while let Some(row) = sheet.next()? {
            self.report.legend.received += 1;
            match Band::read(&sheet, &row) {
                _ if row.repeated => self.report.legend.repeated += 1,
                Ok(band) => {
                    self.report.legend.unchanged += 1;
                    self.known.legend.push(band);
                }
                Err(reason) => self.report.refuse(Band::FILE, row.line, reason),
            }
        }
        Ok(())
    }

    async fn read_records<R: Record>(&mut self, folder: &Path) -> Result<(), Failure> {
        let missing = || Failure::Read { file: R::FILE.to_owned(), cause: io::ErrorKind::NotFound.into() };
        let mut sheet = Sheet::open(folder, R::FILE, R::NEEDED)?.ok_or_else(missing)?;
        let mut batch: Vec<R> = Vec::new();
        while let Some(row) = sheet.next()? {
            self.report.of(R::FILE).received += 1;
            if row.repeated {
                self.report.of(R::FILE).repeated += 1;
                continue;
            }
            let record = R::read(&sheet, &row).and_then(|mut record| {
                record.resolve(&mut self.known)?;
                Ok(record)
            });
            match record {
                Err(reason) => self.report.refuse(R::FILE, row.line, reason),
                Ok(record) => {
                    if is_full(&batch, &record) {
                        self.write(std::mem::take(&mut batch)).await?;
                    }
                    batch.push(record);
                }
            }
        }
        self.write(batch).await
    }

    async fn write<R: Record>(&mut self, mut batch: Vec<R>) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        // Stable, so that rows of one day keep the order of the file.
        batch.sort_by_key(Record::visit);
        let batch = Arc::new(batch);
        let (run, rows) = (self.run.clone(), Arc::clone(&batch));
        let placed = self
            .db
            .write(&self.run.errand, move |tx| {
                let (run, rows) = (run.clone(), Arc::clone(&rows));
                Box::pin(async move {
                    let placed = place(tx, &run, &rows).await?;
                    let changed = run.mode == Mode::Write && placed.iter().any(|placed| placed.created);
                    Ok(if changed { Outcome::Changed(placed) } else { Outcome::Unchanged(placed) })
                })
            })
            .await?;
        for (record, placed) in batch.iter().zip(placed) {
            let counts = self.report.of(R::FILE);
            *(if placed.created { &mut counts.created } else { &mut counts.unchanged }) += 1;
            // Records that a dry run does not make are told apart by numbers that no record has.
            let id = placed.id.unwrap_or_else(|| -i64::try_from(counts.created).unwrap_or(i64::MAX));
            record.settle(id, &mut self.known);
        }
        Ok(())
    }
}

/// Makes the records of those rows that have none yet, unless nothing is to be written; tells about all, in order.
async fn place<R: Record>(tx: &mut Tx, run: &Run, rows: &[R]) -> domain::error::Result<Vec<Placed>> {
    trail::lock(tx, run.organization_id).await?;
    let mut ids = store::find(tx, run, R::TABLE, rows.iter().map(Record::reference).collect()).await?;
    let new: Vec<&R> = rows.iter().filter(|row| !ids.contains_key(row.reference())).collect();
    let created: HashSet<&str> = new.iter().map(|row| row.reference()).collect();
    if run.mode == Mode::Write && !new.is_empty() {
        let made = R::insert(tx, run, &new).await?;
        ids.extend(new.iter().zip(made).map(|(row, id)| (row.reference().to_owned(), id)));
    }
    let placed = |row: &R| Placed { id: ids.get(row.reference()).copied(), created: created.contains(row.reference()) };
    Ok(rows.iter().map(placed).collect())
}

/// Whether `next` belongs into the next batch: this one is full, and no site is divided, unless it is huge.
fn is_full<R: Record>(batch: &[R], next: &R) -> bool {
    let site = |row: &R| row.visit().map(|(site_id, _)| site_id);
    let divides = site(next).is_some() && batch.last().is_some_and(|last| site(last) == site(next));
    batch.len() >= BATCH && (!divides || batch.len() >= 4 * BATCH)
}

#[cfg(test)]
mod tests;
