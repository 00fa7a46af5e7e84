//! Columns: a type that both stores know, and the conditions on its values.

/// The type of a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Identity,
    Uuid,
    Big,
    Int,
    Small,
    Boolean,
    Text,
    Instant,
    Date,
    Json,
    Decimal,
    Double,
}

/// A default value.
pub enum Literal {
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Number(i32),
    /// A text, JSON texts included.
    Text(&'static str),
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i32> for Literal {
    fn from(value: i32) -> Self {
        Self::Number(value)
    }
}

impl From<&'static str> for Literal {
    fn from(value: &'static str) -> Self {
        Self::Text(value)
    }
}

pub(super) enum Reference {
    /// To the id of any row.
    Any(&'static str),
    /// To a row of the same organization.
    Within(&'static str),
}

/// A column of a table.
pub struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) nullable: bool,
    pub(super) default: Option<Literal>,
    pub(super) words: Vec<&'static str>,
    pub(super) bounds: Option<(i64, Option<i64>)>,
    pub(super) reference: Option<Reference>,
}

macro_rules! constructors {
    ($($(#[$about:meta])* $function:ident = $kind:ident;)+) => {$(
        $(#[$about])*
        pub fn $function(name: &'static str) -> Column {
            Column::new(name, Kind::$kind)
        }
    )+};
}

constructors! {
    /// A reference to a row by its identity.
    id = Big;
    /// A public identifier.
    uuid = Uuid;
    /// A whole number of 64 bits.
    big = Big;
    /// A whole number of 32 bits.
    int = Int;
    /// A whole number of 16 bits.
    small = Small;
    /// A truth value.
    boolean = Boolean;
    /// A text.
    text = Text;
    /// An instant in UTC, to the microsecond.
    instant = Instant;
    /// A calendar date.
    date = Date;
    /// A JSON text, kept as it was written.
    json = Json;
    /// An exact decimal with 12 digits before and 6 after the point.
    decimal = Decimal;
    /// A floating point number of 64 bits.
    double = Double;
}

impl Column {
    fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, nullable: false, default: None, words: Vec::new(), bounds: None, reference: None }
    }

    /// The identity of a row, given by the store and never given twice.
    pub fn identity() -> Self {
        Self::new("id", Kind::Identity)
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub(super) fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// Admits null.
    pub fn null(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Sets the value of a row that names none.
    pub fn default(mut self, value: impl Into<Literal>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// Admits these words only.
    pub fn one_of(mut self, words: &[&'static str]) -> Self {
        self.words = words.to_vec();
        self
    }

    /// Admits numbers from this one.
    pub fn at_least(mut self, least: i64) -> Self {
        self.bounds = Some((least, None));
        self
    }

    /// Admits numbers between these, both included.
    pub fn between(mut self, least: i64, greatest: i64) -> Self {
        self.bounds = Some((least, Some(greatest)));
        self
    }

    /// Refers to a row of a table whose rows organizations share.
    pub fn refers_to(mut self, table: &'static str) -> Self {
        self.reference = Some(Reference::Any(table));
        self
    }

    /// Refers to a row of the same organization.
    pub fn within(mut self, table: &'static str) -> Self {
        self.reference = Some(Reference::Within(table));
        self
    }
}
