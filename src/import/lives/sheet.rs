//! One CSV file: columns found by name, text in UTF-8 or Windows-1252, repeated rows known as such.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};
use sha2::{Digest, Sha256};

use crate::import::Failure;
use crate::import::progress::{Counted, Progress};

/// Why a row is refused.
pub type Reason = String;

/// A file that is being read.
pub struct Sheet {
    file: &'static str,
    reader: Reader<Counted<File>>,
    columns: HashMap<String, usize>,
    seen: HashSet<Mark>,
    progress: Progress,
    read: Arc<AtomicU64>,
}

/// The first half of a digest: what is left of a row that was read.
pub type Mark = [u8; 16];

/// The mark of some texts.
pub fn mark<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Mark {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let mut mark = Mark::default();
    mark.iter_mut().zip(digest.finalize()).for_each(|(to, from)| *to = from);
    mark
}

/// One row below the header.
pub struct Row {
    /// Line that it begins on, from 1.
    pub line: u64,
    /// Whether the same row stood in the file before.
    pub repeated: bool,
    record: ByteRecord,
}

impl Sheet {
    /// Opens a file of a folder. None where it is missing.
    pub fn open(folder: &Path, file: &'static str, needed: &[&'static str]) -> Result<Option<Self>, Failure> {
        let failure = |cause| Failure::Read { file: file.to_owned(), cause };
        let opened = match File::open(folder.join(file)) {
            Ok(opened) => opened,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(failure(cause)),
        };
        let length = opened.metadata().map_err(failure)?.len();
        let (counted, read) = Counted::new(opened);
        // Taken for an end of line too, a carriage return would put rows on the line before.
        let end = Terminator::Any(b'\n');
        let mut reader = ReaderBuilder::new().flexible(true).terminator(end).from_reader(counted);
        let header = reader.byte_headers().map_err(|error| failure(error.into()))?;
        let columns: HashMap<String, usize> = header.iter().enumerate().map(|(at, name)| (column(name), at)).collect();
        if let Some(column) = needed.iter().find(|name| !columns.contains_key(**name)) {
            return Err(Failure::Column { file: file.to_owned(), column });
        }
        let progress = Progress::start(file, Some(length));
        Ok(Some(Self { file, reader, columns, seen: HashSet::new(), progress, read }))
    }

    /// The next row.
    pub fn next(&mut self) -> Result<Option<Row>, Failure> {
        let failure = |error: csv::Error| Failure::Read { file: self.file.to_owned(), cause: error.into() };
        let mut record = ByteRecord::new();
        while self.reader.read_byte_record(&mut record).map_err(failure)? {
            if record.iter().all(|field| field.trim_ascii().is_empty()) && record.len() < 2 {
                continue;
            }
            self.progress.reach(self.read.load(Ordering::Relaxed));
            let line = record.position().map_or(0, csv::Position::line);
            let repeated = !self.seen.insert(mark(record.iter().map(<[u8]>::trim_ascii)));
            return Ok(Some(Row { line, repeated, record }));
        }
        self.progress.finish();
        Ok(None)
    }

    /// A field without the blanks around it; none where the column is missing or the field empty.
    pub fn field(&self, row: &Row, name: &str) -> Result<Option<String>, Reason> {
        let bytes = self.columns.get(name).and_then(|at| row.record.get(*at)).unwrap_or_default();
        let text = decoded(bytes);
        if text.contains('\0') {
            return Err(format!("{name} contains U+0000"));
        }
        let text = text.trim();
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// A field that must not be empty.
    pub fn needed(&self, row: &Row, name: &str) -> Result<String, Reason> {
        self.field(row, name)?.ok_or_else(|| format!("{name} is missing"))
    }
}

/// The name of a column, however it is written.
fn column(name: &[u8]) -> String {
    decoded(name).trim_start_matches('\u{feff}').trim().to_ascii_lowercase()
}

/// UTF-8 where it is valid, else Windows-1252, in which every byte means something.
fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(bytes: &[u8]) -> (tempfile::TempDir, Sheet) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rows.csv"), bytes).unwrap();
        let sheet = Sheet::open(folder.path(), "rows.csv", &["name"]).unwrap().unwrap();
        (folder, sheet)
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let (_folder, mut sheet) = sheet(b"\xEF\xBB\xBF\"Town\", NAME \r\nHere,\" Caf\xE9 \"\r\n\"\",Caf\xC3\xA9\n");
        let row = sheet.next().unwrap().unwrap();
        assert_eq!((row.line, row.repeated), (2, false));
        assert_eq!(sheet.field(&row, "name"), Ok(Some("Café".to_owned())));
        assert_eq!(sheet.field(&row, "town"), Ok(Some("Here".to_owned())));
        assert_eq!(sheet.field(&row, "phone"), Ok(None));
        let row = sheet.next().unwrap().unwrap();
        assert_eq!(sheet.field(&row, "name"), Ok(Some("Café".to_owned())));
        assert_eq!(sheet.needed(&row, "town"), Err("town is missing".to_owned()));
        assert!(sheet.next().unwrap().is_none());
    }

    #[test]
    fn a_row_is_repeated_only_when_all_its_fields_are() {
        let (_folder, mut sheet) = sheet(b"name,town\n\"a\",b\n\"a,b\"\r\n\r\na,b \n\"two\nlines\",c\na,\n");
        let rows: Vec<_> = std::iter::from_fn(|| sheet.next().unwrap()).map(|row| (row.line, row.repeated)).collect();
        assert_eq!(rows, [(2, false), (3, false), (5, true), (6, false), (8, false)]);
    }

    #[test]
    fn nul_is_refused_and_a_missing_column_too() {
        let (folder, mut sheet) = sheet(b"name\na\0b\n");
        let row = sheet.next().unwrap().unwrap();
        assert_eq!(sheet.field(&row, "name"), Err("name contains U+0000".to_owned()));
        let missing = Sheet::open(folder.path(), "rows.csv", &["date"]);
        assert!(matches!(missing, Err(Failure::Column { column: "date", .. })));
        assert!(Sheet::open(folder.path(), "other.csv", &[]).unwrap().is_none());
    }
}
