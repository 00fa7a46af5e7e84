//! The tables that can be filled, each with its columns, in an order in which no row refers to a later table.

use std::sync::LazyLock;

use sea_orm::{ColumnTrait, EntityTrait, IdenStatic, Iterable};

use crate::domain::cell::{Cell, Kind};
use crate::domain::describe::kind_of;
use crate::domain::trail::Shape;

/// A table.
#[derive(Debug)]
pub struct Sheet {
    /// Name of the table; also the entity type of its rows in the trail.
    pub name: &'static str,
    /// Names and kinds of its columns, without `id`.
    pub columns: Vec<(&'static str, Kind)>,
    /// Which of them may be null.
    nullable: Vec<bool>,
    /// Whether its rows have an `id`.
    pub identified: bool,
    /// What the trail shows of a row, where the trail tells of the table.
    pub shape: Option<Shape>,
}

/// Tables whose rows are no records: sign-ins, and joins, which have no identifier of their own.
const UNTOLD_TABLES: &[&str] = &["session", "refresh_token", "status_group_status", "issue_category"];

impl Sheet {
    fn of<E: EntityTrait>(name: &'static str) -> Self {
        let mut sheet = Self {
            name,
            columns: Vec::new(),
            nullable: Vec::new(),
            identified: false,
            shape: (!UNTOLD_TABLES.contains(&name)).then(|| Shape::of::<E>(&[])),
        };
        for column in E::Column::iter() {
            let (column_name, definition) = (IdenStatic::as_str(&column), column.def());
            if column_name == "id" {
                sheet.identified = true;
                continue;
            }
            sheet.columns.push((column_name, kind_of(definition.get_column_type())));
            sheet.nullable.push(definition.is_null());
        }
        sheet
    }

    /// Position of a column.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|(name, _)| *name == column)
    }

    /// What stands in a column that nobody filled; nothing where there is no telling.
    pub fn empty(&self, position: usize) -> Option<Cell> {
        if *self.nullable.get(position)? {
            return Some(Cell::Null);
        }
        let (name, kind) = *self.columns.get(position)?;
        match kind {
            Kind::Bool => Some(Cell::Bool(false)),
            Kind::Int if name == "version" => Some(Cell::Int(1)),
            // References have no default; the counters of an organization are the only other long numbers.
            Kind::Int => Some(Cell::Int(0)),
            Kind::Long if name.ends_with("_counter") => Some(Cell::Int(0)),
            Kind::Text => Some(Cell::Text(String::new())),
            _ => None,
        }
    }
}

macro_rules! sheets {
    ($($table:ident)*) => {
        vec![$(Sheet::of::<entity::$table::Entity>(stringify!($table)),)*]
    };
}

static SHEETS: LazyLock<Vec<Sheet>> = LazyLock::new(|| {
    sheets! {
        organization user standard conformance_level org_unit membership worker api_key session refresh_token
        asset_profile asset audit_area item layout stock_level reason_code
        category template executive_report program_template program schedule
        status_group observation_status status_group_status datastore datastore_info
        audit action_plan idea activity count_task issue issue_category comment_group comment
    }
});

/// All tables but those of the trail.
pub fn sheets() -> &'static [Sheet] {
    &SHEETS
}

/// Position of a table among [`sheets`].
pub fn place(table: &str) -> Option<usize> {
    SHEETS.iter().position(|sheet| sheet.name == table)
}
