//! A random organization, kept twice: as rows in a store, and in memory, where what a question should give is worked
//! out in plain Rust. The rest of the store holds the fixture, whose rows must never show.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use audit_gateway::domain::access::{Sight, Viewer};
use audit_gateway::domain::ask::{Expr, Part, Test};
use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::{Db, Statement};
use audit_gateway::domain::describe::{Field, Link, Noun};
use audit_gateway::domain::model::model;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

use super::reckon;
use crate::entity::{Column, table};
use crate::fixture::{self, Row, uuid};

/// The random organization.
pub const ORG: i64 = 9;
/// Its first row has the id after this.
const BASE: i64 = 9_000;
/// The most rows of one table.
const MOST: usize = 9;

/// A time zone in which the clock's day has not begun.
pub const WEST: &str = "Pacific/Pago_Pago";

/// The nouns whose rows are there.
pub const NOUNS: [&str; 6] = ["Asset", "Audit", "Issue", "User", "Category", "Activity"];

/// The rows of the random organization.
#[derive(Clone, Debug)]
pub struct World {
    tables: BTreeMap<&'static str, Vec<Row>>,
}

/// Who looks at it.
pub fn viewer() -> Viewer {
    Viewer { organization_id: ORG, user_id: BASE, role: Role::Owner, sight: Sight::Organization }
}

/// Runs a test on random values. The seed is fixed, so that the same commit passes or fails wherever it is tested;
/// `PROPTEST_RNG_SEED` and `PROPTEST_CASES` choose others.
pub fn check<S: Strategy>(cases: u32, strategy: &S, test: impl AsyncFn(S::Value) -> Result<(), String>) {
    let mut config = Config { failure_persistence: None, max_shrink_iters: 3_000, ..Config::default() };
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(20_260_302);
    }
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    let mut runner = TestRunner::new(config);
    let outcome = tokio::task::block_in_place(|| {
        let runtime = tokio::runtime::Handle::current();
        runner.run(strategy, |value| runtime.block_on(test(value)).map_err(TestCaseError::fail))
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, value)) => panic!("{reason}\nleast failing input: {value:#?}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

impl World {
    /// The rows of a noun.
    pub fn rows(&self, noun: &Noun) -> &[Row] {
        self.table(&noun.table)
    }

    /// The rows of a noun that a list shows.
    pub fn listed(&self, noun: &Noun) -> Vec<&Row> {
        let rows = self.rows(noun).iter();
        rows.filter(|row| noun.name != "User" || self.is_member(row)).collect()
    }

    /// The rows of a table.
    pub fn table(&self, name: &str) -> &[Row] {
        self.tables.get(name).map_or(&[], Vec::as_slice)
    }

    fn is_member(&self, user: &Row) -> bool {
        self.table("membership").iter().any(|membership| membership.get("user_id") == user.get("id"))
    }

    /// Puts the rows in place of those of the case before.
    pub async fn put(&self, db: &Db) {
        let mut statements = Vec::new();
        for name in ["issue_category", "issue", "activity", "audit", "asset", "category", "membership"] {
            statements.push(format!("DELETE FROM {name} WHERE organization_id = {ORG}"));
        }
        statements.push(format!("DELETE FROM \"user\" WHERE id > {BASE}"));
        statements.push(format!("DELETE FROM organization WHERE id = {ORG}"));
        let statements = statements.into_iter().map(|sql| Statement::new(sql, Vec::new(), Vec::new()));
        fixture::execute(db, statements.collect()).await;
        let order = ["organization", "user", "membership", "category", "asset", "audit", "activity", "issue"];
        let rows = order.into_iter().chain(["issue_category"]).flat_map(|name| self.table(name).iter().cloned());
        fixture::insert_rows(db, rows.collect()).await;
    }

    /// Whether a row passes a condition.
    pub fn passes(&self, noun: &Noun, row: &Row, expr: &Expr) -> bool {
        match expr {
            Expr::And(operands) => operands.iter().all(|operand| self.passes(noun, row, operand)),
            Expr::Or(operands) => operands.iter().any(|operand| self.passes(noun, row, operand)),
            Expr::Not(operand) => !self.passes(noun, row, operand),
            Expr::Field { field, test, fold } => reckon::passes(&self.value(noun, row, *field), test, *fold),
            Expr::Related { relation, expr } => {
                let (_, target) = model().related(noun, *relation).expect("a relation");
                self.related(noun, row, *relation).into_iter().any(|other| self.passes(target, other, expr))
            }
        }
    }

    /// The value of a row's field.
    pub fn value(&self, noun: &Noun, row: &Row, field: usize) -> Cell {
        reckon::value(self, noun, row, &noun.fields[field])
    }

    /// The rows at the other end of a relation.
    pub fn related(&self, noun: &Noun, row: &Row, relation: usize) -> Vec<&Row> {
        let (relation, target) = model().related(noun, relation).expect("a relation");
        let others = self.rows(target).iter();
        let path = |row: &Row| row.get("path").as_str().unwrap_or_default().to_owned();
        match relation.link {
            Link::ToOne(column) => others.filter(|other| other.get("id") == row.get(column)).collect(),
            Link::ToOneByUuid(column) => others.filter(|other| other.get("uuid") == row.get(column)).collect(),
            Link::ToMany(column) => others.filter(|other| other.get(column) == row.get("id")).collect(),
            Link::Through(join, own, there) => {
                let joins = self.table(join).iter().filter(|join| join.get(own) == row.get("id"));
                let ids: Vec<&Cell> = joins.map(|join| join.get(there)).collect();
                others.filter(|other| ids.contains(&other.get("id"))).collect()
            }
            Link::Ancestors => {
                others.filter(|other| path(row) != path(other) && path(row).starts_with(&path(other))).collect()
            }
            Link::Descendants => {
                others.filter(|other| path(row) != path(other) && path(other).starts_with(&path(row))).collect()
            }
            Link::History(_) => Vec::new(),
        }
    }
}

/// A text that may differ between stores: equal, nearly equal, with meaning to SQL, outside the first plane.
pub fn text() -> BoxedStrategy<String> {
    let known = [
        "",
        " ",
        "a",
        "A",
        "aa",
        "ab",
        "Ab",
        "b",
        "Z",
        "_",
        "%",
        "a%",
        "\\",
        "'",
        "\"",
        "ä",
        "Ä",
        "ß",
        "é",
        "e\u{301}",
        "İ",
        "ı",
        "ﬀ",
        "😀",
        "👩‍👩‍👧",
        "\u{10ffff}",
        "\u{ffff}",
        "שלום",
        "\u{202e}a",
        "\u{1e}",
        "\u{1f}",
        "\u{1e}f",
        "\n",
        "\u{7f}",
        "10",
        "9",
        "<mark>a</mark>",
        "null",
    ];
    prop_oneof![8 => select(known.to_vec()).prop_map(str::to_owned), 1 => "[^\\x00]{0,6}", 1 => "[aAbB]{250,260}"]
        .boxed()
}

/// A value of a kind, seldom one of its own: most comparisons should have equal values.
pub fn value(kind: Kind) -> BoxedStrategy<Cell> {
    match kind {
        Kind::Bool => any::<bool>().prop_map(Cell::Bool).boxed(),
        Kind::Int | Kind::Long => select(&[0_i64, 1, 2, 3, 12, 31][..]).prop_map(Cell::Int).boxed(),
        Kind::Float => {
            let known = select(&[0.0, -0.0, 1.0, 53.5438, 0.1 + 0.2, -89.999_999_999, 5e-324][..]);
            prop_oneof![2 => known, 1 => -90.0..90.0].prop_map(Cell::Float).boxed()
        }
        Kind::Text => text().prop_map(Cell::Text).boxed(),
        Kind::Uuid => id().prop_map(|id| Cell::Uuid(uuid("audit", id))).boxed(),
        Kind::Time => {
            let known = [
                "0001-01-01T00:00:00Z",
                "1969-12-31T23:59:59.999999Z",
                "2024-02-29T23:59:59.5Z",
                "2025-08-31T00:00:00Z",
                "2026-03-02T09:30:00.123456Z",
                "2026-03-02T09:30:00.123457Z",
                "2026-03-02T00:00:00Z",
                "9999-12-31T23:59:59.999999Z",
            ];
            select(known.to_vec()).prop_map(|text| Cell::Time(fixture::instant(text))).boxed()
        }
        Kind::Date => {
            let known =
                ["0001-01-01", "1969-12-31", "2024-02-29", "2026-03-01", "2026-03-02", "2026-03-03", "9999-12-31"];
            select(known.to_vec()).prop_map(|text| Cell::Date(text.parse().expect("a day"))).boxed()
        }
        Kind::Decimal => {
            let known = [
                "0",
                "1",
                "1.0",
                "1.5",
                "-1.5",
                "0.000001",
                "-0.000001",
                "9.5",
                "10.25",
                "100",
                "999999999999.999999",
                "-999999999999.999999",
            ];
            select(known.to_vec()).prop_map(|text| Cell::Decimal(text.parse().expect("a decimal"))).boxed()
        }
        Kind::Json => {
            vec(text(), 0..3).prop_map(|texts| Cell::Json(serde_json::Value::from(texts).to_string())).boxed()
        }
    }
}

/// The id of a row that may be there.
fn id() -> impl Strategy<Value = i64> {
    BASE + 1..BASE + 4
}

/// A random organization.
pub fn world() -> impl Strategy<Value = World> {
    let lines = |name: &'static str| vec(line(name), 0..MOST);
    (
        (lines("user"), vec(any::<bool>(), MOST)),
        lines("category"),
        lines("asset"),
        lines("audit"),
        lines("activity"),
        lines("issue"),
        vec((0..MOST, 0..MOST), 0..MOST),
        (proptest::option::of(0..40_i64), select(&["UTC", WEST, "Mars/Base"][..])),
    )
        .prop_map(|((users, members), categories, assets, audits, activities, issues, links, (months, zone))| {
            let mut world = World { tables: BTreeMap::new() };
            let organization = serde_json::json!({
                "id": ORG, "slug": "random", "name": "Random", "default_audit_frequency_months": months, "time_zone": zone
            });
            world.tables.insert("organization", vec![Row::new("organization", organization)]);
            let rows = [
                ("user", users),
                ("category", categories),
                ("asset", assets),
                ("audit", audits),
                ("activity", activities),
                ("issue", issues),
            ];
            for (name, lines) in rows {
                world.add(name, lines);
            }
            world.add_joins(&members, &links);
            world
        })
}

/// The cells of a row, in the order of the table's columns. References are counted from 0 yet.
fn line(name: &'static str) -> Vec<BoxedStrategy<Cell>> {
    table(name).columns.iter().map(|column| cell(name, column)).collect()
}

/// The tables that columns refer to. Other references stay empty.
fn reference(name: &str, column: &str) -> Option<&'static str> {
    Some(match (name, column) {
        ("asset", "parent_id") | ("audit" | "issue", "asset_id") => "asset",
        ("issue" | "activity", "audit_id") => "audit",
        ("issue", "activity_id") => "activity",
        ("audit", "auditor_id" | "creator_id") | ("issue", "assigned_to_id") | ("activity", "assignee_id") => "user",
        _ => return None,
    })
}

fn cell(name: &'static str, column: &Column) -> BoxedStrategy<Cell> {
    let described = model().nouns().iter().find(|noun| noun.table == name).and_then(|noun| {
        noun.fields.iter().find(
            |field| matches!(field.source, audit_gateway::domain::describe::Source::Column(own) if own == column.name),
        )
    });
    let plain = match (described.and_then(|field| field.words), column.name.as_str()) {
        (Some(words), _) if column.kind == Kind::Text => {
            select(words.words).prop_map(|word| Cell::from(word.word)).boxed()
        }
        (Some(words), _) if column.kind == Kind::Int => (1..=words.words.len() as i64).prop_map(Cell::Int).boxed(),
        (_, "tags" | "responses") => value(Kind::Json),
        (_, "profile_fields") => Just(Cell::Json("{}".to_owned())).boxed(),
        (_, "score" | "weight") => score().boxed(),
        (_, "progress") => select(&[0_i64, 33, 34, 100][..]).prop_map(Cell::Int).boxed(),
        (_, column) if reference(name, column).is_some() => (0..MOST as i64).prop_map(Cell::Int).boxed(),
        (_, column) if column.ends_with("_id") => Just(Cell::Null).boxed(),
        _ => value(column.kind),
    };
    if column.nullable { prop_oneof![1 => Just(Cell::Null), 3 => plain].boxed() } else { plain }
}

fn score() -> impl Strategy<Value = Cell> {
    let known = ["0", "0.000001", "0.5", "1", "2.000001", "33.333333", "66.666667", "99.999999", "100"];
    select(known.to_vec()).prop_map(|text| Cell::Decimal(text.parse().expect("a decimal")))
}

impl World {
    /// Makes rows of lines: gives ids, ties references, and mends what a unique key would refuse.
    fn add(&mut self, name: &'static str, lines: Vec<Vec<Cell>>) {
        let table = table(name);
        let mut rows: Vec<Row> = Vec::new();
        let mut taken: HashSet<String> = HashSet::new();
        for (line, id) in lines.into_iter().zip(BASE + 1..) {
            let cells = table.columns.iter().map(|column| column.name.clone()).zip(line).collect();
            let mut row = Row { table, cells };
            row.set("id", id.into());
            row.set("uuid", uuid(name, id).into());
            row.set("organization_id", ORG.into());
            for column in &table.columns {
                let Some(target) = reference(name, &column.name) else { continue };
                let others =
                    if target == name { &rows } else { self.tables.get(target).map_or(&[][..], Vec::as_slice) };
                let number = row.get(&column.name).as_int().and_then(|number| usize::try_from(number).ok());
                let other = number.filter(|_| !others.is_empty()).map(|number| &others[number % others.len()]);
                let id = other.map_or(Cell::Null, |other| other.get("id").clone());
                row.set(&column.name, id);
            }
            if name == "activity" && row.get("audit_id").is_null() {
                let Some(first) = self.table("audit").first() else { continue };
                row.set("audit_id", first.get("id").clone());
            }
            mend(&mut row, &rows, self, &mut taken);
            rows.push(row);
        }
        self.tables.insert(name, rows);
    }

    fn add_joins(&mut self, members: &[bool], links: &[(usize, usize)]) {
        let users = self.table("user").iter().zip(members).filter(|(_, member)| **member);
        let memberships = users.map(|(user, _)| {
            let id = user.get("id").as_int();
            Row::new("membership", serde_json::json!({ "id": id, "organization_id": ORG, "user_id": id }))
        });
        let memberships = memberships.collect();
        let (issues, categories) = (self.table("issue"), self.table("category"));
        let mut ties: Vec<(Option<i64>, Option<i64>)> = Vec::new();
        for (issue, category) in links.iter().filter(|_| !issues.is_empty() && !categories.is_empty()) {
            let issue = issues[issue % issues.len()].get("id").as_int();
            ties.push((issue, categories[category % categories.len()].get("id").as_int()));
        }
        ties.sort_unstable();
        ties.dedup();
        let ties = ties.into_iter().map(|(issue, category)| {
            let tie = serde_json::json!({ "organization_id": ORG, "issue_id": issue, "category_id": category });
            Row::new("issue_category", tie)
        });
        let ties = ties.collect();
        self.tables.insert("membership", memberships);
        self.tables.insert("issue_category", ties);
    }
}

/// Sets what follows from other cells, and makes unique what has to be.
fn mend(row: &mut Row, before: &[Row], world: &World, taken: &mut HashSet<String>) {
    let mut unique = |row: &mut Row, column: &str, scope: &str| {
        while !taken.insert(format!("{column} {scope} {:?}", row.get(column))) {
            let other = match row.get(column) {
                Cell::Text(text) => Cell::Text(format!("{text}'")),
                Cell::Int(number) => Cell::Int(number + 1),
                other => panic!("{column}: {other:?}"),
            };
            row.set(column, other);
        }
    };
    let asset = format!("{:?}", row.get("asset_id"));
    match row.table.name.as_str() {
        "user" => unique(row, "username", ""),
        "asset" => {
            unique(row, "slug", "");
            let above = before.iter().find(|other| other.get("id") == row.get("parent_id"));
            let above = above.map_or("", |above| above.get("path").as_str().expect("a path"));
            let path = format!("{above}{:012}/", row.get("id").as_int().expect("an id"));
            row.set("path", path.into());
        }
        "audit" => {
            unique(row, "number", &asset);
            row.set("number_norm", row.get("number").as_str().expect("text").to_ascii_lowercase().into());
            if let Cell::Int(sequence) = row.get("asset_sequence") {
                row.set("asset_sequence", (sequence + 1).into());
                unique(row, "asset_sequence", &asset);
            }
            let asset = world.table("asset").iter().find(|other| other.get("id") == row.get("asset_id"));
            row.set("asset_kind", asset.map_or(Cell::Null, |asset| asset.get("kind").clone()));
        }
        "issue" => {
            row.set("number", (row.get("number").as_int().expect("a number") + 1).into());
            unique(row, "number", &asset);
        }
        _ => {}
    }
    if row.table.column("external_ref").is_some() && !row.get("external_ref").is_null() {
        unique(row, "external_ref", &format!("{:?}", row.get("external_source")));
    }
}

/// A random condition over a noun's rows, with relations at most `depth` deep.
pub fn condition(noun: &'static Noun, depth: u32) -> BoxedStrategy<Expr> {
    let fields: Vec<BoxedStrategy<Expr>> = noun
        .fields
        .iter()
        .enumerate()
        .filter(|(_, field)| field.filterable || field.list)
        .map(|(index, field)| test_of(index, field))
        .collect();
    let field = proptest::strategy::Union::new(fields);
    if depth == 0 {
        return field.boxed();
    }
    let known = |target: &str| NOUNS.contains(&target);
    let relations: Vec<BoxedStrategy<Expr>> = noun
        .relations
        .iter()
        .enumerate()
        .filter(|(_, relation)| known(relation.target))
        .map(|(relation, described)| {
            let target = model().noun(described.target).expect("a target");
            let expr = prop_oneof![1 => Just(Expr::always()), 4 => condition(target, depth - 1)];
            expr.prop_map(move |expr| Expr::Related { relation, expr: Box::new(expr) }).boxed()
        })
        .collect();
    let leaf = prop_oneof![3 => field, 2 => proptest::strategy::Union::new(relations)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Expr::And),
            vec(inner.clone(), 0..4).prop_map(Expr::Or),
            inner.prop_map(|expr| Expr::Not(Box::new(expr))),
        ]
    })
    .boxed()
}

fn test_of(index: usize, field: &'static Field) -> BoxedStrategy<Expr> {
    if field.list {
        return text().prop_map(move |element| Expr::field(index, Test::Has(element))).boxed();
    }
    let one = match (field.words, field.name) {
        (Some(words), _) if field.kind == Kind::Text => {
            prop_oneof![4 => select(words.words).prop_map(|word| Cell::from(word.word)), 1 => value(Kind::Text)].boxed()
        }
        (_, "legacyId") => id().prop_map(Cell::Int).boxed(),
        (_, "timeProgress") => select(&[0_i64, 33, 66, 100][..]).prop_map(Cell::Int).boxed(),
        (_, "scoreMain") => prop_oneof![value(Kind::Decimal), score()].boxed(),
        _ => value(field.kind),
    };
    let one = prop_oneof![12 => one, 1 => Just(Cell::Null)].boxed();
    let pair = (one.clone(), one.clone());
    let mut tests = vec![
        one.clone().prop_map(Test::Eq).boxed(),
        one.clone().prop_map(Test::NotEq).boxed(),
        one.clone().prop_map(Test::Lt).boxed(),
        one.clone().prop_map(Test::Lte).boxed(),
        one.clone().prop_map(Test::Gt).boxed(),
        one.clone().prop_map(Test::Gte).boxed(),
        vec(one.clone(), 0..4).prop_map(Test::In).boxed(),
        vec(one, 0..4).prop_map(Test::NotIn).boxed(),
        pair.prop_map(|(low, high)| Test::Between(low, high)).boxed(),
        any::<bool>().prop_map(Test::IsNull).boxed(),
    ];
    let is_text = field.kind == Kind::Text;
    if field.kind == Kind::Time {
        let part = select(&[Part::Day, Part::Month, Part::Year][..]);
        let wanted = select(&[Ordering::Less, Ordering::Equal, Ordering::Greater][..]);
        let number = select(&[-1_i64, 0, 1, 2, 3, 8, 12, 29, 31, 1969, 2024, 2026, 9999, 99_999, i64::MAX][..]);
        tests.push((part, wanted, number).prop_map(|(part, wanted, number)| Test::Part(part, wanted, number)).boxed());
    }
    if is_text {
        tests.push(text().prop_map(Test::Contains).boxed());
        tests.push(text().prop_map(Test::StartsWith).boxed());
        tests.push(text().prop_map(Test::EndsWith).boxed());
    }
    let test = proptest::strategy::Union::new(tests);
    (test, any::<bool>())
        .prop_map(move |(test, fold)| Expr::Field { field: index, test, fold: fold && is_text })
        .boxed()
}
