//! The rows of the three files, each checked by itself.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::sheet::{Reason, Row, Sheet};
use super::text::{Correction, correction, day};

/// A place of business.
#[derive(Clone, Debug, PartialEq)]
pub struct Business {
    pub id: String,
    pub name: String,
    pub address: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub postal_code: Option<String>,
    pub phone: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}

impl Business {
    pub const FILE: &str = "businesses.csv";
    pub const NEEDED: &[&str] = &["business_id", "name"];

    pub fn read(sheet: &Sheet, row: &Row) -> Result<Self, Reason> {
        Ok(Self {
            id: sheet.needed(row, "business_id")?,
            name: sheet.needed(row, "name")?,
            address: sheet.field(row, "address")?,
            city: sheet.field(row, "city")?,
            state: sheet.field(row, "state")?,
            postal_code: sheet.field(row, "postal_code")?,
            phone: sheet.field(row, "phone_number")?,
            latitude: degrees(sheet, row, ("latitude", 90.0))?,
            longitude: degrees(sheet, row, ("longitude", 180.0))?,
        })
    }
}

/// One visit to a business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    pub business: String,
    pub day: NaiveDate,
    pub kind: Option<String>,
    pub score: Option<Decimal>,
    pub description: Option<String>,
    /// Filled in once the site is known.
    pub site_id: i64,
    /// The word for the score.
    pub result: String,
    /// The row's key in the source.
    pub reference: String,
}

impl Inspection {
    pub const FILE: &str = "inspections.csv";
    pub const NEEDED: &[&str] = &["business_id", "date"];

    pub fn read(sheet: &Sheet, row: &Row) -> Result<Self, Reason> {
        let score = sheet.field(row, "score")?.map(|text| number(&text).ok_or("score is not a number"));
        Ok(Self {
            business: sheet.needed(row, "business_id")?,
            day: date(sheet, row)?,
            kind: sheet.field(row, "type")?,
            score: score.transpose()?,
            description: sheet.field(row, "description")?,
            site_id: 0,
            result: String::new(),
            reference: String::new(),
        })
    }

    /// Whether it was a regular visit, which violations of its day are attached to before any other.
    pub fn is_routine(&self) -> bool {
        self.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("routine"))
    }
}

/// What an inspection found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub business: String,
    pub day: NaiveDate,
    pub title: String,
    pub correction: Correction,
    pub code: Option<String>,
    /// Filled in once the site is known.
    pub site_id: i64,
    /// The audit of its day at the site.
    pub audit_id: Option<i64>,
    /// The row's key in the source.
    pub reference: String,
}

impl Violation {
    pub const FILE: &str = "violations.csv";
    pub const NEEDED: &[&str] = &["business_id", "date"];

    pub fn read(sheet: &Sheet, row: &Row) -> Result<Self, Reason> {
        let business = sheet.needed(row, "business_id")?;
        let day = date(sheet, row)?;
        let code = sheet.field(row, "code")?;
        let text = sheet.field(row, "description")?.unwrap_or_default();
        let (title, correction) = correction(&text);
        // The format allows a code alone.
        let title = if title.is_empty() { code.clone() } else { Some(title.to_owned()) };
        let title = title.ok_or_else(|| "description is missing".to_owned())?;
        let reference = String::new();
        Ok(Self { business, day, title, correction, code, site_id: 0, audit_id: None, reference })
    }
}

/// What a score is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    pub least: Decimal,
    pub most: Decimal,
    pub word: String,
}

impl Band {
    pub const FILE: &str = "legend.csv";
    pub const NEEDED: &[&str] = &["minimum_score", "maximum_score", "description"];

    pub fn read(sheet: &Sheet, row: &Row) -> Result<Self, Reason> {
        let bound = |name: &str| {
            let text = sheet.needed(row, name)?;
            number(&text).ok_or_else(|| format!("{name} is not a number"))
        };
        Ok(Self {
            least: bound("minimum_score")?,
            most: bound("maximum_score")?,
            word: sheet.needed(row, "description")?,
        })
    }
}

/// The word for a score; empty where no band holds it.
pub fn word_for(legend: &[Band], score: Option<Decimal>) -> &str {
    score
        .and_then(|score| legend.iter().find(|band| (band.least..=band.most).contains(&score)))
        .map_or("", |band| &band.word)
}

fn date(sheet: &Sheet, row: &Row) -> Result<NaiveDate, Reason> {
    day(&sheet.needed(row, "date")?).ok_or_else(|| "date is not a day as YYYYMMDD".to_owned())
}

/// A number that the stores can keep: twelve digits before the point and six behind it.
fn number(text: &str) -> Option<Decimal> {
    let value = Decimal::from_str_exact(text).ok()?;
    entity::Quantity(value).to_millionths().map(|_| value)
}

fn degrees(sheet: &Sheet, row: &Row, (name, most): (&str, f64)) -> Result<Option<f64>, Reason> {
    let Some(text) = sheet.field(row, name)? else {
        return Ok(None);
    };
    let value = text.parse().ok().filter(|value: &f64| value.abs() <= most);
    value.map(Some).ok_or_else(|| format!("{name} is not a number from -{most} to {most}"))
}
