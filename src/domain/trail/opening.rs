//! What a command begins with, known before it runs: so those of several commands go to the store in one trip.

use std::collections::HashMap;

use super::head::{Condition, Head, Ledger};
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Rows, Statement};

/// The lock of an organization's trail, and a condition that must then hold.
#[derive(Clone, Debug)]
pub struct Opening {
    organization_id: i64,
    condition: Option<(String, Vec<Arg>)>,
}

/// Answers to openings, by their number: whether the condition holds, where the trail could be locked.
pub(super) type Answers = HashMap<usize, bool>;

impl Opening {
    /// Of a command that locks the trail of an organization by [`super::lock_if`] with this condition.
    pub fn new(organization_id: i64, condition: Condition<'_>) -> Self {
        Self { organization_id, condition: condition(2) }
    }

    /// The statement on PostgreSQL, for the command of a number. It gives no row where somebody else has locked the
    /// trail.
    pub(in crate::domain) fn statement(&self, number: usize) -> Statement {
        let mut args = vec![Arg::long(self.organization_id)];
        let condition = match &self.condition {
            Some((sql, values)) => {
                args.extend(values.iter().cloned());
                sql.as_str()
            }
            None => "true",
        };
        args.push(Arg::long(i64::try_from(number).unwrap_or(i64::MAX)));
        let sql = format!(
            "SELECT {}, organization_id, ${}, {condition} FROM trail_head WHERE organization_id = $1 FOR UPDATE SKIP LOCKED",
            Head::COLUMNS,
            args.len()
        );
        let kinds = Head::KINDS.into_iter().chain([Kind::Long, Kind::Long, Kind::Bool]).collect();
        Statement::new(sql, args, kinds)
    }
}

impl Ledger {
    /// Takes in what openings have given.
    pub(in crate::domain) fn open(&mut self, rows: &Rows) {
        let mut answers = Answers::new();
        for row in rows.iter() {
            let Some((head, [Cell::Int(organization_id), Cell::Int(number), Cell::Bool(holds)])) =
                row.split_at_checked(Head::KINDS.len())
            else {
                continue;
            };
            // One that does not fit its tree is told by the command itself, in a transaction of its own.
            if let Ok(head) = Head::of(head) {
                self.heads.entry(*organization_id).or_insert(head);
                answers.insert(usize::try_from(*number).unwrap_or(usize::MAX), *holds);
            }
        }
        self.answers = Some(answers);
    }

    /// The command of a number begins. Gives whether its opening was sent.
    pub(in crate::domain) fn begin(&mut self, number: usize) -> bool {
        self.receipts.clear();
        self.answer = self.answers.as_ref().map(|answers| answers.get(&number).copied());
        self.answer.is_some()
    }
}
