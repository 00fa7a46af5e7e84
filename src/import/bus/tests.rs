use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::*;
use crate::domain::cx::Clock;
use crate::import::testing::Home;

const USER: &str = "8a7b6c5d-4e3f-4a2b-9c1d-0e9f8a7b6c5d";

pub fn id(number: usize) -> String {
    format!("{number:08x}-1a2b-4c3d-9e4f-5a6b7c8d9e0f")
}

/// An event of a piece.
pub fn event(number: usize) -> String {
    format!(
        r#"{{"id":"{}","action":"Edit","pieceId":"{}","userId":"{USER}","eventDate":"2030-05-06T07:08:10.25Z","actionDate":"2030-05-06T07:08:09Z","pieceSnapshot":{{"price":4.50}}}}"#,
        id(number),
        id(0xF00)
    )
}

fn message(topic: &str, offset: i64, tenant: Option<&str>, value: &str) -> Message {
    let place = Place { topic: topic.to_owned(), partition: 0, offset };
    Message { place, tenant: tenant.map(ToOwned::to_owned), value: Some(value.as_bytes().to_vec()) }
}

fn piece(offset: usize, value: &str) -> Message {
    message("folio.Default.here.ACQ_PIECE_CHANGED", i64::try_from(offset).unwrap(), None, value)
}

const SOON: Patience = Patience { first: Duration::from_millis(1), most: Duration::from_millis(4) };

/// A bus with one partition, which forgets what is not done with when it is asked anew.
#[derive(Clone, Default)]
struct Bus {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    messages: Vec<Message>,
    next: usize,
    done: usize,
    /// Refusals that come before the next messages.
    losses: VecDeque<&'static str>,
    /// Whether what is done with can be told.
    deaf: bool,
    most: usize,
}

impl Courier for Bus {
    fn next(&mut self, _: usize, _: usize) -> BoxFuture<'_, Result<Vec<Message>, Lost>> {
        Box::pin(async move {
            loop {
                {
                    let mut bus = self.inner.lock().unwrap();
                    if let Some(loss) = bus.losses.pop_front() {
                        return Err(Lost(loss.to_owned()));
                    }
                    let end = bus.messages.len().min(bus.next + bus.most);
                    if bus.next < end {
                        let messages = bus.messages[bus.next..end].to_vec();
                        bus.next = end;
                        return Ok(messages);
                    }
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
    }

    fn done(&mut self, places: Vec<Place>) -> BoxFuture<'_, Result<(), Lost>> {
        Box::pin(async move {
            let mut bus = self.inner.lock().unwrap();
            if bus.deaf {
                return Err(Lost("deaf".to_owned()));
            }
            for place in places {
                bus.done = bus.done.max(usize::try_from(place.offset).unwrap() + 1);
            }
            Ok(())
        })
    }
}

impl Bus {
    fn of(messages: Vec<Message>) -> Self {
        let bus = Self::default();
        *bus.inner.lock().unwrap() = Inner { messages, most: 3, ..Inner::default() };
        bus
    }

    fn done(&self) -> usize {
        self.inner.lock().unwrap().done
    }

    /// Another consumer, or the same after a crash: begins behind what is done with.
    fn again(&self) -> Self {
        let mut inner = self.inner.lock().unwrap();
        inner.next = inner.done;
        inner.deaf = false;
        drop(inner);
        self.clone()
    }

    /// Consumes until something holds.
    async fn consume(&self, intake: &Intake, holds: impl AsyncFn() -> bool) {
        let (stop, stopped) = watch::channel(false);
        let (mut courier, intake) = (self.clone(), intake.clone());
        let task = tokio::spawn(async move { consume(&mut courier, &intake, SOON, stopped).await });
        for _ in 0..4_000 {
            if holds().await {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(holds().await);
        stop.send(true).unwrap();
        task.await.unwrap();
    }
}

fn intake(home: &Home, shelf: Shelf) -> Intake {
    Intake { db: home.db.clone(), shelf, clock: Clock::System }
}

const EVENTS: &str = "SELECT count(*) FROM change_event";

#[tokio::test]
async fn messages_become_events_of_their_tenants_in_the_order_they_came() {
    for home in Home::all().await {
        let order = event(9).replace("pieceId", "orderId").replace("pieceSnapshot", "orderSnapshot");
        let messages = vec![
            piece(0, &event(1)),
            message("folio.Default.here.ACQ_PIECE_CHANGED", 1, Some("there"), &event(1)),
            message("other.Default.nowhere.ACQ_ORDER_CHANGED", 2, Some("here"), &order),
            message("folio.Default.here.ACQ_PIECE_CHANGED", 3, Some(""), &event(2)),
            piece(4, &event(1)),
        ];
        let bus = Bus::of(messages);
        bus.consume(&intake(&home, Shelf::default()), async || bus.done() == 5).await;
        let sql = "SELECT o.slug, e.entity_type, e.surface, CAST(e.uuid AS text), CAST(e.snapshot_after AS text) FROM \
                   change_event e JOIN organization o ON o.id = e.organization_id ORDER BY o.slug, e.sequence";
        let sql = match home.db.store() {
            crate::domain::db::Store::Postgres => sql.to_owned(),
            crate::domain::db::Store::Sqlite => sql.replace("CAST(e.uuid AS text)", "lower(hex(e.uuid))"),
        };
        let rows: Vec<String> = home.ask(&sql, 5).await.into_iter().map(|row| row.join(" ").replace('-', "")).collect();
        let row = |slug: &str, kind: &str, number: usize| {
            format!("{slug} {kind} bus {} {{\"price\":4.50}}", id(number).replace('-', ""))
        };
        let wanted = [
            row("here", "acq.piece", 1),
            row("here", "acq.order", 9),
            row("here", "acq.piece", 2),
            row("there", "acq.piece", 1),
        ];
        assert_eq!(rows, wanted);
        home.close().await;
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_set_aside_with_its_reason_and_passed_over() {
    for home in Home::all().await {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf { file: Some(folder.path().join("aside.ndjson")) };
        let remark = event(3).replace("{\"id\"", "{\"remark\":1,\"id\"");
        let mut empty = piece(5, "");
        empty.value = None;
        let mut broken = piece(6, "");
        broken.value = Some(vec![b'{', 0xff]);
        let long = format!("{{\"id\":\"{}\"}}", "x".repeat(1 << 20));
        let bus = Bus::of(vec![
            piece(0, "nonsense"),
            piece(1, &event(1)),
            piece(2, &remark),
            message("folio.Default.nowhere.ACQ_PIECE_CHANGED", 3, None, &event(4)),
            message("folio.here.ACQ_PIECE_CHANGED", 4, Some("here"), &event(5)),
            empty,
            broken,
            piece(7, &long),
            piece(8, &event(2)),
        ]);
        bus.consume(&intake(&home, shelf.clone()), async || bus.done() == 9).await;
        assert_eq!(home.count(EVENTS).await, 2);
        let text = std::fs::read_to_string(shelf.file.unwrap()).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told: Vec<String> =
            lines.iter().map(|line| format!("{} {} {}", line["offset"], line["field"], line["message"])).collect();
        assert_eq!(
            told,
            [
                r#"0 "" "must be valid JSON""#,
                r#"2 "remark" "unknown key""#,
                r#"3 "tenant" "is no organization here""#,
                r#"4 "type" "cannot be told""#,
                r#"5 "" "must be a JSON object""#,
                r#"6 "" "must be valid JSON""#,
                r#"7 "" "must be at most 1 MiB""#,
            ]
        );
        assert_eq!((&lines[1]["id"], &lines[1]["value"]), (&id(3).into(), &remark.into()));
        assert_eq!((&lines[5]["value"], &lines[5]["base64"]), (&serde_json::Value::Null, &"e/8=".into()));
        home.close().await;
    }
}

#[tokio::test]
async fn what_was_stored_and_not_told_comes_again_and_is_stored_once() {
    for home in Home::all().await {
        let bus = Bus::of((0..7).map(|number| piece(number, &event(number))).collect());
        bus.inner.lock().unwrap().deaf = true;
        let intake = intake(&home, Shelf::default());
        // The first one dies before it can tell.
        bus.consume(&intake, async || home.count(EVENTS).await == 7).await;
        assert_eq!(bus.done(), 0);
        bus.again().consume(&intake, async || bus.done() == 7).await;
        assert_eq!(home.count(EVENTS).await, 7);
        assert_eq!(home.count("SELECT last_sequence FROM trail_head").await, 7);
        home.close().await;
    }
}

#[tokio::test]
async fn a_bus_and_a_store_that_do_not_answer_are_waited_for() {
    for home in Home::all().await {
        let bus = Bus::of((0..4).map(|number| piece(number, &event(number))).collect());
        bus.inner.lock().unwrap().losses.extend(["down", "down", "down"]);
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf { file: Some(folder.path().join("none").join("aside")) };
        bus.inner.lock().unwrap().messages[1] = piece(1, "poison");
        home.run("ALTER TABLE trail_head RENAME TO trail_head_gone").await;
        let (stop, stopped) = watch::channel(false);
        let (mut courier, taking) = (bus.clone(), intake(&home, shelf));
        let task = tokio::spawn(async move { consume(&mut courier, &taking, SOON, stopped).await });
        // Neither set aside nor stored, so nothing is done with.
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!((bus.done(), home.count(EVENTS).await), (0, 0));
        std::fs::create_dir(folder.path().join("none")).unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!((bus.done(), home.count(EVENTS).await), (0, 0));
        home.run("ALTER TABLE trail_head_gone RENAME TO trail_head").await;
        for _ in 0..1_000 {
            if bus.done() == 4 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!((bus.done(), home.count(EVENTS).await), (4, 3));
        stop.send(true).unwrap();
        task.await.unwrap();
        // However often it was tried, the poison is set aside once.
        let aside = std::fs::read_to_string(folder.path().join("none").join("aside")).unwrap();
        assert_eq!(aside.lines().count(), 1);
        home.close().await;
    }
}
