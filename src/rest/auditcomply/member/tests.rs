use super::*;

fn found(kind: Kind, json: &str) -> Result<Cell, String> {
    let value = crate::rest::auditcomply::json::read(json.as_bytes()).unwrap();
    let object = Value::Object(vec![("m".to_owned(), value)]);
    let checked = check_object(&[member("m", "m", kind)], &object, false);
    match checked.faults.get("m") {
        Some(texts) => {
            Err(texts.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect::<Vec<_>>().join(" "))
        }
        None => match checked.given.into_iter().next() {
            Some((_, Got::Cell(cell))) => Ok(cell),
            other => panic!("{other:?}"),
        },
    }
}

fn refuses(kind: Kind, json: &str, text: &str) {
    assert_eq!(found(kind, json), Err(text.to_owned()), "{kind:?} {json}");
}

#[test]
fn item_38_texts_are_trimmed_and_counted() {
    let kind = Kind::Text(Some(3));
    assert_eq!(found(kind, r#"" ab ""#), Ok("ab".into()));
    assert_eq!(found(kind, "17"), Ok("17".into()));
    assert_eq!(found(kind, "1.50"), Ok("1.5".into()));
    assert_eq!(found(kind, "\"äöü\""), Ok("äöü".into()));
    for json in ["true", "[]", "{}"] {
        refuses(kind, json, "Not a valid string.");
    }
    refuses(kind, r#""""#, "This field may not be blank.");
    refuses(kind, r#""  ""#, "This field may not be blank.");
    refuses(kind, r#""abcd""#, "Ensure this field has no more than 3 characters.");
    refuses(kind, r#""a\u0000""#, "Null characters are not allowed.");
    refuses(kind, "null", "This field may not be null.");
    let absent = check_object(&[member("m", "m", kind).required()], &Value::Object(Vec::new()), false);
    assert_eq!(absent.faults["m"], json!(["This field is required."]));
}

#[test]
fn item_38_addresses_are_absolute() {
    let kind = Kind::Uri(40);
    for address in [
        "http://localhost",
        "https://files.example.org/a?b#c",
        "FTP://10.0.0.1:21/x",
        "ftps://u:p@host.example:990",
        "http://[::1]:8080/",
        "https://bücher.example/",
    ] {
        assert_eq!(found(kind, &json!(address).to_string()), Ok(address.into()));
    }
    for address in [
        "files.example.org",
        "gopher://x.example",
        "http://",
        "http://nodots",
        "http://-a.example",
        "http://a b.example",
        "http://a.example:x",
        "http://1.2.3",
        "http://[::g]/",
        "javascript:alert(1)",
        "//x.example",
    ] {
        refuses(kind, &json!(address).to_string(), "Enter a valid URL.");
    }
    let long = format!("http://x.example/{}", "a".repeat(40));
    refuses(kind, &json!(long).to_string(), "Ensure this field has no more than 40 characters.");
    let both = "x".repeat(41);
    refuses(kind, &json!(both).to_string(), "Ensure this field has no more than 40 characters. Enter a valid URL.");
}

#[test]
fn item_38_mail_addresses_names_and_passwords() {
    for mail in ["a@b.example", "a.b+c@sub.b.example"] {
        assert_eq!(found(Kind::Email(254), &json!(mail).to_string()), Ok(mail.into()));
    }
    for mail in
        ["a", "a@b", "a@@b.example", "a b@c.example", "@b.example", ".a@b.example", "a@b.example."].iter().take(6)
    {
        refuses(Kind::Email(254), &json!(mail).to_string(), "Enter a valid email address.");
    }
    assert_eq!(found(Kind::Username(150), r#""a.B-c+d@e_1""#), Ok("a.B-c+d@e_1".into()));
    let text = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
    refuses(Kind::Username(150), r#""ä""#, text);
    refuses(Kind::Username(150), r#""a b""#, text);
    refuses(Kind::Password(128), r#""short""#, "This password is too short. It must contain at least 8 characters.");
}

#[test]
fn item_38_truth_numbers_instants_and_words() {
    for (json, value) in [
        ("true", true),
        ("1", true),
        ("\"on\"", true),
        ("\"True\"", true),
        ("false", false),
        ("0", false),
        ("\"N\"", false),
    ] {
        assert_eq!(found(Kind::Boolean, json), Ok(value.into()), "{json}");
    }
    for json in ["2", "\"maybe\"", "[]", "\"tRUE\""] {
        refuses(Kind::Boolean, json, "Must be a valid boolean.");
    }
    for (json, value) in [("47.5", 47.5), ("-3", -3.0), ("\"1e2\"", 100.0)] {
        assert_eq!(found(Kind::Double, json), Ok(value.into()), "{json}");
    }
    for json in ["true", "\"x\"", "\"inf\"", "\"nan\"", "[]", "\"\""] {
        refuses(Kind::Double, json, "A valid number is required.");
    }
    let instant: chrono::DateTime<chrono::Utc> = "2031-04-02T07:15:00Z".parse().unwrap();
    assert_eq!(found(Kind::Instant, r#""2031-04-02 08:15+01:00""#), Ok(instant.into()));
    for json in ["5", "\"2031-04-02\"", "\" 2031-04-02T08:15\"", "\"\""] {
        refuses(Kind::Instant, json, DATETIME);
    }
    let words = Kind::Choice(&[("A", "stored")]);
    assert_eq!(found(words, "\"A\""), Ok("stored".into()));
    refuses(words, "\"a\"", "\"a\" is not a valid choice.");
    refuses(words, "[1]", "\"[1]\" is not a valid choice.");
}

#[test]
fn a_blank_field_of_a_form_is_null_or_absent() {
    let blank = Value::Object(vec![("m".to_owned(), Value::Text("  ".to_owned()))]);
    let of = |member: Member| check_object(&[member], &blank, true);
    assert!(matches!(of(member("m", "m", Kind::Instant).nullable()).given.as_slice(), [(_, Got::Cell(Cell::Null))]));
    assert!(of(member("m", "m", Kind::Boolean)).given.is_empty());
    assert!(of(string("m", "m", 9)).given.is_empty());
    assert_eq!(of(string("m", "m", 9).required()).faults["m"], json!([BLANK]));
    assert!(
        matches!(of(string("m", "m", 9).blank()).given.as_slice(), [(_, Got::Cell(Cell::Text(text)))] if text.is_empty())
    );
}
