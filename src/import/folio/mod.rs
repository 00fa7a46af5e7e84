//! `import folio`: events of acquisition records, as NDJSON or JSON (contract folio, 4.2 and 4.3).

mod report;
mod source;
mod split;

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub use self::report::{Refused, Report};
use self::source::Events;
pub use self::source::Input;
pub(super) use self::split::LONGEST;
use self::split::Piece;
use super::progress::{Counted, Progress};
use super::{Failure, Mode, Run};
use crate::domain::acquisition::{self, Event, Kind, Refusal};
use crate::domain::cx::Clock;
use crate::domain::db::Db;
use crate::domain::error::Result;

/// Events of one transaction.
const BATCH: usize = 1_000;
/// Bytes of text after which a batch is written before it is full, so that long events do not fill the memory.
const BATCH_BYTES: usize = 16 * 1024 * 1024;

/// What to do after an event was refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// Go on with the next.
    #[default]
    Continue,
    /// Write what came before it and stop.
    Stop,
}

/// How events are imported.
#[derive(Clone, Debug)]
pub struct Options {
    /// Slug of the organization.
    pub organization: String,
    /// Type of all events, where they do not have to tell it themselves.
    pub kind: Option<Kind>,
    /// What to do after an event was refused.
    pub on_error: OnError,
    /// Whether to write.
    pub mode: Mode,
    /// The clock.
    pub clock: Clock,
}

/// Imports the events of `input`.
pub async fn run(db: &Db, input: &Input, options: &Options) -> Result<Report, Failure> {
    let run = Run::start(db, &options.organization, options.mode, options.clock).await?;
    let read_failure = |cause| Failure::Read { file: input.name(), cause };
    let (mut events, progress) = open(input).map_err(read_failure)?;
    let mut report = Report::default();
    let mut batch = Batch::default();
    while let Some(piece) = events.next().map_err(read_failure)? {
        let place = piece.place;
        match read(&piece, options.kind) {
            Ok(event) => batch.add(event, piece.text.map_or(0, |text| text.len())),
            Err(refusal) => {
                report.refuse(place, refusal);
                if options.on_error == OnError::Stop {
                    break;
                }
            }
        }
        if batch.is_full() {
            write(db, &run, &mut batch, &mut report).await?;
            progress.reach();
        }
    }
    write(db, &run, &mut batch, &mut report).await?;
    progress.finish();
    Ok(report)
}

fn read(piece: &Piece, given: Option<Kind>) -> Result<Event, Refusal> {
    let whole = |message| Refusal { id: None, field: String::new(), message };
    let bytes = piece.text.as_ref().ok_or_else(|| whole("must be at most 1 MiB"))?;
    let text = std::str::from_utf8(bytes).map_err(|_| whole("must be valid JSON"))?;
    acquisition::read(text, given.or(piece.kind))
}

#[derive(Default)]
struct Batch {
    events: Vec<Event>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, event: Event, bytes: usize) {
        self.events.push(event);
        self.bytes += bytes;
    }

    fn is_full(&self) -> bool {
        self.events.len() >= BATCH || self.bytes >= BATCH_BYTES
    }
}

async fn write(db: &Db, run: &Run, batch: &mut Batch, report: &mut Report) -> Result<(), Failure> {
    let events = std::mem::take(batch).events;
    if events.is_empty() {
        return Ok(());
    }
    let received = events.len();
    let inserted = run.record(db, events).await?;
    report.received += received as u64;
    report.inserted += inserted as u64;
    report.duplicates += received.saturating_sub(inserted) as u64;
    Ok(())
}

/// A bar, and how much was read so far.
struct Watch {
    bar: Progress,
    count: Arc<std::sync::atomic::AtomicU64>,
}

impl Watch {
    fn reach(&self) {
        self.bar.reach(self.count.load(Ordering::Relaxed));
    }

    fn finish(&self) {
        self.bar.finish();
    }
}

fn open(input: &Input) -> io::Result<(Events, Watch)> {
    match input {
        Input::Stdin => {
            let (counted, count) = Counted::new(io::stdin());
            let bar = Progress::start("events", None);
            Ok((Events::of_stream(counted)?, Watch { bar, count }))
        }
        Input::File(path) => {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            let bar = Progress::start("events", metadata.is_file().then_some(metadata.len()));
            if !metadata.is_file() {
                let (counted, count) = Counted::new(file);
                return Ok((Events::of_stream(counted)?, Watch { bar, count }));
            }
            let mut shared = Arc::default();
            let events = Events::of_file(file, |file| {
                let (counted, count) = Counted::new(file);
                shared = count;
                Box::new(counted)
            })?;
            Ok((events, Watch { bar, count: shared }))
        }
    }
}

#[cfg(test)]
mod tests;
