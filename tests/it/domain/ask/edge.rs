//! Values at the edge of what their columns hold are answered like any other.

use std::sync::Arc;

use audit_gateway::domain::access::{Sight, Viewer};
use audit_gateway::domain::ask::{Asking, Expr, Question, Select, Test, load};
use audit_gateway::domain::cell::Cell;
use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::{Db, Errand, Store};
use audit_gateway::domain::model::model;
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{answer, by, every_field, field, ids, ids_of, noun};
use crate::fixture::{Org, Row, insert_rows, instant};
use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    a_mean_of_the_greatest_scores_is_answered,
    a_mean_of_many_scores_is_exact,
    a_negative_mean_is_rounded_away_from_zero,
    an_audit_that_is_due_after_the_calendar_is_never_due,
    numbers_beyond_a_column_compare_like_numbers,
    planned_days_pass_where_the_organization_is,
);

const GREATEST: &str = "999999999999.999999";

/// The score of a new audit with these scores and weights of its activities.
async fn mean(db: &Db, id: i64, scored: &[(&str, Option<&str>)]) -> Cell {
    let org = Org::Harbour;
    let number = format!("MEAN-{id}");
    let mut rows = vec![Row::new(
        "audit",
        json!({
            "id": id, "organization_id": org.id(), "number": number, "number_norm": number, "name": "Mean"
        }),
    )];
    rows.extend(scored.iter().zip(id * 10_000..).map(|((score, weight), id): (_, i64)| {
        Row::new(
            "activity",
            json!({
                "id": id, "organization_id": org.id(), "audit_id": id / 10_000, "number": "1", "subject": "Scored",
                "score": score, "weight": weight
            }),
        )
    }));
    insert_rows(db, rows).await;
    let audit = noun("Audit");
    let this = Expr::field(field(audit, "legacyId"), Test::Eq(id.into()));
    let question = Question { select: every_field(audit), ..ids_of(audit, this) };
    let (level, _) = answer(db, org.viewer(Role::Member), question).await.expect("the audit");
    level.rows.cell(0, 1 + field(audit, "scoreMain")).clone()
}

fn decimal(text: &str) -> Cell {
    Cell::Decimal(text.parse().expect("a decimal"))
}

fn near(cell: &Cell, wanted: &str) {
    let (Cell::Decimal(found), Cell::Decimal(wanted)) = (cell, decimal(wanted)) else { panic!("{cell:?}") };
    assert!((found - wanted).abs() <= wanted.abs() * Decimal::new(1, 12), "{found}, not {wanted}");
}

async fn a_mean_of_the_greatest_scores_is_answered(kind: Store) {
    let store = TestStore::seeded(kind).await;
    near(&mean(&store.db, 5_001, &[(GREATEST, Some(GREATEST)); 20]).await, GREATEST);
    near(&mean(&store.db, 5_002, &[(GREATEST, Some(GREATEST)), ("0", Some(GREATEST))]).await, "500000000000");
    near(&mean(&store.db, 5_003, &[(GREATEST, None), ("1", Some("0"))]).await, GREATEST);
    assert_eq!(mean(&store.db, 5_004, &[("1", Some("0")), ("2", Some("0"))]).await, Cell::Null);
}

async fn a_mean_of_many_scores_is_exact(kind: Store) {
    let store = TestStore::seeded(kind).await;
    // Twice the sum of the products runs over 64 bits.
    let mut scored = vec![("99.999999", Some("100")); 600];
    scored.extend([("0", Some("100")); 600]);
    assert_eq!(mean(&store.db, 5_001, &scored).await, decimal("50"), "49.9999995, rounded");
}

async fn a_negative_mean_is_rounded_away_from_zero(kind: Store) {
    let store = TestStore::seeded(kind).await;
    assert_eq!(mean(&store.db, 5_001, &[("-0.000001", None), ("-0.000002", None)]).await, decimal("-0.000002"));
    assert_eq!(mean(&store.db, 5_002, &[("0.000001", None), ("0.000002", None)]).await, decimal("0.000002"));
    assert_eq!(mean(&store.db, 5_003, &[("-5", None), ("5", None)]).await, decimal("0"));
}

async fn an_audit_that_is_due_after_the_calendar_is_never_due(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let asset = |id: i64, months: Value, created: &str| {
        let path = crate::fixture::path(&[id]);
        Row::new(
            "asset",
            json!({
                "id": id, "organization_id": 1, "path": path, "name": "Far", "slug": format!("far-{id}"),
                "audit_frequency_months": months, "created_at": created
            }),
        )
    };
    let rows = vec![
        asset(5_001, json!(i32::MAX), "2026-01-31T00:00:00Z"),
        asset(5_002, json!(12), "9999-12-31T00:00:00Z"),
        asset(5_003, json!(1), "2026-01-31T10:00:00.5Z"),
    ];
    insert_rows(&store.db, rows).await;
    let asset = noun("Asset");
    let far = Expr::field(field(asset, "name"), Test::Eq("Far".into()));
    let question = Question { select: every_field(asset), ..ids_of(asset, far) };
    let (level, _) = answer(&store.db, Org::Harbour.viewer(Role::Member), question).await.expect("the assets");
    let mut due: Vec<(i64, Cell)> = level
        .rows
        .iter()
        .map(|row| (row[0].as_int().expect("an id"), row[1 + field(asset, "nextAuditDate")].clone()))
        .collect();
    due.sort_by_key(|(id, _)| *id);
    let end_of_february = Cell::Time(crate::fixture::instant("2026-02-28T10:00:00.5Z"));
    assert_eq!(due, [(5_001, Cell::Null), (5_002, Cell::Null), (5_003, end_of_february)]);
}

async fn numbers_beyond_a_column_compare_like_numbers(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let every = |name: &str, cell: Cell, wanted: bool| {
        let noun = noun(if name == "scoreAlternative" { "Audit" } else { "Asset" });
        let field = field(noun, name);
        [
            (noun, Expr::field(field, Test::Lt(cell.clone())), wanted),
            (noun, Expr::field(field, Test::Gt(cell.clone())), !wanted),
            (noun, Expr::field(field, Test::NotEq(cell.clone())), true),
            (noun, Expr::field(field, Test::Eq(cell)), false),
        ]
    };
    let cases = [
        every("auditCount", i64::from(i32::MAX).into(), true),
        every("auditCount", i64::from(i32::MIN).into(), false),
        every("legacyId", i64::MAX.into(), true),
        every("legacyId", i64::MIN.into(), false),
        every("scoreAlternative", decimal("79228162514264337593543950335"), true),
        every("scoreAlternative", decimal("-79228162514264337593543950335"), false),
        every("latitude", f64::MAX.into(), true),
        every("latitude", f64::MIN.into(), false),
    ];
    for (noun, expr, holds) in cases.into_iter().flatten() {
        let found = ids(&store.db, Org::Harbour.viewer(Role::Member), ids_of(noun, expr.clone())).await;
        assert_eq!(!found.expect("an answer").is_empty(), holds, "{} {expr:?}", noun.name);
    }
}

/// The worked examples of the contract (action_audit 6, case 20), and midnight on both sides of Greenwich.
async fn planned_days_pass_where_the_organization_is(kind: Store) {
    let store = TestStore::migrated(kind).await;
    let zones = ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "nowhere"];
    for (zone, id) in zones.into_iter().zip(31_i64..) {
        let slug = format!("zone-{id}");
        let audit = |n: i64, start: Option<&str>, due: Option<&str>, finish: Option<&str>| {
            let number = format!("{id}-{n}");
            Row::new(
                "audit",
                json!({
                    "id": id * 10 + n, "organization_id": id, "number": number, "number_norm": number, "name": "Planned",
                    "start_date": start, "due_date": due, "finish_date": finish
                }),
            )
        };
        let rows = vec![
            Row::new("organization", json!({ "id": id, "slug": slug, "name": "Planned", "time_zone": zone })),
            audit(1, Some("2021-09-01"), Some("2021-09-08"), None),
            audit(2, Some("2021-09-08"), Some("2021-09-01"), None),
            audit(3, None, Some("2021-09-08"), None),
            audit(4, Some("2021-09-01"), None, None),
            audit(5, Some("2030-01-01"), Some("2030-01-08"), Some("2021-09-02")),
        ];
        insert_rows(&store.db, rows).await;
    }
    let audit = noun("Audit");
    let progress = async |id: i64, now: &str| {
        let errand = Errand { organization_id: Some(id), ..Errand::default() };
        let viewer = Viewer { organization_id: id, user_id: 0, role: Role::Member, sight: Sight::Organization };
        let asking = Arc::new(Asking {
            model: model(),
            viewer,
            now: instant(now),
            as_of: None,
            store: store.db.store(),
            zone: Tz::UTC,
        });
        let select = Select { fields: vec![field(audit, "timeProgress")], ..Select::default() };
        let mut question = Question { select, ..ids_of(audit, Expr::always()) };
        question.ask.order = vec![by(audit, "legacyId", false)];
        let question = Arc::new(question);
        let level = store.db.read(&errand, move |reader| {
            let (asking, question) = (Arc::clone(&asking), Arc::clone(&question));
            Box::pin(async move { load(reader, &asking, &question).await })
        });
        let level = level.await.expect("an answer");
        level.rows.iter().map(|row| row[1].as_int().expect("a share")).collect::<Vec<_>>()
    };
    assert_eq!(progress(31, "2021-08-31T12:00:00Z").await, [0, 100, 0, 0, 100]);
    assert_eq!(progress(31, "2021-09-01T00:00:00Z").await, [0, 100, 0, 0, 100]);
    assert_eq!(progress(31, "2021-09-05T23:59:59.999999Z").await, [50, 100, 0, 0, 100]);
    assert_eq!(progress(31, "2021-09-08T12:00:00Z").await, [87, 100, 0, 0, 100]);
    assert_eq!(progress(31, "2021-12-08T12:00:00Z").await, [100, 100, 0, 0, 100]);
    for (id, share) in [(31, 50), (32, 62), (33, 50), (34, 50)] {
        assert_eq!(progress(id, "2021-09-05T11:00:00Z").await[0], share, "{id}");
    }
    assert_eq!(progress(33, "2021-09-05T10:59:59Z").await[0], 37);
}
