//! Members of bodies: their kinds, and what is said of those that cannot be taken (contract auditcomply 5.4).

use serde_json::{Map, Value as Json, json};

use super::body::Sent;
use super::instant;
use super::json::Value;
use super::reference::{self, Target, Wanted};
use super::refusal::Refusal;
use crate::domain::cell::Cell;

/// What a member holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text of at most so many characters.
    Text(Option<usize>),
    /// An address of at most so many characters; an empty one is none.
    Uri(usize),
    /// A mail address.
    Email(usize),
    /// A name to sign in with.
    Username(usize),
    /// A password of at most so many characters.
    Password(usize),
    /// A truth value.
    Boolean,
    /// A finite number.
    Double,
    /// An instant.
    Instant,
    /// One of these words.
    Words(&'static [&'static str]),
    /// One of these words, each with what is stored for it.
    Choice(&'static [(&'static str, &'static str)]),
    /// A row, by a nested object under the key.
    Nested(&'static Target),
    /// A row, by its id under the key.
    Id(&'static Target),
    /// A row, by a nested object under the key or by its id under the other one.
    Either(&'static Target, &'static str),
    /// A row, by its address.
    Link(&'static Target),
}

/// One member.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub key: &'static str,
    /// The entry of the command that it goes into.
    pub entry: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// It must be there.
    pub required: bool,
    /// Null is taken.
    pub nullable: bool,
    /// The empty string is taken.
    pub blank: bool,
    /// Blanks around it belong to it.
    pub verbatim: bool,
}

/// A member of a kind.
pub const fn member(key: &'static str, entry: &'static str, kind: Kind) -> Member {
    Member { key, entry, kind, required: false, nullable: false, blank: false, verbatim: false }
}

/// Text of any length.
pub const fn text(key: &'static str, entry: &'static str) -> Member {
    member(key, entry, Kind::Text(None))
}

/// Text of at most so many characters.
pub const fn string(key: &'static str, entry: &'static str, most: usize) -> Member {
    member(key, entry, Kind::Text(Some(most)))
}

impl Member {
    /// It must be there.
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// Null is taken.
    pub const fn nullable(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// The empty string is taken.
    pub const fn blank(self) -> Self {
        Self { blank: true, ..self }
    }

    /// Blanks around it belong to it.
    pub const fn verbatim(self) -> Self {
        Self { verbatim: true, ..self }
    }
}

/// What was found under a member.
#[derive(Clone, Debug)]
pub enum Got {
    /// A value.
    Cell(Cell),
    /// A row that is still to be looked up.
    Row(&'static Target, Wanted),
}

/// An object that was checked.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// What was given, by key, each with its member.
    pub given: Vec<(Member, Got)>,
    /// What is wrong, by key.
    pub faults: Map<String, Json>,
}

/// What is said of an absent member.
pub const REQUIRED: &str = "This field is required.";
/// What is said of null.
pub const NULL: &str = "This field may not be null.";
const BLANK: &str = "This field may not be blank.";
const NO_STRING: &str = "Not a valid string.";
const DATETIME: &str = "Datetime has wrong format. Use one of these formats instead: \
                        YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";

impl Checked {
    /// The text under a key.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.given.iter().find(|(member, _)| member.key == key).and_then(|(_, got)| match got {
            Got::Cell(cell) => cell.as_str(),
            Got::Row(..) => None,
        })
    }

    /// Says what is wrong with a member.
    pub fn fault(&mut self, key: &str, text: impl Into<Json>) {
        self.faults.insert(key.to_owned(), json!([text.into()]));
    }

    /// Refuses it where anything is wrong.
    pub fn sound(self) -> Result<Self, Refusal> {
        if self.faults.is_empty() { Ok(self) } else { Err(Refusal::Invalid(self.faults)) }
    }
}

/// Checks a whole body.
pub fn check(members: &[Member], sent: &Sent) -> Result<Checked, Refusal> {
    whole(&sent.value)?;
    Ok(check_object(members, &sent.value, sent.is_form))
}

/// Refuses a body that is no object.
pub fn whole(value: &Value) -> Result<(), Refusal> {
    match value {
        Value::Object(_) => Ok(()),
        Value::Null => Err(Refusal::whole("No data provided")),
        other => Err(Refusal::whole(&no_object(other))),
    }
}

/// What is said of something that should be an object.
pub fn no_object(value: &Value) -> String {
    format!("Invalid data. Expected a dictionary, but got {}.", value.type_name())
}

/// Checks the members of an object.
pub fn check_object(members: &[Member], object: &Value, is_form: bool) -> Checked {
    let mut checked = Checked::default();
    for member in members {
        let found = match member.kind {
            Kind::Either(target, id_key) => reference::either(member, (target, id_key), (object, is_form)),
            _ => one(member, object.get(member.key), is_form).map_err(|fault| vec![(member.key, fault)]),
        };
        match found {
            Ok(Some(got)) => checked.given.push((*member, got)),
            Ok(None) => {}
            Err(faults) => checked.faults.extend(faults.into_iter().map(|(key, fault)| (key.to_owned(), fault))),
        }
    }
    checked
}

/// What is said when it is said in one text.
fn said(text: impl Into<String>) -> Json {
    json!([text.into()])
}

fn one(member: &Member, value: Option<&Value>, is_form: bool) -> Result<Option<Got>, Json> {
    let is_text =
        matches!(member.kind, Kind::Text(_) | Kind::Uri(_) | Kind::Email(_) | Kind::Username(_) | Kind::Password(_));
    let value = match value {
        // A field of a form that was left empty: nothing, where it may be, else as if it were not there.
        Some(Value::Text(blank)) if is_form && blank.trim().is_empty() && !member.blank && !is_text => {
            if member.nullable { Some(&Value::Null) } else { None }
        }
        Some(Value::Text(blank)) if is_form && blank.trim().is_empty() && !member.blank && !member.required => {
            if member.nullable { Some(&Value::Null) } else { None }
        }
        value => value,
    };
    match value {
        None if member.required => Err(said(REQUIRED)),
        None => Ok(None),
        Some(Value::Null) if member.nullable => Ok(Some(nothing(member))),
        Some(Value::Null) => Err(said(NULL)),
        Some(value) => {
            let got = match member.kind {
                Kind::Text(_) | Kind::Uri(_) | Kind::Email(_) | Kind::Username(_) | Kind::Password(_) => {
                    words(member, value).map_err(|texts| json!(texts))?
                }
                Kind::Boolean => Got::Cell(boolean(value).ok_or_else(|| said("Must be a valid boolean."))?.into()),
                Kind::Double => Got::Cell(double(value).ok_or_else(|| said("A valid number is required."))?.into()),
                Kind::Instant => {
                    let text = if let Value::Text(text) = value { text.as_str() } else { "" };
                    Got::Cell(instant::instant(text).ok_or_else(|| said(DATETIME))?.into())
                }
                Kind::Words(words) => choice(member, words.iter().map(|word| (*word, *word)), value)?,
                Kind::Choice(words) => choice(member, words.iter().copied(), value)?,
                Kind::Nested(target) => Got::Row(target, reference::nested(target, value)?),
                Kind::Id(target) | Kind::Either(target, _) => {
                    Got::Row(target, Wanted::Id(reference::pk(value).map_err(said)?))
                }
                Kind::Link(target) => match reference::linked(target, value).map_err(said)? {
                    Some(wanted) => Got::Row(target, wanted),
                    None => nothing(member),
                },
            };
            Ok(Some(got))
        }
    }
}

fn nothing(member: &Member) -> Got {
    match member.kind {
        Kind::Nested(target) | Kind::Id(target) | Kind::Either(target, _) | Kind::Link(target) => {
            Got::Row(target, Wanted::Nothing)
        }
        _ => Got::Cell(Cell::Null),
    }
}

/// The text that a value stands for: of a string or number.
pub fn string_of(value: &Value) -> Result<String, &'static str> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        Value::Int(digits) => Ok(digits.clone()),
        Value::Float(number) => Ok(json!(number).to_string()),
        _ => Err(NO_STRING),
    }
}

/// Checks text, and what it is the text of.
fn words(member: &Member, value: &Value) -> Result<Got, Vec<String>> {
    let text = string_of(value).map_err(|fault| vec![fault.to_owned()])?;
    let text = if member.verbatim { text.as_str() } else { text.trim() };
    if text.is_empty() {
        return match member.kind {
            // An empty address is none.
            Kind::Uri(_) if member.nullable => Ok(Got::Cell(Cell::Null)),
            _ if member.blank => Ok(Got::Cell("".into())),
            _ => Err(vec![BLANK.to_owned()]),
        };
    }
    let mut faults = Vec::new();
    let most = match member.kind {
        Kind::Text(most) => most,
        Kind::Uri(most) | Kind::Email(most) | Kind::Username(most) | Kind::Password(most) => Some(most),
        _ => None,
    };
    if let Some(most) = most.filter(|most| text.chars().count() > *most) {
        faults.push(format!("Ensure this field has no more than {most} characters."));
    }
    if text.contains('\0') {
        faults.push("Null characters are not allowed.".to_owned());
    }
    match member.kind {
        Kind::Uri(_) if !is_address(text) => faults.push("Enter a valid URL.".to_owned()),
        Kind::Email(_) if !is_mail(text) => faults.push("Enter a valid email address.".to_owned()),
        Kind::Username(_) if !is_username(text) => faults.push(
            "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
                .to_owned(),
        ),
        Kind::Password(_) if text.chars().count() < 8 => {
            faults.push("This password is too short. It must contain at least 8 characters.".to_owned());
        }
        _ => {}
    }
    if faults.is_empty() { Ok(Got::Cell(text.into())) } else { Err(faults) }
}

/// An absolute address whose host is `localhost`, an IP address or a dotted name.
pub fn is_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let known = ["http", "https", "ftp", "ftps"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    if !known || text.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inner, port)) if inner.parse::<std::net::Ipv6Addr>().is_ok() => ("localhost", port),
        Some(_) => return false,
        None => host.split_once(':').map_or((host, ""), |(name, _)| (name, host.get(name.len()..).unwrap_or_default())),
    };
    let port_fits = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit()));
    port_fits
        && (host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::Ipv4Addr>().is_ok() || is_dotted(host))
}

/// Labels with dots between them, the last of letters.
fn is_dotted(host: &str) -> bool {
    let labels: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
    let fits = |label: &&str| {
        (1..=63).contains(&label.chars().count())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    labels.len() > 1
        && labels.iter().all(fits)
        && labels
            .last()
            .is_some_and(|last| last.chars().count() > 1 && !last.chars().all(|letter| letter.is_ascii_digit()))
}

/// One `@`, and a dotted name behind it.
pub fn is_mail(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{}|~-".contains(letter);
    name.split('.').all(|atom| !atom.is_empty() && atom.chars().all(fits)) && is_dotted(host)
}

fn is_username(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.@+-".contains(&byte))
}

fn boolean(value: &Value) -> Option<bool> {
    const TRUE: [&str; 12] = ["t", "T", "y", "Y", "yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];
    const FALSE: [&str; 12] = ["f", "F", "n", "N", "no", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];
    match value {
        Value::Bool(value) => Some(*value),
        Value::Int(digits) | Value::Text(digits) if digits == "1" => Some(true),
        Value::Int(digits) | Value::Text(digits) if digits == "0" => Some(false),
        Value::Text(text) if TRUE.contains(&text.as_str()) => Some(true),
        Value::Text(text) if FALSE.contains(&text.as_str()) => Some(false),
        _ => None,
    }
}

fn double(value: &Value) -> Option<f64> {
    let text = match value {
        Value::Int(text) => text,
        Value::Text(text) if text.len() <= 1_000 => text.trim(),
        Value::Float(number) => return Some(*number),
        _ => return None,
    };
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// What is said of a word that is none of a set.
pub fn no_choice(value: &Value) -> String {
    format!("\"{}\" is not a valid choice.", value.shown())
}

fn choice(
    member: &Member,
    mut words: impl Iterator<Item = (&'static str, &'static str)>,
    value: &Value,
) -> Result<Got, Json> {
    match value {
        Value::Text(text) if text.is_empty() && member.blank => Ok(Got::Cell("".into())),
        Value::Text(text) => words
            .find(|(word, _)| word == text)
            .map(|(_, stored)| Got::Cell(stored.into()))
            .ok_or_else(|| said(no_choice(value))),
        _ => Err(said(no_choice(value))),
    }
}

#[cfg(test)]
mod tests;
