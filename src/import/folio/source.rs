//! Finds out what a text is: one JSON value as a whole, or one event a line.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::split::{Elements, LONGEST, Lines, Piece};
use crate::domain::cx::new_uuid;

/// Where the events come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Input {
    /// `-` stands for standard input.
    pub fn of(argument: PathBuf) -> Self {
        if argument.as_os_str() == "-" { Self::Stdin } else { Self::File(argument) }
    }

    /// What messages call it.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "standard input".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

type Reader = Box<dyn BufRead + Send>;

/// The events of a text.
pub enum Events {
    /// The whole text is one JSON value.
    Whole(Elements<Reader>),
    /// One event a line.
    Lines(Lines<Reader>),
}

impl Events {
    /// The next event.
    pub fn next(&mut self) -> io::Result<Option<Piece>> {
        match self {
            Self::Whole(elements) => elements.next(),
            Self::Lines(lines) => lines.next(),
        }
    }

    /// The events of a file, which is read twice when its beginning does not tell what it is.
    pub fn of_file(file: File, watched: impl FnOnce(File) -> Box<dyn Read + Send>) -> io::Result<Self> {
        let mut file = file;
        let (beginning, is_all) = beginning(&mut file)?;
        let form = match form(&beginning, is_all) {
            Some(form) => form,
            None if is_one_value(&mut file)? => Form::Whole,
            None => Form::Lines,
        };
        file.rewind()?;
        Ok(Self::of(form, watched(file)))
    }

    /// The events of something that can be read once. It is put on disk when its beginning does not tell what it is.
    pub fn of_stream(mut stream: impl Read + Send + 'static) -> io::Result<Self> {
        let (beginning, is_all) = beginning(&mut stream)?;
        let known = form(&beginning, is_all);
        let whole = Cursor::new(beginning).chain(stream);
        match known {
            Some(form) => Ok(Self::of(form, Box::new(whole))),
            None => {
                let mut spool = spool(whole)?;
                let form = if is_one_value(&mut spool)? { Form::Whole } else { Form::Lines };
                spool.rewind()?;
                Ok(Self::of(form, Box::new(spool)))
            }
        }
    }

    fn of(form: Form, reader: Box<dyn Read + Send>) -> Self {
        let reader: Reader = Box::new(without_mark(BufReader::with_capacity(64 * 1024, reader)));
        match form {
            Form::Whole => Self::Whole(Elements::new(reader)),
            Form::Lines => Self::Lines(Lines::new(reader)),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Whole,
    Lines,
}

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// As much as the longest line, and whether that is all.
fn beginning(input: &mut impl Read) -> io::Result<(Vec<u8>, bool)> {
    let most = LONGEST + MARK.len() + 1;
    let mut bytes = Vec::new();
    input.take(most as u64).read_to_end(&mut bytes)?;
    let is_all = bytes.len() < most;
    Ok((bytes, is_all))
}

/// The form of a text, where its beginning tells it.
fn form(beginning: &[u8], is_all: bool) -> Option<Form> {
    let text = beginning.strip_prefix(MARK).unwrap_or(beginning);
    let is_json = |text: &[u8]| serde_json::from_slice::<IgnoredAny>(text).is_ok();
    if is_all {
        return Some(if is_json(text) { Form::Whole } else { Form::Lines });
    }
    // A first line that is a value of its own, and something behind it.
    let text = text.trim_ascii_start();
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let (first, rest) = text.split_at_checked(end)?;
    (is_json(first) && !rest.trim_ascii().is_empty()).then_some(Form::Lines)
}

fn is_one_value(file: &mut File) -> io::Result<bool> {
    file.rewind()?;
    let mut json = serde_json::Deserializer::from_reader(without_mark(BufReader::with_capacity(64 * 1024, file)));
    let found = IgnoredAny::deserialize(&mut json).and_then(|_| json.end());
    match found {
        Err(error) if error.is_io() => Err(error.into()),
        other => Ok(other.is_ok()),
    }
}

/// Passes over the mark that some programs put before UTF-8.
fn without_mark<R: BufRead>(mut reader: R) -> R {
    if reader.fill_buf().is_ok_and(|bytes| bytes.starts_with(MARK)) {
        reader.consume(MARK.len());
    }
    reader
}

/// A file that nobody else can see, gone when it is closed.
fn spool(mut from: impl Read) -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("audit-gateway-{}", new_uuid()));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path)?;
    std::fs::remove_file(&path)?;
    io::copy(&mut from, &mut file)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(mut events: Events) -> (Form, Vec<String>) {
        let form = if matches!(events, Events::Whole(_)) { Form::Whole } else { Form::Lines };
        let texts = std::iter::from_fn(|| events.next().unwrap()).map(|piece| {
            let text = piece.text.unwrap();
            String::from_utf8(text.get(..20.min(text.len())).unwrap().to_vec()).unwrap().trim().to_owned()
        });
        (form, texts.collect())
    }

    /// Both ways give the same.
    fn read(text: &str) -> (Form, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events");
        std::fs::write(&path, text).unwrap();
        let from_file = found(Events::of_file(File::open(&path).unwrap(), |file| Box::new(file)).unwrap());
        let from_stream = found(Events::of_stream(Cursor::new(text.as_bytes().to_vec())).unwrap());
        assert_eq!(from_file, from_stream);
        from_file
    }

    #[test]
    fn short_texts_tell_at_once() {
        assert_eq!(read(""), (Form::Lines, vec![]));
        assert_eq!(read("\n\n"), (Form::Lines, vec![]));
        assert_eq!(read("{\"a\":1}"), (Form::Whole, vec!["{\"a\":1}".to_owned()]));
        assert_eq!(read("\u{feff}[1,\n2]\n"), (Form::Whole, vec!["1".to_owned(), "2".to_owned()]));
        assert_eq!(read("{\"a\":1}\n{}"), (Form::Lines, vec!["{\"a\":1}".to_owned(), "{}".to_owned()]));
        assert_eq!(read("\u{feff}[1]\n[2]\n"), (Form::Lines, vec!["[1]".to_owned(), "[2]".to_owned()]));
        assert_eq!(read("[1,\n2"), (Form::Lines, vec!["[1,".to_owned(), "2".to_owned()]));
    }

    #[test]
    fn long_texts_tell_by_their_first_line_or_as_a_whole() {
        let filler = format!("{{\"x\":\"{}\"}}", "y".repeat(600_000));
        let lines = format!("{{\"a\":1}}\n{filler}\n{filler}\n");
        assert_eq!(read(&lines).1.len(), 3);
        assert_eq!(read(&lines).0, Form::Lines);
        let array = format!("[{filler},\n{filler},{{}}]\n");
        assert_eq!((read(&array).0, read(&array).1.len()), (Form::Whole, 3));
        let one_line = format!("[{filler},{filler},{{}}]");
        assert_eq!((read(&one_line).0, read(&one_line).1.len()), (Form::Whole, 3));
        let padded = format!("[1]{}", "\n".repeat(2_000_000));
        assert_eq!(read(&padded), (Form::Whole, vec!["1".to_owned()]));
        let broken = format!("[{filler},\n{filler}\n");
        assert_eq!((read(&broken).0, read(&broken).1.len()), (Form::Lines, 2));
    }
}
