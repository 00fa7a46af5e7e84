//! Which day it is in the time zones of the world. SQLite knows none, so statements are told the zones in which the day
//! is another than in UTC, and answer alike on both stores.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use chrono::{DateTime, Datelike, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::sql::Sql;
use crate::domain::cell::Cell;
use crate::domain::db::{Store, sqlite_instant};

/// Names of time zones.
#[derive(Debug)]
pub struct Zones {
    /// Where it is the day before that in UTC.
    pub before: Vec<Cell>,
    /// Where it is the day after.
    pub after: Vec<Cell>,
}

impl Zones {
    /// The zones at an instant. Anywhere else, and where a name is unknown, the day is that in UTC.
    pub fn at(now: DateTime<Utc>) -> Self {
        let here = now.date_naive();
        let mut zones = Self { before: Vec::new(), after: Vec::new() };
        for zone in TZ_VARIANTS {
            let there = now.with_timezone(&zone).date_naive();
            if there < here {
                zones.before.push(zone.name().into());
            } else if there > here {
                zones.after.push(zone.name().into());
            }
        }
        zones
    }
}

/// From when a zone's clocks are so many seconds ahead of UTC. The first counts for all time before it, too.
type Shift = (DateTime<Utc>, i32);
type Known = HashMap<(Tz, i32), Arc<Vec<Shift>>>;

/// The shifts of a zone's clocks since 1970, to the end of the year after `now`.
pub fn shifts(zone: Tz, now: DateTime<Utc>) -> Arc<Vec<Shift>> {
    // Looking through the days of half a century takes milliseconds.
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let year = now.year() + 2;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(known.entry((zone, year)).or_insert_with(|| Arc::new(find_shifts(zone, year))))
}

fn find_shifts(zone: Tz, until: i32) -> Vec<Shift> {
    let ahead = |instant: DateTime<Utc>| zone.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc();
    let mut at = DateTime::<Utc>::UNIX_EPOCH;
    let mut shifts = vec![(at, ahead(at))];
    while at.year() < until {
        let (next, now) = (at + TimeDelta::days(1), ahead(at));
        if ahead(next) != now {
            // To the second: the last one before, and the first one behind.
            let (mut before, mut behind) = (at, next);
            while behind - before > TimeDelta::seconds(1) {
                let middle = before + TimeDelta::seconds((behind - before).num_seconds() / 2);
                if ahead(middle) == now { before = middle } else { behind = middle }
            }
            shifts.push((behind, ahead(behind)));
        }
        at = next;
    }
    shifts
}

/// Writes how many seconds the clocks were ahead of UTC at the instant in a column: a search by halves.
pub fn write_shift(shifts: &[Shift], alias: &str, column: &str, sql: &mut Sql) {
    match shifts {
        [] => {
            sql.push("0");
        }
        [(_, ahead)] => {
            sql.push(&ahead.to_string());
        }
        many => {
            let (earlier, later) = many.split_at(many.len() / 2);
            let Some((since, _)) = later.first() else { return };
            sql.push("CASE WHEN ").column(alias, column).push(" < ");
            let cast = if sql.store() == Store::Postgres { "TIMESTAMPTZ '" } else { "'" };
            sql.push(cast).push(&sqlite_instant(since)).push("' THEN ");
            write_shift(earlier, alias, column, sql);
            sql.push(" ELSE ");
            write_shift(later, alias, column, sql);
            sql.push(" END");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_shift_when_the_zone_says() {
        let told = |zone: Tz, now: &str| {
            let shifts = shifts(zone, now.parse().unwrap());
            let text = |(since, ahead): &Shift| format!("{since:?} {ahead}");
            shifts.iter().rev().take(3).map(text).collect::<Vec<_>>()
        };
        assert_eq!(told(Tz::UTC, "2026-03-02T00:00:00Z"), ["1970-01-01T00:00:00Z 0"]);
        assert_eq!(
            told(Tz::Europe__Amsterdam, "2026-03-02T00:00:00Z"),
            ["2027-10-31T01:00:00Z 3600", "2027-03-28T01:00:00Z 7200", "2026-10-25T01:00:00Z 3600"]
        );
    }

    #[test]
    fn the_day_is_another_only_where_midnight_lies_between() {
        let told = |instant: &str, name: &str| {
            let zones = Zones::at(instant.parse().unwrap());
            let among = |names: &[Cell]| names.contains(&Cell::from(name));
            (among(&zones.before), among(&zones.after))
        };
        assert_eq!(told("2026-03-02T09:59:59Z", "Pacific/Kiritimati"), (false, false));
        assert_eq!(told("2026-03-02T10:00:00Z", "Pacific/Kiritimati"), (false, true));
        assert_eq!(told("2026-03-02T10:59:59Z", "Pacific/Pago_Pago"), (true, false));
        assert_eq!(told("2026-03-02T11:00:00Z", "Pacific/Pago_Pago"), (false, false));
        // Summer time: midnight in Amsterdam is at 22:00 in UTC, in winter at 23:00.
        assert_eq!(told("2026-07-01T22:00:00Z", "Europe/Amsterdam"), (false, true));
        assert_eq!(told("2026-01-01T22:00:00Z", "Europe/Amsterdam"), (false, false));
        assert_eq!(told("2026-03-02T12:00:00Z", "UTC"), (false, false));
        assert_eq!(told("2026-03-02T12:00:00Z", "Mars/Base"), (false, false));
    }
}
