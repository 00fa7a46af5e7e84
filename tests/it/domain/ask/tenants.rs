//! Nothing of one organization shows in another, by whatever way one asks; nor does what a role may not see.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use audit_gateway::domain::access::{Sight, Viewer, Visible, visible};
use audit_gateway::domain::ask::{Expr, Level, One, Question, Select, Test};
use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::{Arg, Db, Errand, Outcome, Statement, Store};
use audit_gateway::domain::describe::{Link, Noun, Scope};
use audit_gateway::domain::error::Error;
use audit_gateway::domain::model::model;

use super::{all, answer, every_field, everything, field, ids, ids_of, noun};
use crate::entity::tables;
use crate::fixture::{self, CONSULTANT, FORMER_MEMBER, Org};
use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    a_list_shows_the_rows_of_the_organization_and_no_other,
    no_relation_leads_out_of_the_organization,
    no_filter_tells_of_another_organization,
    a_reference_to_another_organizations_standard_shows_nothing,
    a_person_of_two_organizations_shows_each_its_own_side,
    a_person_who_left_stays_where_they_worked_and_nowhere_else,
    a_key_shows_to_its_owner_and_to_administrators,
    ones_own_memberships_show_everywhere_and_nothing_else_does,
    the_store_itself_keeps_organizations_apart,
);

const ROLES: [Role; 3] = [Role::Member, Role::Admin, Role::Owner];

/// The ids that a viewer should see, worked out from the tables themselves.
async fn truth(db: &Db, viewer: &Viewer, noun: &Noun) -> BTreeSet<i64> {
    let (table, organization) = (&noun.table, viewer.organization_id);
    let mut sql = match noun.scope {
        Scope::Tenant => format!("SELECT id FROM \"{table}\" WHERE organization_id = {organization}"),
        Scope::TenantOrShared => {
            format!("SELECT id FROM \"{table}\" WHERE (organization_id = {organization} OR organization_id IS NULL)")
        }
        Scope::Members => format!("SELECT user_id FROM membership WHERE organization_id = {organization}"),
        Scope::Itself => format!("SELECT id FROM \"{table}\" WHERE id = {organization}"),
    };
    match visible(viewer, noun) {
        Visible::All => {}
        Visible::None => sql.push_str(" AND 1 = 0"),
        Visible::Own(column) => sql.push_str(&format!(" AND \"{column}\" = {}", viewer.user_id)),
        Visible::OfVisibleRecords if viewer.role >= Role::Admin => {}
        Visible::OfVisibleRecords => sql.push_str(&format!(
            " AND (entity_type <> 'api_key' OR entity_uuid IN (SELECT uuid FROM api_key WHERE user_id = {}))",
            viewer.user_id
        )),
    }
    longs(db, &Errand::default(), sql).await.into_iter().collect()
}

async fn longs(db: &Db, errand: &Errand, sql: String) -> Vec<i64> {
    let rows = db.fetch(errand, Statement::new(sql, Vec::new(), vec![Kind::Long])).await.expect("ids");
    rows.iter().map(|row| row[0].as_int().expect("an id")).collect()
}

async fn a_list_shows_the_rows_of_the_organization_and_no_other(kind: Store) {
    let store = TestStore::seeded(kind).await;
    for org in [Org::Harbour, Org::Nordic] {
        for role in ROLES {
            let viewer = org.viewer(role);
            for noun in model().nouns() {
                let found = ids(&store.db, viewer, ids_of(noun, Expr::always())).await.expect("a list");
                let found: BTreeSet<i64> = found.into_iter().collect();
                assert_eq!(found, truth(&store.db, &viewer, noun).await, "{} to {role:?} of {org:?}", noun.name);
                let mut counted = ids_of(noun, Expr::always());
                (counted.ask.rows, counted.ask.total) = (false, true);
                let (level, _) = answer(&store.db, viewer, counted).await.expect("a count");
                assert_eq!(level.group(0).total, i64::try_from(found.len()).ok(), "{} counted", noun.name);
            }
        }
    }
}

/// Collects the ids that a level shows, by noun and by how one got there.
struct Shown {
    rows: BTreeMap<(&'static str, String), BTreeSet<i64>>,
}

impl Shown {
    fn level(&mut self, noun: &'static Noun, select: &Select, level: &Level, way: &str) {
        let row_ids = |at: usize| level.rows.iter().filter_map(move |row| row[at].as_int());
        for (index, one) in select.ones.iter().enumerate() {
            let (relation, target) = model().related(noun, one.relation).expect("a relation");
            let way = format!("{way}.{}", relation.name);
            self.rows.entry((target.name, way)).or_default().extend(row_ids(select.one_at(0, index)));
        }
        for (index, list) in select.lists(model(), noun, 0).into_iter().enumerate() {
            let (relation, target) = model().related(list.noun, list.many.relation).expect("a relation");
            let (below, way) = (&level.below[index], format!("{way}.{}", relation.name));
            let ids = below.rows.iter().filter_map(|row| row[0].as_int());
            self.rows.entry((target.name, way.clone())).or_default().extend(ids);
            self.level(target, &list.many.select, below, &way);
        }
    }
}

async fn no_relation_leads_out_of_the_organization(kind: Store) {
    let store = TestStore::seeded(kind).await;
    for (org, role) in [(Org::Harbour, Role::Member), (Org::Harbour, Role::Owner), (Org::Nordic, Role::Member)] {
        let viewer = org.viewer(role);
        let mut truths: HashMap<&str, BTreeSet<i64>> = HashMap::new();
        for noun in model().nouns() {
            truths.insert(noun.name, truth(&store.db, &viewer, noun).await);
        }
        for noun in model().nouns() {
            let mut select = everything(noun);
            for many in &mut select.manys {
                let (_, target) = model().related(noun, many.relation).expect("a relation");
                many.select = everything(target);
            }
            let question = Question { noun, ask: all(noun, Expr::always()), select: select.clone(), guard: None };
            let (level, _) = answer(&store.db, viewer, question).await.expect("an answer");
            let mut shown = Shown { rows: BTreeMap::new() };
            shown.level(noun, &select, &level, noun.name);
            for ((target, way), ids) in shown.rows {
                let mut allowed = truths[target].clone();
                if target == "User" {
                    // Shown where they worked, after they left.
                    allowed.insert(FORMER_MEMBER);
                }
                let strange: Vec<&i64> = ids.difference(&allowed).collect();
                assert!(strange.is_empty(), "{way} shows {strange:?} to {role:?} of {org:?}");
            }
        }
    }
}

async fn no_filter_tells_of_another_organization(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let (own, other) = (Org::Harbour.viewer(Role::Owner), Org::Nordic.viewer(Role::Owner));
    for noun in model().nouns() {
        if let Some((id, _)) = noun.find_field("legacyId") {
            let foreign = truth(&store.db, &other, noun).await;
            let foreign: Vec<Cell> =
                foreign.difference(&truth(&store.db, &own, noun).await).copied().map(Cell::Int).collect();
            let by_id = |ids: Vec<Cell>| Expr::field(id, Test::In(ids));
            let found = ids(&store.db, own, ids_of(noun, by_id(foreign.clone()))).await.expect("nothing");
            assert_eq!(found, [0_i64; 0], "{} of the other organization", noun.name);
            let found = ids(&store.db, own, ids_of(noun, Expr::Not(Box::new(by_id(foreign))))).await.expect("a list");
            assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), truth(&store.db, &own, noun).await, "{}", noun.name);
        }
        for (relation, described) in noun.relations.iter().enumerate() {
            let (_, target) = model().related(noun, relation).expect("a target");
            // A row of a view has no id to be found by; that a list shows its own organization's only is tested above.
            let Some((id, _)) = target.find_field("legacyId") else { continue };
            let foreign = truth(&store.db, &other, target).await;
            let foreign: Vec<Cell> =
                foreign.difference(&truth(&store.db, &own, target).await).copied().map(Cell::Int).collect();
            let expr = Box::new(Expr::field(id, Test::In(foreign)));
            let found = ids(&store.db, own, ids_of(noun, Expr::Related { relation, expr })).await.expect("nothing");
            assert_eq!(found, [0_i64; 0], "{}.{}", noun.name, described.name);
        }
    }
}

async fn a_reference_to_another_organizations_standard_shows_nothing(kind: Store) {
    let store = TestStore::seeded(kind).await;
    // The two tables that organizations share with all: no composite key stands before such a reference.
    let foreign = Org::Nordic.row(1);
    let ties = [("audit", ""), ("asset", ""), ("organization", "default_")].map(|(table, prefix)| {
        let sql =
            format!("UPDATE {table} SET {prefix}standard_id = $1, {prefix}conformance_level_id = $1 WHERE id = $2");
        let id = if table == "organization" { 1 } else { 1_001 };
        Statement::new(sql, vec![Arg::long(foreign), Arg::long(id)], Vec::new())
    });
    fixture::execute(&store.db, ties.to_vec()).await;
    let viewer = Org::Harbour.viewer(Role::Owner);
    for (name, prefix, id) in [("Audit", "", 1_001), ("Asset", "", 1_001), ("Organization", "default", 1)] {
        let noun = noun(name);
        for relation in ["standard", "conformanceLevel"] {
            let relation = match prefix {
                "" => relation.to_owned(),
                _ => format!("{prefix}{}{}", relation[..1].to_uppercase(), &relation[1..]),
            };
            let relation = super::relation(noun, &relation);
            let this = Expr::field(field(noun, "legacyId"), Test::Eq(id.into()));
            let related = Expr::Related { relation, expr: Box::new(Expr::always()) };
            let both = Expr::And(vec![this.clone(), related]);
            assert_eq!(
                ids(&store.db, viewer, ids_of(noun, both)).await.expect("nothing"),
                [0_i64; 0],
                "{name} filtered"
            );
            let (_, target) = model().related(noun, relation).expect("a target");
            let one = One { relation, select: every_field(target) };
            let select = Select { ones: vec![one], ..Select::default() };
            let question = Question { select, ..ids_of(noun, this) };
            let (level, _) = answer(&store.db, viewer, question).await.expect("the row");
            assert_eq!(level.rows.len(), 1, "{name}");
            assert!(level.rows.row(0)[1..].iter().all(Cell::is_null), "{name}: {:?}", level.rows.row(0));
        }
    }
}

async fn a_person_of_two_organizations_shows_each_its_own_side(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let user = noun("User");
    let this = Expr::field(field(user, "legacyId"), Test::Eq(CONSULTANT.into()));
    for org in [Org::Harbour, Org::Nordic] {
        let select = Select { ones: Vec::new(), ..everything(user) };
        let question = Question { select: select.clone(), ..ids_of(user, this.clone()) };
        let (level, _) = answer(&store.db, org.viewer(Role::Member), question).await.expect("the consultant");
        assert_eq!(level.rows.len(), 1);
        let mut shown = Shown { rows: BTreeMap::new() };
        shown.level(user, &select, &level, "User");
        let mut every = shown.rows.values().flatten();
        assert!(every.clone().count() > 2, "{:?}", shown.rows);
        assert!(every.all(|id| id / 1_000 == org.id()), "{org:?} sees {:?}", shown.rows);
    }
}

async fn a_person_who_left_stays_where_they_worked_and_nowhere_else(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let (user, audit) = (noun("User"), noun("Audit"));
    let viewer = Org::Harbour.viewer(Role::Owner);
    let this = Expr::field(field(user, "legacyId"), Test::Eq(FORMER_MEMBER.into()));
    assert_eq!(ids(&store.db, viewer, ids_of(user, this.clone())).await.expect("nobody"), [0_i64; 0]);
    let relation = super::relation(audit, "auditor");
    let theirs = Expr::Related { relation, expr: Box::new(this) };
    assert_eq!(ids(&store.db, viewer, ids_of(audit, theirs)).await.expect("an audit"), [1_002]);
}

async fn a_key_shows_to_its_owner_and_to_administrators(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let (key, audit) = (noun("ApiKey"), noun("Audit"));
    let org = Org::Harbour;
    let colleague = Viewer { user_id: org.row(4), ..org.viewer(Role::Member) };
    let cases = [
        (org.viewer(Role::Owner), vec![1_001, 1_002]),
        (org.viewer(Role::Admin), vec![1_001, 1_002]),
        (org.viewer(Role::Member), vec![1_001]),
        (colleague, vec![]),
    ];
    for (viewer, seen) in cases {
        let mut found = ids(&store.db, viewer, ids_of(key, Expr::always())).await.expect("keys");
        found.sort_unstable();
        assert_eq!(found, seen, "{viewer:?}");
        // Neither by looking through an audit nor by asking about it.
        for (name, id) in [("createdByKey", 1_001), ("updatedByKey", 1_002)] {
            let relation = super::relation(audit, name);
            let label = Expr::field(field(key, "label"), Test::IsNull(false));
            let expr = Expr::Related { relation, expr: Box::new(label) };
            let found = ids(&store.db, viewer, ids_of(audit, expr)).await.expect("audits");
            assert_eq!(found.len(), usize::from(seen.contains(&id)), "{name} to {viewer:?}");
        }
    }
}

async fn ones_own_memberships_show_everywhere_and_nothing_else_does(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let consultant = Viewer {
        organization_id: Org::Harbour.id(),
        user_id: CONSULTANT,
        role: Role::Member,
        sight: Sight::OwnMemberships,
    };
    for noun in model().nouns() {
        let mut found = ids(&store.db, consultant, ids_of(noun, Expr::always())).await.expect("a list");
        found.sort_unstable();
        let own: &[i64] = match noun.name {
            "User" => &[CONSULTANT],
            "Membership" => &[1_005, 2_005],
            "Organization" => &[1, 2],
            _ => &[],
        };
        assert_eq!(found, own, "{}", noun.name);
    }
    let membership = noun("Membership");
    let question = Question { select: everything(membership), ..ids_of(membership, Expr::always()) };
    let (level, _) = answer(&store.db, consultant, question).await.expect("the memberships");
    assert_eq!(level.rows.len(), 2);
}

/// The tables that are read before it is known which organization a request acts in.
const SIGN_IN: [&str; 3] = ["api_key", "membership", "refresh_token"];

/// With the first line of defence switched off: statements that do not ask for the organization at all.
async fn the_store_itself_keeps_organizations_apart(kind: Store) {
    let store = TestStore::seeded(kind).await;
    if kind == Store::Sqlite {
        return a_row_cannot_refer_into_another_organization(&store.db).await;
    }
    let errand = |organization_id| Errand { organization_id, ..Errand::default() };
    let owned = tables().iter().filter(|table| table.column("organization_id").is_some());
    for table in owned.filter(|table| !SIGN_IN.contains(&table.name.as_str())) {
        let sql = format!("SELECT coalesce(organization_id, 0) FROM \"{}\"", table.name);
        let every = longs(&store.db, &errand(None), sql.clone()).await;
        assert!(every.contains(&1) && every.contains(&2), "the operator sees all of {}", table.name);
        for org in [Org::Harbour, Org::Nordic] {
            let seen = longs(&store.db, &errand(Some(org.id())), sql.clone()).await;
            assert!(seen.contains(&org.id()), "{}", table.name);
            assert!(seen.iter().all(|id| *id == org.id() || *id == 0), "{} to {org:?}: {seen:?}", table.name);
        }
        let none = longs(&store.db, &errand(Some(77)), sql).await;
        assert!(none.iter().all(|id| *id == 0), "{} to an organization without rows: {none:?}", table.name);
    }
    a_row_cannot_refer_into_another_organization(&store.db).await;
}

/// SQLite has no rows that are not there; keys of organization and id keep the rows of two apart.
async fn a_row_cannot_refer_into_another_organization(db: &Db) {
    for noun in model().nouns().iter().filter(|noun| noun.scope == Scope::Tenant && noun.identified) {
        for relation in &noun.relations {
            let Link::ToOne(column) = relation.link else { continue };
            let target = model().noun(relation.target).expect("a target");
            if target.scope != Scope::Tenant {
                continue;
            }
            let id = Statement::new(
                format!(
                    "SELECT max(id) FROM \"{}\" WHERE organization_id = 1 AND \"{column}\" IS NOT NULL",
                    noun.table
                ),
                Vec::new(),
                vec![Kind::Long],
            );
            let own = db.fetch(&Errand::default(), id).await.expect("a row");
            let Some(own) = own.cell(0, 0).as_int() else { panic!("no row with {}.{}", noun.name, relation.name) };
            let sql = format!("UPDATE \"{}\" SET \"{column}\" = $1 WHERE id = $2", noun.table);
            let tie = Statement::new(sql, vec![Arg::long(Org::Nordic.row(1)), Arg::long(own)], Vec::new());
            let errand = Errand::default();
            let refused = db.write(&errand, move |tx| {
                let tie = tie.clone();
                Box::pin(async move {
                    tx.fetch(&tie).await?;
                    Ok(Outcome::Bookkeeping(()))
                })
            });
            let refused = refused.await;
            assert!(matches!(refused, Err(Error::Conflict(_))), "{}.{}: {refused:?}", noun.name, relation.name);
        }
    }
}
