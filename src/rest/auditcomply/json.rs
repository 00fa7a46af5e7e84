//! Reading JSON bodies: what is wrong is told in the words, and at the place, that AuditComply's clients know from
//! Python (contract auditcomply 5.5).

/// A value as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number, by its digits.
    Int(String),
    /// Another number.
    Float(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Self>),
    /// An object, in its order; the last of equal names counts.
    Object(Vec<(String, Self)>),
}

impl Value {
    /// What Python calls the type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Text(_) => "str",
            Self::List(_) => "list",
            Self::Object(_) => "dict",
        }
    }

    /// A member of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The same value as the store keeps it.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(digits) => digits.parse().map_or_else(|_| serde_json::Value::Null, serde_json::Value::Number),
            Self::Float(value) => (*value).into(),
            Self::Text(text) => text.as_str().into(),
            Self::List(values) => values.iter().map(Self::json).collect(),
            Self::Object(members) => {
                serde_json::Value::Object(members.iter().map(|(name, value)| (name.clone(), value.json())).collect())
            }
        }
    }

    /// The text that a scalar stands for: a string itself, anything else its JSON.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Int(digits) => digits.clone(),
            other => other.json().to_string(),
        }
    }
}

/// Values within one another beyond this are not read: the reader itself would run out of room.
const DEEPEST: usize = 200;

struct Reader<'t> {
    letters: &'t [char],
    at: usize,
    depth: usize,
}

/// Reads a document.
pub fn read(body: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(body).map_err(|error| {
        let at = error.valid_up_to();
        let byte = body.get(at).copied().unwrap_or_default();
        format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {at}: invalid start byte")
    })?;
    let letters: Vec<char> = text.chars().collect();
    let mut reader = Reader { letters: &letters, at: 0, depth: 0 };
    reader.blanks();
    let value = reader.value()?;
    reader.blanks();
    if reader.at < letters.len() {
        return Err(reader.fault("Extra data", reader.at));
    }
    Ok(value)
}

impl Reader<'_> {
    fn fault(&self, reason: &str, at: usize) -> String {
        let before = self.letters.get(..at).unwrap_or(self.letters);
        let line = before.iter().filter(|letter| **letter == '\n').count() + 1;
        let column = before.iter().rev().take_while(|letter| **letter != '\n').count() + 1;
        format!("{reason}: line {line} column {column} (char {at})")
    }

    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = word.chars().enumerate().all(|(index, letter)| self.letters.get(self.at + index) == Some(&letter));
        if found {
            self.at += word.len();
        }
        found
    }

    fn value(&mut self) -> Result<Value, String> {
        match self.peek() {
            Some('"') => self.text().map(Value::Text),
            Some('{' | '[') if self.depth >= DEEPEST => Err(self.fault("Nested too deep", self.at)),
            Some('{') => self.within(Self::object),
            Some('[') => self.within(Self::list),
            _ => self.scalar(),
        }
    }

    fn within(&mut self, read: fn(&mut Self) -> Result<Value, String>) -> Result<Value, String> {
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn scalar(&mut self) -> Result<Value, String> {
        for (word, value) in [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))] {
            if self.takes(word) {
                return Ok(value);
            }
        }
        for word in ["NaN", "Infinity", "-Infinity"] {
            if self.takes(word) {
                return Err(out_of_range(word));
            }
        }
        self.number()
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|letter| letter.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    /// The longest number that stands here: what follows it is another's matter.
    fn number(&mut self) -> Result<Value, String> {
        let start = self.at;
        let _minus = self.takes("-");
        let first = self.peek();
        if !first.is_some_and(|letter| letter.is_ascii_digit()) {
            self.at = start;
            return Err(self.fault("Expecting value", start));
        }
        if first == Some('0') {
            self.at += 1;
        } else {
            let _count = self.digits();
        }
        let whole_end = self.at;
        let mut end = whole_end;
        if self.takes(".") && self.digits() > 0 {
            end = self.at;
        }
        self.at = end;
        if self.takes("e") || self.takes("E") {
            let _sign = self.takes("+") || self.takes("-");
            if self.digits() > 0 {
                end = self.at;
            }
        }
        self.at = end;
        let text: String = self.letters.get(start..end).unwrap_or_default().iter().collect();
        if end == whole_end {
            return Ok(Value::Int(if text == "-0" { "0".to_owned() } else { text }));
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            _ => Err(out_of_range(&text)),
        }
    }

    fn list(&mut self) -> Result<Value, String> {
        let mut values = Vec::new();
        self.blanks();
        if self.takes("]") {
            return Ok(Value::List(values));
        }
        loop {
            self.blanks();
            values.push(self.value()?);
            self.blanks();
            if self.takes("]") {
                return Ok(Value::List(values));
            }
            if !self.takes(",") {
                return Err(self.fault("Expecting ',' delimiter", self.at));
            }
        }
    }

    fn object(&mut self) -> Result<Value, String> {
        let mut members = Vec::new();
        self.blanks();
        if self.takes("}") {
            return Ok(Value::Object(members));
        }
        loop {
            self.blanks();
            if self.peek() != Some('"') {
                return Err(self.fault("Expecting property name enclosed in double quotes", self.at));
            }
            let name = self.text()?;
            self.blanks();
            if !self.takes(":") {
                return Err(self.fault("Expecting ':' delimiter", self.at));
            }
            self.blanks();
            members.push((name, self.value()?));
            self.blanks();
            if self.takes("}") {
                return Ok(Value::Object(members));
            }
            if !self.takes(",") {
                return Err(self.fault("Expecting ',' delimiter", self.at));
            }
        }
    }

    fn text(&mut self) -> Result<String, String> {
        let open = self.at;
        let mut text = String::new();
        loop {
            self.at += 1;
            match self.peek() {
                None => return Err(self.fault("Unterminated string starting at", open)),
                Some('"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some('\\') => text.push(self.escape(open)?),
                Some(letter) if letter < ' ' => return Err(self.fault("Invalid control character at", self.at)),
                Some(letter) => text.push(letter),
            }
        }
    }

    /// The letter that an escape stands for; afterwards the reader is at its last letter.
    fn escape(&mut self, open: usize) -> Result<char, String> {
        let backslash = self.at;
        self.at += 1;
        Ok(match self.peek() {
            None => return Err(self.fault("Unterminated string starting at", open)),
            Some(letter @ ('"' | '\\' | '/')) => letter,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let first = self.unit()?;
                if !(0xd800..0xdc00).contains(&first) {
                    return char::from_u32(first).ok_or_else(|| self.fault(UNICODE, backslash + 1));
                }
                if !(self.letters.get(self.at + 1) == Some(&'\\') && self.letters.get(self.at + 2) == Some(&'u')) {
                    return Err(self.fault(UNICODE, backslash + 1));
                }
                self.at += 2;
                let second = self.unit()?;
                let pair = second.checked_sub(0xdc00).filter(|low| *low < 0x400);
                let letter = pair.and_then(|low| char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + low));
                letter.ok_or_else(|| self.fault(UNICODE, backslash + 1))?
            }
            Some(_) => return Err(self.fault("Invalid \\escape", backslash)),
        })
    }

    /// The four digits behind a `u`.
    fn unit(&mut self) -> Result<u32, String> {
        let u = self.at;
        let digits: String = self.letters.get(u + 1..u + 5).unwrap_or_default().iter().collect();
        let found = if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) && digits.len() == 4 {
            u32::from_str_radix(&digits, 16).ok()
        } else {
            None
        };
        self.at = u + 4;
        found.ok_or_else(|| self.fault(UNICODE, u))
    }
}

const UNICODE: &str = "Invalid \\uXXXX escape";

fn out_of_range(number: &str) -> String {
    format!("Out of range float values are not JSON compliant: '{number}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are() {
        let text =
            r#" {"a": [1, -0, 2.50, 1e3, "x\u00e9\ud83d\ude00\n\/"], "b": null, "b": {"c": [true, false, {}, []]}} "#;
        let value = read(text.as_bytes()).unwrap();
        let list = [
            Value::Int("1".into()),
            Value::Int("0".into()),
            Value::Float(2.5),
            Value::Float(1_000.0),
            Value::Text("xé😀\n/".into()),
        ];
        assert_eq!(value.get("a"), Some(&Value::List(list.to_vec())));
        assert_eq!(value.get("b").unwrap().json().to_string(), r#"{"c":[true,false,{},[]]}"#);
    }

    #[test]
    fn item_50_what_is_broken_is_told_with_its_place() {
        for (text, expected) in [
            ("", "Expecting value: line 1 column 1 (char 0)"),
            ("  ", "Expecting value: line 1 column 3 (char 2)"),
            ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
            ("{\"a\":1,}", "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)"),
            ("{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"),
            ("{\n \"a\": 1\n \"b\": 2}", "Expecting ',' delimiter: line 3 column 2 (char 11)"),
            ("{\"a\":}", "Expecting value: line 1 column 6 (char 5)"),
            ("[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"),
            ("[1,]", "Expecting value: line 1 column 4 (char 3)"),
            ("{} x", "Extra data: line 1 column 4 (char 3)"),
            ("01", "Extra data: line 1 column 2 (char 1)"),
            ("1.x", "Extra data: line 1 column 2 (char 1)"),
            ("[\"é\", \"ab", "Unterminated string starting at: line 1 column 7 (char 6)"),
            ("\"a\nb\"", "Invalid control character at: line 1 column 3 (char 2)"),
            ("\"a\\x\"", "Invalid \\escape: line 1 column 3 (char 2)"),
            ("\"\\u12g4\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
            ("\"\\ud800\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
            ("[NaN]", "Out of range float values are not JSON compliant: 'NaN'"),
            ("[-Infinity]", "Out of range float values are not JSON compliant: '-Infinity'"),
            ("1e999", "Out of range float values are not JSON compliant: '1e999'"),
        ] {
            assert_eq!(read(text.as_bytes()), Err(expected.to_owned()), "{text}");
        }
        let broken = read(b"{\"a\": \"\xff\"}").unwrap_err();
        assert_eq!(broken, "'utf-8' codec can't decode byte 0xff in position 7: invalid start byte");
        assert!(read("[".repeat(100_000).as_bytes()).unwrap_err().starts_with("Nested too deep"));
    }
}
