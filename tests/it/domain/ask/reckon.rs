//! What a value is and whether it passes a test, worked out in plain Rust: what the SQL of both stores is held against.

use std::cmp::Ordering;

use audit_gateway::domain::ask::{Part, Test};
use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::describe::{Field, Noun, Source};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use rust_decimal::{Decimal, RoundingStrategy};

use super::world::{WEST, World};
use crate::fixture::{Row, clock, instant};

/// Whether a value passes a test (contract graphql, Filters): a comparison with a missing value is never true.
pub fn passes(value: &Cell, test: &Test, fold: bool) -> bool {
    let compared = |other: &Cell| compare(&folded(value, fold), &folded(other, fold));
    let is = |other: &Cell, wanted: fn(Ordering) -> bool| compared(other).is_some_and(wanted);
    let text = |part: &str, test: fn(&str, &str) -> bool| match folded(value, fold) {
        Cell::Text(whole) => test(&whole, &if fold { part.to_ascii_lowercase() } else { part.to_owned() }),
        _ => false,
    };
    match test {
        Test::Eq(other) => is(other, Ordering::is_eq),
        Test::NotEq(other) => is(other, Ordering::is_ne),
        Test::In(others) => others.iter().any(|other| is(other, Ordering::is_eq)),
        Test::NotIn(others) => !value.is_null() && !others.iter().any(|other| is(other, Ordering::is_eq)),
        Test::Lt(other) => is(other, Ordering::is_lt),
        Test::Lte(other) => is(other, Ordering::is_le),
        Test::Gt(other) => is(other, Ordering::is_gt),
        Test::Gte(other) => is(other, Ordering::is_ge),
        Test::Between(low, high) => is(low, Ordering::is_ge) && is(high, Ordering::is_le),
        Test::IsNull(missing) => value.is_null() == *missing,
        Test::Contains(part) => text(part, |whole, part| whole.contains(part)),
        Test::StartsWith(part) => text(part, |whole, part| whole.starts_with(part)),
        Test::EndsWith(part) => text(part, |whole, part| whole.ends_with(part)),
        Test::Has(element) => match value {
            Cell::Json(list) => {
                let list: Vec<String> = serde_json::from_str(list).expect("a list of texts");
                list.contains(element)
            }
            _ => false,
        },
        Test::Part(part, wanted, number) => value.as_time().is_some_and(|instant| {
            let found = match part {
                Part::Day => i64::from(instant.day()),
                Part::Month => i64::from(instant.month()),
                Part::Year => i64::from(instant.year()),
            };
            found.cmp(number) == *wanted
        }),
    }
}

fn folded(cell: &Cell, fold: bool) -> Cell {
    match cell {
        Cell::Text(text) if fold => Cell::Text(text.to_ascii_lowercase()),
        other => other.clone(),
    }
}

/// The order of two values; none where one is missing. Texts by code point, which is the order of their bytes.
pub fn compare(one: &Cell, other: &Cell) -> Option<Ordering> {
    match (one, other) {
        (Cell::Bool(one), Cell::Bool(other)) => Some(one.cmp(other)),
        (Cell::Int(one), Cell::Int(other)) => Some(one.cmp(other)),
        (Cell::Float(one), Cell::Float(other)) => one.partial_cmp(other),
        (Cell::Text(one), Cell::Text(other)) => Some(one.chars().cmp(other.chars())),
        (Cell::Uuid(one), Cell::Uuid(other)) => Some(one.as_bytes().cmp(other.as_bytes())),
        (Cell::Time(one), Cell::Time(other)) => Some(one.cmp(other)),
        (Cell::Date(one), Cell::Date(other)) => Some(one.cmp(other)),
        (Cell::Decimal(one), Cell::Decimal(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

/// The order of two values in a list, where a missing value counts as the greatest.
pub fn in_order(one: &Cell, other: &Cell) -> Ordering {
    compare(one, other).unwrap_or_else(|| one.is_null().cmp(&other.is_null()))
}

/// The value of a row's field.
pub fn value(world: &World, noun: &Noun, row: &Row, field: &Field) -> Cell {
    if let Source::Column(column) = field.source {
        return row.get(column).clone();
    }
    match (noun.name, field.name) {
        ("User", "name") => {
            let name = format!("{} {}", text(row, "first_name"), text(row, "last_name"));
            let name = name.trim_matches(' ');
            if name.is_empty() { row.get("username").clone() } else { name.into() }
        }
        ("Asset", "archived") => Cell::Bool(!row.get("archived_at").is_null()),
        ("Asset", "breadcrumb") => breadcrumb(world, row).into(),
        ("Asset", "namesDown") => breadcrumb(world, row).replace(" > ", "\u{1f}").into(),
        ("Asset", "usedChildCount") => {
            count(world, "asset", "parent_id", row, |child| child.get("archived_at").is_null())
        }
        ("Asset", "productUuid") => product(world, row),
        ("Audit", "assetSlug") => {
            let asset = world.table("asset").iter().find(|asset| asset.get("id") == row.get("asset_id"));
            asset.map_or(Cell::Null, |asset| asset.get("slug").clone())
        }
        ("User", "hasPassword") => Cell::Bool(!row.get("password_hash").is_null()),
        ("User", "apiAccess") => Cell::Bool(
            under(world, "membership", "user_id", row)
                .iter()
                .any(|member| *member.get("api_access") == Cell::Bool(true)),
        ),
        ("Asset", "childCount") => count(world, "asset", "parent_id", row, |_| true),
        ("Asset", "nextAuditDate") => next(world, row).map(|next| next.due).into(),
        ("Audit", "scoreMain") => score(world, row),
        ("Audit", "overdue") => {
            let end = row.get("finished_at").as_time().unwrap_or_else(|| clock().now());
            let late = row.get("complete_by").as_time().is_some_and(|deadline| deadline < end);
            Cell::Bool(late && text(row, "state") != "CANCELED")
        }
        ("Audit", "nonconformanceCount") => {
            count(world, "issue", "audit_id", row, |issue| text(issue, "kind") == "NONCONFORMANCE")
        }
        ("Audit", "workProgress") => progress(world, row),
        ("Audit", "timeProgress") => time_progress(world, row),
        ("Issue", "overdue") => Cell::Bool(is_late(row) && !["DRAFT", "CLOSED"].contains(&text(row, "status"))),
        ("Issue", "renderedStatus") => {
            let waits = ["OPEN", "INPROGRESS", "REOPENED"].contains(&text(row, "status"));
            if is_late(row) && waits { "OVERDUE".into() } else { row.get("status").clone() }
        }
        ("Activity", "timeProgress") => activity_time_progress(world, row),
        ("Activity", "wholeScore") => whole(row.get("score")),
        ("Activity", "wholeWeight") => whole(row.get("weight")),
        ("Audit", "wholeScore") => whole(&score(world, row)),
        ("Audit", "wholeScoreAlternative") => whole(row.get("score_alternative")),
        ("Audit", "subject") => if row.get("title").is_null() { row.get("name") } else { row.get("title") }.clone(),
        ("Audit", "stage") => crate::rest::surfaces::word("action_audit", text(row, "state")).into(),
        ("Audit", "standing") => "active".into(),
        (_, "organizationUuid") => world.table("organization")[0].get("uuid").clone(),
        // The world has no keys.
        ("Audit", "createdByKeyUuid" | "updatedByKeyUuid") => Cell::Null,
        ("User", "mailAddress") => text(row, "email").into(),
        ("User", "jobRoles") => {
            // A membership without them holds none.
            let seat = under(world, "membership", "user_id", row).into_iter().next();
            seat.map_or(Cell::Null, |seat| match seat.get("job_roles") {
                Cell::Null => Cell::Json("[]".to_owned()),
                roles => roles.clone(),
            })
        }
        ("User", "workerUuid") => {
            let worker = under(world, "worker", "user_id", row).into_iter().next();
            worker.map_or(Cell::Null, |worker| worker.get("uuid").clone())
        }
        ("User", "portraitType") if row.get("avatar_url").is_null() => Cell::Null,
        ("User", "portraitType") => row.get("avatar_content_type").clone(),
        ("User", "portraitUrl") if row.get("avatar_content_type").is_null() => Cell::Null,
        ("User", "portraitUrl") => row.get("avatar_url").clone(),
        other => panic!("nobody has said in the test how {other:?} is derived"),
    }
}

fn whole(value: &Cell) -> Cell {
    let Cell::Decimal(value) = value else { return Cell::Null };
    let whole = value.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    Cell::Int(i64::try_from(whole).expect("a number of 64 bits"))
}

fn is_late(issue: &Row) -> bool {
    matches!(issue.get("complete_by"), Cell::Date(last) if *last < clock().now().date_naive())
}

fn text<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).as_str().unwrap_or_default()
}

fn under<'w>(world: &'w World, table: &str, column: &str, row: &Row) -> Vec<&'w Row> {
    world.table(table).iter().filter(|other| other.get(column) == row.get("id")).collect()
}

fn count(world: &World, table: &str, column: &str, row: &Row, counts: impl Fn(&Row) -> bool) -> Cell {
    let rows = under(world, table, column, row);
    Cell::Int(i64::try_from(rows.into_iter().filter(|row| counts(row)).count()).expect("few"))
}

fn breadcrumb(world: &World, row: &Row) -> String {
    let mut way: Vec<&Row> =
        world.table("asset").iter().filter(|above| text(row, "path").starts_with(text(above, "path"))).collect();
    way.sort_by_key(|above| text(above, "path").len());
    way.iter().map(|above| text(above, "name")).collect::<Vec<_>>().join(" > ")
}

/// The product that an asset is, else the nearest above it.
fn product(world: &World, row: &Row) -> Cell {
    let way = world.table("asset").iter().filter(|above| text(row, "path").starts_with(text(above, "path")));
    let products = way.filter(|above| text(above, "kind") == "PRODUCT");
    let nearest = products.max_by_key(|above| text(above, "path").len());
    nearest.map_or(Cell::Null, |product| product.get("uuid").clone())
}

/// The audit that an asset's next one follows, and when that is due: calendar months after the last completed full audit,
/// else after the asset's creation (contract ablebase 4.2).
struct Next<'w> {
    months: u32,
    last: Option<&'w Row>,
    due: DateTime<Utc>,
}

fn next<'w>(world: &'w World, asset: &Row) -> Option<Next<'w>> {
    let own = asset.get("audit_frequency_months").as_int();
    let default = || world.table("organization")[0].get("default_audit_frequency_months").as_int();
    let months = own.or_else(default).and_then(|months| u32::try_from(months).ok()).filter(|months| *months > 0)?;
    if !asset.get("archived_at").is_null() {
        return None;
    }
    let audits = under(world, "audit", "asset_id", asset).into_iter();
    let done = audits.filter(|audit| text(audit, "type") == "FULL" && text(audit, "state") == "CLOSED");
    let last = done.filter(|audit| !audit.get("completed_at").is_null()).max_by_key(|audit| {
        (audit.get("completed_at").as_time(), audit.get("asset_sequence").as_int(), audit.get("id").as_int())
    });
    let from = last.map_or(asset.get("created_at"), |last| last.get("completed_at")).as_time().expect("an instant");
    // No audit is due after the calendar of both stores.
    let due = from.checked_add_months(Months::new(months)).filter(|due| *due < instant("9999-12-01T00:00:00Z"))?;
    Some(Next { months, last, due })
}

/// The audits to come of the products that wait for one, by product: what `FutureAudit` shows, field by field.
pub fn future_audits(world: &World) -> Vec<[(&'static str, Cell); 6]> {
    let waiting = world.table("asset").iter().filter(|asset| {
        let full = under(world, "audit", "asset_id", asset).into_iter().filter(|audit| text(audit, "type") == "FULL");
        text(asset, "kind") == "PRODUCT"
            && full.into_iter().all(|audit| ["CLOSED", "CANCELED"].contains(&text(audit, "state")))
    });
    let shown = waiting.filter_map(|asset| {
        let Next { months, last, due } = next(world, asset)?;
        let of_last = |column: &str| last.map_or(Cell::Null, |last| last.get(column).clone());
        Some([
            ("nextAuditDate", due.into()),
            ("overdue", Cell::Bool(due < clock().now())),
            ("auditFrequency", months.into()),
            ("lastAuditDate", of_last("completed_at")),
            ("lastAuditNumber", of_last("asset_sequence")),
            ("assetSlug", asset.get("slug").clone()),
        ])
    });
    shown.collect()
}

fn score(world: &World, row: &Row) -> Cell {
    if let set @ Cell::Decimal(_) = row.get("score_main") {
        return set.clone();
    }
    let (mut sum, mut weights) = (Decimal::ZERO, Decimal::ZERO);
    for activity in under(world, "activity", "audit_id", row) {
        let Cell::Decimal(score) = activity.get("score") else { continue };
        let weight = match activity.get("weight") {
            Cell::Decimal(weight) => *weight,
            _ => Decimal::ONE,
        };
        sum += score * weight;
        weights += weight;
    }
    if weights.is_zero() {
        return Cell::Null;
    }
    Cell::Decimal((sum / weights).round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero).normalize())
}

fn progress(world: &World, row: &Row) -> Cell {
    let done = under(world, "activity", "audit_id", row);
    let done: Vec<i64> = done.into_iter().filter_map(|activity| activity.get("progress").as_int()).collect();
    if done.is_empty() {
        return Cell::Int(if ["CLOSED", "CANCELED"].contains(&text(row, "state")) { 100 } else { 0 });
    }
    Cell::Int(done.iter().sum::<i64>() / i64::try_from(done.len()).expect("few"))
}

/// Days are told by the calendar where the organization is; at the clock's hour it is a day earlier west of there.
fn time_progress(world: &World, row: &Row) -> Cell {
    if row.get("finish_date").is_null() { share(row, today(world)) } else { Cell::Int(100) }
}

/// Work that is over stays at the day of its last change, which is told in UTC where nobody says in which zone.
fn activity_time_progress(world: &World, row: &Row) -> Cell {
    let changed = row.get("updated_at").as_time().expect("an instant").date_naive();
    share(row, if row.get("finished_at").is_null() { today(world) } else { changed })
}

fn today(world: &World) -> NaiveDate {
    let west = text(&world.table("organization")[0], "time_zone") == WEST;
    clock().now().date_naive() - Days::new(u64::from(west))
}

fn share(row: &Row, day: NaiveDate) -> Cell {
    let (Cell::Date(start), Cell::Date(due)) = (row.get("start_date"), row.get("due_date")) else {
        return Cell::Int(0);
    };
    if due < start {
        return Cell::Int(100);
    }
    let share = (100 * (day - *start).num_days()).div_euclid((*due - *start).num_days() + 1);
    Cell::Int(share.clamp(0, 100))
}

/// The cell as a store gives it back: decimals without trailing zeros.
pub fn stored(cell: Cell, kind: Kind) -> Cell {
    match cell {
        Cell::Decimal(value) if kind == Kind::Decimal => Cell::Decimal(value.normalize()),
        other => other,
    }
}
