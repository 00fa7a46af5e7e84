//! Which day it is in the time zones of the world. SQLite knows none, so statements are told the zones in which the day
//! is another than in UTC, and answer alike on both stores.

use chrono::{DateTime, Utc};
use chrono_tz::TZ_VARIANTS;

use crate::domain::cell::Cell;

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

#[cfg(test)]
mod tests {
    use super::*;

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
