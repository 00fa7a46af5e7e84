//! What became of the events of a file.

use serde::Serialize;

use crate::domain::acquisition::Refusal;

/// Refused events that are told one by one.
const ERRORS: usize = 100;
/// Characters of a key or identifier that are told.
const TOLD: usize = 255;

/// The report, in the order of its keys. Received is the sum of the other three.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Events that were read.
    pub received: u64,
    /// Events that were new.
    pub inserted: u64,
    /// Events that were there already.
    pub duplicates: u64,
    /// Events that are none.
    pub refused: u64,
    /// The first hundred of the refused.
    pub errors: Vec<Refused>,
}

/// One refused event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Its line, or its position in the array, from 1.
    pub line: u64,
    /// Its identifier, where it has one.
    pub id: Option<String>,
    /// The key it is refused for; empty for the event as a whole.
    pub field: String,
    /// What is wrong.
    pub message: &'static str,
}

impl Report {
    pub(super) fn refuse(&mut self, line: u64, refusal: Refusal) {
        self.received += 1;
        self.refused += 1;
        if self.errors.len() < ERRORS {
            let cut = |text: String| text.chars().take(TOLD).collect::<String>();
            let Refusal { id, field, message } = refusal;
            self.errors.push(Refused { line, id: id.map(cut), field: cut(field), message });
        }
    }
}
