//! Following a trail in the domain: each event once, in order, from anywhere, whoever wrote it.

use std::time::Duration;

use audit_gateway::domain::changes::{Changes, Follower, Record, Wanted};
use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::{Db, Store};
use audit_gateway::domain::trail::Action;

use super::{happen, head, listening, meddle};
use crate::fixture::{Org, uuid};
use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    each_event_comes_once_in_order_whoever_wrote_it_and_wherever_one_begins,
    a_writer_nobody_hears_of_is_seen_all_the_same,
    what_is_wanted_is_the_same_from_memory_and_from_the_store,
    a_place_outside_the_trail_is_refused,
    a_session_that_ends_is_noticed_within_a_second,
    an_organization_is_followed_as_long_as_somebody_does,
);

const SOON: Duration = Duration::from_secs(20);

async fn take(follower: &mut Follower, until: i64) -> Vec<i64> {
    let mut sequences = Vec::new();
    while sequences.last().is_none_or(|last| *last < until) {
        let events = tokio::time::timeout(SOON, follower.next()).await.expect("in time").expect("events");
        assert!(!events.is_empty(), "nothing is never told");
        sequences.extend(events.iter().map(|event| event.sequence));
    }
    sequences
}

async fn each_event_comes_once_in_order_whoever_wrote_it_and_wherever_one_begins(kind: Store) {
    const WRITERS: i64 = 4;
    const EACH: i64 = 60;
    let store = TestStore::seeded(kind).await;
    let other = store.second_door().await;
    let (here, there) = (listening(&store.db), listening(&other));
    let before = head(&store.db, Org::Harbour).await;
    let end = before + WRITERS * EACH;
    let mut from_now = here.follow(Org::Harbour.id(), Wanted::default(), None).await.expect("a follower");
    let mut from_the_start = there.follow(Org::Harbour.id(), Wanted::default(), Some(0)).await.expect("a follower");
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let db = if writer % 2 == 0 { store.db.clone() } else { other.clone() };
            tokio::spawn(async move {
                for number in 0..EACH {
                    happen(&db, Org::Harbour, Action::Edit, ("audit", uuid("audit", 1_000 + number))).await;
                    happen(&db, Org::Nordic, Action::Edit, ("audit", uuid("audit", 2_000 + number))).await;
                }
            })
        })
        .collect();
    // One that is cut off again and again, now at the one instance, now at the other.
    let dropped = async {
        let (mut place, mut seen) = (before, Vec::new());
        for round in 0.. {
            let changes: &Changes = if round % 2 == 0 { &here } else { &there };
            let mut follower = match changes.follow(Org::Harbour.id(), Wanted::default(), Some(place)).await {
                Ok(follower) => follower,
                Err(error) => panic!("{error}"),
            };
            while let Ok(Ok(events)) = tokio::time::timeout(Duration::from_millis(30), follower.next()).await {
                seen.extend(events.iter().map(|event| event.sequence));
                place = *seen.last().expect("an event");
            }
            if place == end {
                return seen;
            }
        }
        unreachable!()
    };
    let (all_new, all, seen) = tokio::join!(take(&mut from_now, end), take(&mut from_the_start, end), dropped);
    for writer in writers {
        writer.await.expect("a writer");
    }
    assert_eq!(all_new, (before + 1..=end).collect::<Vec<_>>());
    assert_eq!(all, (1..=end).collect::<Vec<_>>());
    assert_eq!(seen, (before + 1..=end).collect::<Vec<_>>());
}

async fn a_writer_nobody_hears_of_is_seen_all_the_same(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let silent = store.second_door().await;
    let changes = listening(&store.db);
    let mut follower = changes.follow(Org::Harbour.id(), Wanted::default(), None).await.expect("a follower");
    for _ in 0..3 {
        // Its commits are told to nobody: nothing listens at that door.
        let written = happen(&silent, Org::Harbour, Action::Edit, ("issue", uuid("issue", 1_001))).await;
        assert_eq!(take(&mut follower, written).await, [written]);
    }
}

fn variants() -> Vec<Wanted> {
    let audit = |typed: bool| Record { entity_type: typed.then(|| "audit".to_owned()), uuid: uuid("audit", 1_001) };
    let both = Wanted { entities: Some(vec!["audit".into(), "issue".into()]), ..Wanted::default() };
    vec![
        Wanted::default(),
        both.clone(),
        Wanted { actions: Some(vec![Action::Delete]), ..both },
        Wanted { records: Some(vec![audit(true)]), ..Wanted::default() },
        Wanted { records: Some(vec![audit(false)]), ..Wanted::default() },
        Wanted { records: Some(vec![audit(true)]), lines: true, ..Wanted::default() },
        Wanted { entities: Some(vec!["nothing".into()]), ..Wanted::default() },
    ]
}

async fn write_some(db: &Db) -> i64 {
    let mut last = 0;
    for number in 0..12 {
        let action = [Action::Create, Action::Edit, Action::Delete][number % 3];
        let entity_type = ["audit", "issue", "acq.order", "audit"][number % 4];
        let record = uuid(if number % 5 == 0 { "issue" } else { "audit" }, 1_001 + (number as i64 % 2));
        let parent = (number % 3 == 1).then(|| uuid("audit", 1_001));
        last = super::happen_under(db, Org::Harbour, action, (entity_type, record, parent)).await;
    }
    last
}

async fn what_is_wanted_is_the_same_from_memory_and_from_the_store(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let changes = listening(&store.db);
    let before = head(&store.db, Org::Harbour).await;
    let mut live = Vec::new();
    for wanted in variants() {
        live.push(changes.follow(Org::Harbour.id(), wanted, None).await.expect("a follower"));
    }
    write_some(&store.db).await;
    let end = happen(&store.db, Org::Harbour, Action::Delete, ("audit", uuid("audit", 1_001))).await;
    let mut counts = Vec::new();
    for (mut live, wanted) in live.into_iter().zip(variants()) {
        let from_memory = if wanted.entities.as_deref() == Some(&["nothing".to_owned()]) {
            let told = tokio::time::timeout(Duration::from_millis(300), live.next()).await;
            assert!(told.is_err(), "what nobody wants is told to nobody");
            Vec::new()
        } else {
            take(&mut live, end).await
        };
        let mut past = changes.follow(Org::Harbour.id(), wanted.clone(), Some(before)).await.expect("a follower");
        let mut from_the_store = Vec::new();
        while let Some(events) = past.next_until_begun().await.expect("events") {
            from_the_store.extend(events.iter().map(|event| event.sequence));
        }
        assert_eq!(past.place(), end);
        assert_eq!(from_memory, from_the_store, "{wanted:?}");
        counts.push(from_memory.len());
    }
    assert_eq!(counts, [13, 10, 4, 3, 5, 6, 0], "every condition leaves something out");
}

async fn a_place_outside_the_trail_is_refused(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let changes = listening(&store.db);
    let end = head(&store.db, Org::Harbour).await;
    for (after, taken) in [(-1, false), (0, true), (end, true), (end + 1, false), (i64::MAX, false)] {
        let followed = changes.follow(Org::Harbour.id(), Wanted::default(), Some(after)).await;
        assert_eq!(followed.is_ok(), taken, "{after}");
    }
}

async fn a_session_that_ends_is_noticed_within_a_second(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let changes = listening(&store.db);
    let callers = [Org::Harbour.caller(Role::Member), Org::Nordic.caller(Role::Member)].map(std::sync::Arc::new);
    let [mut ours, mut theirs] = callers.each_ref().map(|caller| changes.watch(caller));
    tokio::time::timeout(Duration::from_millis(1_300), ours.ended()).await.expect_err("the session holds");
    // Changed role, left organization, switched off, new password, signed out: the last is the one without a trail.
    meddle(&store.db, "UPDATE refresh_token SET revoked_at = '2026-03-02T09:00:00Z' WHERE user_id = 1003").await;
    tokio::time::timeout(Duration::from_secs(5), ours.ended()).await.expect("the session has ended");
    tokio::time::timeout(Duration::from_millis(10), theirs.ended()).await.expect_err("theirs holds");
    // Whoever asks later hears it, too.
    let mut again = changes.watch(&callers[0]);
    tokio::time::timeout(Duration::from_secs(5), again.ended()).await.expect("the session has ended");
    meddle(&store.db, "UPDATE membership SET role = 'ADMIN' WHERE user_id = 2003").await;
    tokio::time::timeout(Duration::from_secs(5), theirs.ended()).await.expect("the role has changed");
}

async fn an_organization_is_followed_as_long_as_somebody_does(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let changes = listening(&store.db);
    assert_eq!(changes.followed(), 0);
    let one = changes.follow(Org::Harbour.id(), Wanted::default(), None).await.expect("a follower");
    let other = changes.follow(Org::Harbour.id(), Wanted::default(), None).await.expect("a follower");
    assert_eq!(changes.followed(), 1, "one reader an organization");
    drop(one);
    assert_eq!(changes.followed(), 1);
    drop(other);
    assert_eq!(changes.followed(), 0);
}
