//! SQL text in the making, and everything that differs between the two stores when a question is asked.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::past::Past;
use super::zone::{Zones, shifts, write_shift};
use crate::domain::access::{self, Sight, Viewer, Visible};
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Store};
use crate::domain::describe::{Field, Noun, Scope, Source};

/// A statement being written for one viewer at one instant.
pub struct Sql {
    store: Store,
    viewer: Viewer,
    now: DateTime<Utc>,
    zone: Tz,
    text: String,
    args: Vec<Arg>,
    aliases: u32,
    organization_place: Option<usize>,
    pub(super) past: Option<Past>,
}

impl Sql {
    /// An empty statement.
    pub fn new(store: Store, viewer: Viewer, now: DateTime<Utc>) -> Self {
        Self {
            store,
            viewer,
            now,
            zone: Tz::UTC,
            text: String::with_capacity(512),
            args: Vec::new(),
            aliases: 0,
            organization_place: None,
            past: None,
        }
    }

    /// About the records as they were at an instant, where one is given.
    #[must_use]
    pub fn as_of(mut self, instant: Option<DateTime<Utc>>) -> Self {
        self.past = instant.map(Past::at);
        self
    }

    /// For an organization in this time zone.
    #[must_use]
    pub fn at_home(mut self, zone: Tz) -> Self {
        self.zone = zone;
        self
    }

    /// Which store it is for.
    pub fn store(&self) -> Store {
        self.store
    }

    /// Adds text.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a bound value.
    pub fn arg(&mut self, arg: Arg) -> &mut Self {
        self.args.push(arg);
        self.text.push('$');
        self.text.push_str(&self.args.len().to_string());
        self
    }

    /// Adds one bound value of `kind`.
    pub fn value(&mut self, kind: Kind, cell: Cell) -> &mut Self {
        self.arg(Arg::One(kind, cell))
    }

    /// Adds the instant of the request.
    pub fn now(&mut self) -> &mut Self {
        self.value(Kind::Time, Cell::Time(self.now))
    }

    /// Adds the day of the request, in UTC.
    pub fn today(&mut self) -> &mut Self {
        self.value(Kind::Date, Cell::Date(self.now.date_naive()))
    }

    /// Adds the beginning of the day of the request, in UTC.
    pub fn midnight(&mut self) -> &mut Self {
        let midnight = self.now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        self.value(Kind::Time, Cell::Time(midnight))
    }

    /// Adds the day of the request where the organization of the row at `alias` is.
    pub fn today_there(&mut self, alias: &str) -> &mut Self {
        let zones = Zones::at(self.now);
        let today = self.now.date_naive();
        self.push("CASE");
        for (names, day) in [(zones.before, today.pred_opt()), (zones.after, today.succ_opt())] {
            let home = self.alias();
            self.push(" WHEN EXISTS (SELECT 1 FROM ").table("organization").push(" ").push(&home).push(" WHERE ");
            self.column(&home, "id").push(" = ").column(alias, "organization_id").push(" AND ");
            self.column(&home, "time_zone").one_of(Kind::Text, names, Wanted::In);
            self.push(") THEN ").value(Kind::Date, Cell::Date(day.unwrap_or(today)));
        }
        self.push(" ELSE ").today().push(" END")
    }

    /// Adds the day of an instant in the organization's time zone, as [`Sql::at_home`] told it.
    pub fn day_there(&mut self, alias: &str, column: &str) -> &mut Self {
        let shifts = shifts(self.zone, self.now);
        let (open, middle, close) = match self.store {
            Store::Postgres => ("CAST(timezone('UTC', ", " + make_interval(secs => ", ")) AS DATE)"),
            Store::Sqlite => ("date(", ", (", ") || ' seconds')"),
        };
        self.push(open).column(alias, column).push(middle);
        write_shift(&shifts, alias, column, self);
        self.push(close)
    }

    /// Adds the active organization's id.
    pub fn organization(&mut self) -> &mut Self {
        if let Some(place) = self.organization_place {
            return self.push(&format!("${place}"));
        }
        self.organization_place = Some(self.next_place());
        self.arg(Arg::long(self.viewer.organization_id))
    }

    /// Adds a quoted name.
    pub fn name(&mut self, name: &str) -> &mut Self {
        self.text.push('"');
        self.text.push_str(name);
        self.text.push('"');
        self
    }

    /// Adds `alias."column"`.
    pub fn column(&mut self, alias: &str, column: &str) -> &mut Self {
        self.text.push_str(alias);
        self.text.push('.');
        self.name(column)
    }

    /// A new alias for a table.
    pub fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("t{}", self.aliases)
    }

    /// Adds the value of a field.
    pub fn field(&mut self, alias: &str, field: &Field) -> &mut Self {
        match field.source {
            Source::Column(column) => self.column(alias, column),
            Source::Derived(write) => {
                self.push("(");
                write(self, alias);
                self.push(")")
            }
            Source::Standing(column) => {
                let member = self.alias();
                self.push("(SELECT ").column(&member, column).push(" FROM ").table("membership").push(" ");
                self.push(&member).push(" WHERE ").standing(&member, alias).push(")")
            }
        }
    }

    /// Adds the condition that `member` is the membership of the person at `alias` in the active organization.
    pub fn standing(&mut self, member: &str, alias: &str) -> &mut Self {
        self.column(member, "user_id").push(" = ").column(alias, "id").push(" AND ");
        self.column(member, "organization_id").push(" = ").organization()
    }

    /// Adds the value of a field as the select list reads it: JSON as its text.
    pub fn selected(&mut self, alias: &str, field: &Field) -> &mut Self {
        self.as_read(field, |sql| sql.field(alias, field))
    }

    /// Adds what `write` adds of a field's kind, as the select list reads it.
    pub(super) fn as_read<'s>(&'s mut self, field: &Field, write: impl FnOnce(&mut Self) -> &mut Self) -> &'s mut Self {
        if field.kind == Kind::Json && self.store == Store::Postgres {
            self.push("CAST(");
            write(self).push(" AS TEXT)")
        } else {
            write(self)
        }
    }

    /// Adds the condition that the value before it is one of `cells`, or none of them.
    pub fn one_of(&mut self, kind: Kind, cells: Vec<Cell>, wanted: Wanted) -> &mut Self {
        match (self.store, wanted) {
            (Store::Postgres, Wanted::In) => self.push(" = ANY(").arg(Arg::Many(kind, cells)).push(")"),
            (Store::Postgres, Wanted::NotIn) => self.push(" <> ALL(").arg(Arg::Many(kind, cells)).push(")"),
            (Store::Sqlite, wanted) => {
                self.push(if wanted == Wanted::In { " IN" } else { " NOT IN" });
                self.push(if kind == Kind::Uuid {
                    " (SELECT unhex(value) FROM json_each("
                } else {
                    " (SELECT value FROM json_each("
                });
                self.arg(Arg::Many(kind, cells)).push("))")
            }
        }
    }

    /// Adds a source of ids as `alias.id`.
    pub fn keys(&mut self, alias: &str, keys: Vec<i64>) -> &mut Self {
        match self.store {
            Store::Postgres => self.push("unnest(").arg(Arg::longs(keys)).push(") AS ").push(alias).push("(id)"),
            Store::Sqlite => {
                self.push("(SELECT value AS id FROM json_each(").arg(Arg::longs(keys)).push(")) AS ").push(alias)
            }
        }
    }

    /// Adds the condition that the viewer may see the row of `noun` at `alias`: the one place that keeps tenants apart.
    pub fn visible(&mut self, alias: &str, noun: &Noun) -> &mut Self {
        if self.viewer.sight == Sight::OwnMemberships {
            return self.own(alias, noun);
        }
        match noun.scope {
            Scope::Tenant => {
                self.column(alias, "organization_id").push(" = ").organization();
            }
            Scope::TenantOrShared => {
                self.push("(").column(alias, "organization_id").push(" IS NULL OR ");
                self.column(alias, "organization_id").push(" = ").organization().push(")");
            }
            Scope::Members => {
                let member = self.alias();
                self.push("EXISTS (SELECT 1 FROM \"membership\" ").push(&member).push(" WHERE ");
                self.column(&member, "user_id").push(" = ").column(alias, "id").push(" AND ");
                self.column(&member, "organization_id").push(" = ").organization().push(")");
            }
            Scope::Itself => {
                self.column(alias, "id").push(" = ").organization();
            }
        }
        self.for_audience(alias, noun)
    }

    /// The same for a row that a visible row refers to. A person stays visible there after leaving the organization,
    /// because what they did stays (contract action_audit 4.1).
    pub fn visible_embedded(&mut self, alias: &str, noun: &Noun) -> &mut Self {
        if noun.scope == Scope::Members && self.viewer.sight == Sight::Organization {
            self.push("1 = 1").for_audience(alias, noun)
        } else {
            self.visible(alias, noun)
        }
    }

    fn own(&mut self, alias: &str, noun: &Noun) -> &mut Self {
        let user = Arg::long(self.viewer.user_id);
        match noun.name {
            "User" => self.column(alias, "id").push(" = ").arg(user),
            "Membership" => self.column(alias, "user_id").push(" = ").arg(user),
            "Organization" => {
                let member = self.alias();
                self.push("EXISTS (SELECT 1 FROM \"membership\" ").push(&member).push(" WHERE ");
                self.column(&member, "organization_id").push(" = ").column(alias, "id").push(" AND ");
                self.column(&member, "user_id").push(" = ").arg(user).push(")")
            }
            _ => self.push("1 = 0"),
        }
    }

    fn for_audience(&mut self, alias: &str, noun: &Noun) -> &mut Self {
        match access::visible(&self.viewer, noun) {
            Visible::All => self,
            Visible::None => self.push(" AND 1 = 0"),
            Visible::Own(column) => {
                let user_id = self.viewer.user_id;
                self.push(" AND ").column(alias, column).push(" = ").arg(Arg::long(user_id));
                self.own_by_now(alias, noun, column)
            }
            Visible::OfVisibleRecords => self.of_visible_records(alias),
        }
    }

    /// What was someone's own once, and is not now, does not show in the past either.
    fn own_by_now(&mut self, alias: &str, noun: &Noun, column: &str) -> &mut Self {
        if self.past.is_none() {
            return self;
        }
        let user_id = self.viewer.user_id;
        let record = self.alias();
        self.push(" AND EXISTS (SELECT 1 FROM ").name(&noun.table).push(" ").push(&record).push(" WHERE ");
        self.column(&record, "uuid").push(" = ").column(alias, "uuid").push(" AND ");
        self.column(&record, column).push(" = ").arg(Arg::long(user_id)).push(")")
    }

    /// A row that tells of a record shows to those who may see the record. Most viewers may see all records, and then
    /// nothing is added.
    fn of_visible_records(&mut self, alias: &str) -> &mut Self {
        for (noun, visible) in access::guarded_records(self.viewer) {
            self.push(" AND (").column(alias, "entity_type").push(" <> '").push(&noun.table).push("'");
            if let Visible::Own(column) = visible {
                let record = self.alias();
                let user_id = self.viewer.user_id;
                self.push(" OR EXISTS (SELECT 1 FROM ").name(&noun.table).push(" ").push(&record).push(" WHERE ");
                self.column(&record, "uuid").push(" = ").column(alias, "entity_uuid").push(" AND ");
                self.column(&record, column).push(" = ").arg(Arg::long(user_id)).push(")");
            }
            self.push(")");
        }
        self.recorded_by_then(alias)
    }

    /// Writes a part apart, to be put in later: its text, and what `write` gives. Aliases and places go on counting, so
    /// the part must be put in before anything else is bound, or bind nothing itself.
    pub fn apart<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> (String, T) {
        let before = std::mem::take(&mut self.text);
        let value = write(self);
        (std::mem::replace(&mut self.text, before), value)
    }

    /// The text and values written so far.
    pub fn finish(mut self) -> (String, Vec<Arg>) {
        let sources = self.sources();
        self.text.insert_str(0, &sources);
        (self.text, self.args)
    }

    /// Number the next bound value gets.
    pub fn next_place(&self) -> usize {
        self.args.len() + 1
    }

    /// Adds a condition written elsewhere for the places from [`Sql::next_place`] on.
    pub fn embed(&mut self, text: &str, args: Vec<Arg>) -> &mut Self {
        self.text.push_str(text);
        self.args.extend(args);
        self
    }
}

/// In a list or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// One of them.
    In,
    /// None of them; a missing value is not "none of them".
    NotIn,
}
