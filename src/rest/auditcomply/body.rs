//! Bodies: JSON, forms and forms in parts, all read as one object (contract auditcomply 1.1).

use axum::http::header::CONTENT_TYPE;

use super::json::{self, Value};
use super::refusal::Refusal;
use crate::rest::kit::{Call, Query};

/// The types that are read.
pub const TYPES: [&str; 3] = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];

/// What was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The object.
    pub value: Value,
    /// From a form every value is text, and a blank may stand for nothing.
    pub is_form: bool,
}

/// Reads the body of a call. An empty one is an empty object, whatever its type.
pub fn read(call: &Call) -> Result<Sent, Refusal> {
    if call.body.is_empty() {
        return Ok(Sent { value: Value::Object(Vec::new()), is_form: false });
    }
    let sent = call.header(&CONTENT_TYPE).unwrap_or_default();
    let (name, parameters) = sent.split_once(';').unwrap_or((sent, ""));
    match name.trim().to_ascii_lowercase().as_str() {
        "application/json" => Ok(Sent { value: json::read(&call.body).map_err(Refusal::Parse)?, is_form: false }),
        "application/x-www-form-urlencoded" => Ok(form(Query::parse(&String::from_utf8_lossy(&call.body)).pairs())),
        "multipart/form-data" => {
            let fields = parts(&call.body, parameters).ok_or_else(|| {
                let mut members = serde_json::Map::new();
                members.insert("detail".to_owned(), "Multipart form parse error - Invalid boundary".into());
                Refusal::Invalid(members)
            })?;
            Ok(form(fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
        }
        _ => Err(Refusal::MediaType(sent.to_owned())),
    }
}

fn form<'p>(pairs: impl Iterator<Item = (&'p str, &'p str)>) -> Sent {
    let mut members: Vec<(String, Value)> = Vec::new();
    for (name, value) in pairs {
        let value = Value::Text(value.to_owned());
        match name.split_once('.') {
            None => members.push((name.to_owned(), value)),
            Some((name, inner)) => {
                let known = members.iter_mut().find_map(|(known, value)| match value {
                    Value::Object(nested) if known == name => Some(nested),
                    _ => None,
                });
                match known {
                    Some(nested) => nested.push((inner.to_owned(), value)),
                    None => members.push((name.to_owned(), Value::Object(vec![(inner.to_owned(), value)]))),
                }
            }
        }
    }
    Sent { value: Value::Object(members), is_form: true }
}

/// The fields of a form in parts (RFC 7578); files among them are left out.
fn parts(body: &[u8], parameters: &str) -> Option<Vec<(String, String)>> {
    let boundary = parameter(parameters, "boundary").filter(|boundary| !boundary.is_empty())?;
    let delimiter = [b"\r\n--".as_slice(), boundary.as_bytes()].concat();
    // The first delimiter may stand at the very beginning.
    let body = [b"\r\n".as_slice(), body].concat();
    let starts: Vec<usize> =
        (0..body.len()).filter(|at| body.get(*at..).is_some_and(|rest| rest.starts_with(&delimiter))).collect();
    let mut fields = Vec::new();
    for pair in starts.windows(2) {
        let [start, end] = pair else { continue };
        let part = body.get(start + delimiter.len()..*end)?;
        let head_end = part.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(part.get(..head_end)?);
        let disposition = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case("content-disposition").then(|| value.to_owned())
        })?;
        let name = parameter(&disposition, "name")?;
        if parameter(&disposition, "filename").is_none() {
            fields.push((name, String::from_utf8_lossy(part.get(head_end + 4..)?).into_owned()));
        }
    }
    // The last delimiter says that it is the last one: a form that was cut is not taken for a shorter one.
    let end = starts.last().map(|start| start + delimiter.len())?;
    body.get(end..).is_some_and(|rest| rest.starts_with(b"--")).then_some(fields)
}

/// A parameter of a header's value, without its quotes.
fn parameter(text: &str, wanted: &str) -> Option<String> {
    text.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_49_dotted_names_reach_nested_members() {
        let sent = form(Query::parse("name=a&auditor.username=b&auditor.email=c&name=d").pairs());
        assert_eq!(sent.value.get("name"), Some(&Value::Text("d".into())));
        assert_eq!(sent.value.get("auditor").unwrap().get("email"), Some(&Value::Text("c".into())));
    }

    #[test]
    fn item_49_the_parts_of_a_form_are_its_fields() {
        let body = "--xy\r\nContent-Disposition: form-data; name=\"label\"\r\n\r\nFire\r\nsafety\r\n--xy\r\n\
                    content-disposition: form-data; name=file; filename=\"a.txt\"\r\n\r\nno\r\n--xy--\r\n";
        let fields = parts(body.as_bytes(), " boundary=\"xy\"; charset=utf-8").unwrap();
        assert_eq!(fields, [("label".to_owned(), "Fire\r\nsafety".to_owned())]);
        assert_eq!(parts(b"--xy", " boundary=ab"), None);
        assert_eq!(parts(b"--xy--", " boundary=xy"), Some(Vec::new()), "nothing was sent");
        let whole = body.as_bytes();
        for cut in 0..whole.len() - "--\r\n".len() {
            assert_eq!(parts(&whole[..cut], " boundary=xy"), None, "{cut} bytes of {}", whole.len());
        }
        assert_eq!(parts(b"--xy", ""), None);
    }
}
