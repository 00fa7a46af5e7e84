//! What became of the rows of a folder.

use serde::Serialize;

use super::sheet::Reason;

/// Refused rows that are told one by one.
const TOLD: usize = 1_000;

/// The report, in the order of its keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows of businesses.csv, which become sites.
    pub businesses: Counts,
    /// Rows of inspections.csv, which become audits.
    pub inspections: Counts,
    /// Rows of violations.csv, which become issues.
    pub violations: Counts,
    /// Rows of legend.csv, which are only read.
    pub legend: Counts,
    /// The first thousand refused rows.
    pub refused: Vec<Refused>,
}

/// What became of the rows of one file. Received is the sum of the other four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows that were read.
    pub received: u64,
    /// Rows that became a record.
    pub created: u64,
    /// Rows whose record was there already, and is left as it is; of the legend, which makes no records, those that were
    /// taken.
    pub unchanged: u64,
    /// Rows that stood in the file before, field by field the same.
    pub repeated: u64,
    /// Rows that became nothing.
    pub refused: u64,
}

/// One refused row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The file.
    pub file: &'static str,
    /// The line that the row begins on, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: Reason,
}

impl Report {
    /// How many rows of all files were refused.
    pub fn refused(&self) -> u64 {
        [self.businesses, self.inspections, self.violations, self.legend].iter().map(|counts| counts.refused).sum()
    }

    /// The counts of a file.
    pub(super) fn of(&mut self, file: &str) -> &mut Counts {
        match file {
            super::row::Business::FILE => &mut self.businesses,
            super::row::Inspection::FILE => &mut self.inspections,
            super::row::Violation::FILE => &mut self.violations,
            _ => &mut self.legend,
        }
    }

    pub(super) fn refuse(&mut self, file: &'static str, line: u64, reason: Reason) {
        self.of(file).refused += 1;
        if self.refused.len() < TOLD {
            self.refused.push(Refused { file, line, reason });
        }
    }
}
