//! How a noun of the domain is described: its table, who may see its rows, its fields and its relations. Everything
//! that twenty nouns need alike (lists, filters, orders, paging, nesting) is built once on these descriptions.

use sea_orm::sea_query::ColumnType;
use sea_orm::{ColumnTrait, EntityName, EntityTrait, IdenStatic, Iterable};

use entity::enumeration::Word;

use super::ask::Sql;
use super::cell::Kind;
use super::cx::Role;

/// A closed set of words, as the schema shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enumeration {
    /// Name of the type.
    pub name: &'static str,
    /// What the set says.
    pub doc: &'static str,
    /// The words with their meanings.
    pub words: &'static [Word],
}

/// The [`Enumeration`] of one of the entity crate's enumerations.
#[macro_export]
macro_rules! enumeration {
    ($name:ident) => {
        $crate::domain::describe::Enumeration {
            name: ::entity::enumeration::$name::NAME,
            doc: ::entity::enumeration::$name::DESCRIPTION,
            words: ::entity::enumeration::$name::WORDS,
        }
    };
}

/// Which rows of a table an organization's member may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Rows whose `organization_id` is the active organization.
    Tenant,
    /// Those, and rows without an organization: built in, shared by all.
    TenantOrShared,
    /// People with a membership in the active organization.
    Members,
    /// The active organization itself.
    Itself,
}

/// Who may see a noun or one of its fields at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Every member of the organization.
    Everyone,
    /// Members with at least this role.
    AtLeast(Role),
    /// Members with at least this role, and others only rows whose column holds their own user id.
    OwnOrAtLeast(&'static str, Role),
    /// Rows that tell of records (`entity_type`, `entity_uuid`): whoever may see the record.
    AsTheRecord,
}

/// Where a field's value comes from.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// A column of the noun's table.
    Column(&'static str),
    /// An SQL expression over the table's alias.
    Derived(fn(&mut Sql, &str)),
    /// A column of a person's membership in the active organization.
    Standing(&'static str),
}

/// One field of a noun.
#[derive(Clone, Debug)]
pub struct Field {
    /// Public name.
    pub name: &'static str,
    /// Description for the API's reader.
    pub doc: &'static str,
    /// Where the value comes from.
    pub source: Source,
    /// Type.
    pub kind: Kind,
    /// Whether a row may be without it.
    pub nullable: bool,
    /// The set its words are from.
    pub words: Option<Enumeration>,
    /// Texts that an index of a part of the rows goes by: written into a statement as they are, so that the store sees that
    /// the index has all rows asked for.
    pub indexed: &'static [&'static str],
    /// Stored as 1, 2, 3, ... for the words in their order.
    pub ordinal: bool,
    /// A list of such values, stored as a JSON array.
    pub list: bool,
    /// May be asked for in filters.
    pub filterable: bool,
    /// May be ordered by.
    pub sortable: bool,
    /// Snapshots of the trail say what it was.
    pub is_told: bool,
    /// A word of a documented interface for what other fields say, too: GraphQL does not show it.
    pub is_dialect: bool,
}

/// How the rows of two nouns belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// A column here holds the `id` there.
    ToOne(&'static str),
    /// A column here holds the `uuid` there, without a foreign key: what it names may be gone.
    ToOneByUuid(&'static str),
    /// A column there holds the `id` here.
    ToMany(&'static str),
    /// A joining table: its name, its column for this noun and its column for the other.
    Through(&'static str, &'static str, &'static str),
    /// The rows on the materialised path from the root down to the parent, without this one.
    Ancestors,
    /// The rows below this one on the materialised path.
    Descendants,
    /// Change events of the entity type named.
    History(&'static str),
}

/// How a relation shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One row or none.
    One,
    /// A connection with its own filter, order and page.
    Connection,
    /// A short, bounded list.
    List,
}

/// One relation of a noun.
#[derive(Clone, Debug)]
pub struct Relation {
    /// Public name.
    pub name: &'static str,
    /// Description for the API's reader.
    pub doc: &'static str,
    /// The other noun's type name.
    pub target: &'static str,
    /// How they are joined.
    pub link: Link,
    /// How it shows.
    pub shape: Shape,
    /// For [`Shape::One`]: whether there may be none.
    pub nullable: bool,
    /// Order of a list for which none is asked, descending where true; empty for that of the other noun.
    pub order: &'static [(&'static str, bool)],
}

impl Relation {
    /// It can be known of the past: snapshots say what refers to what, but not what a joining table holds.
    pub fn is_told(&self, target: &Noun) -> bool {
        !matches!(self.link, Link::Through(..)) && (target.is_told() || target.audience == Audience::AsTheRecord)
    }
}

/// One noun.
#[derive(Clone, Debug)]
pub struct Noun {
    /// Type name, such as `Audit`.
    pub name: &'static str,
    /// Name of the root field that gives one, such as `audit`.
    pub singular: &'static str,
    /// Name of the root connection, such as `audits`; empty for nouns that are only reached from others.
    pub plural: &'static str,
    /// Description for the API's reader.
    pub doc: &'static str,
    /// The store keeps a tally of its rows, because they grow many.
    pub tallied: bool,
    /// The word for it in refusals.
    pub table: String,
    /// Names and kinds of the table's columns; none for a view.
    pub columns: Vec<(&'static str, Kind)>,
    /// Which rows are visible.
    pub scope: Scope,
    /// To whom.
    pub audience: Audience,
    /// Fields in the order of the schema.
    pub fields: Vec<Field>,
    /// Relations in the order of the schema.
    pub relations: Vec<Relation>,
    /// Order of a list for which none is asked: field names, descending where true.
    pub order: Vec<(&'static str, bool)>,
    /// Natural keys: fields that `singular(...)` looks one up by, beside its id.
    pub keys: Vec<&'static str>,
    /// The row has `uuid` and so a global id.
    pub identified: bool,
}

impl Noun {
    /// A noun over entity `E`. Gets `uuid`, `legacyId` and, where the table has them, `createdAt`, `updatedAt` and
    /// `version` of themselves; everything else is named.
    pub fn of<E>(name: &'static str, singular: &'static str, plural: &'static str, doc: &'static str) -> Self
    where
        E: EntityTrait + EntityName + Default,
    {
        Self {
            name,
            singular,
            plural,
            doc,
            tallied: false,
            table: E::default().table_name().to_owned(),
            columns: E::Column::iter()
                .map(|column| (IdenStatic::as_str(&column), kind_of(column.def().get_column_type())))
                .collect(),
            scope: Scope::Tenant,
            audience: Audience::Everyone,
            fields: Vec::new(),
            relations: Vec::new(),
            order: vec![("createdAt", true)],
            keys: Vec::new(),
            identified: true,
        }
    }

    /// A noun over a view: rows that are worked out when they are asked for. They have no identity of their own.
    pub fn view(name: &'static str, plural: &'static str, doc: &'static str, view: &str) -> Self {
        Self {
            name,
            singular: "",
            plural,
            doc,
            tallied: false,
            table: view.to_owned(),
            columns: Vec::new(),
            scope: Scope::Tenant,
            audience: Audience::Everyone,
            fields: Vec::new(),
            relations: Vec::new(),
            order: Vec::new(),
            keys: Vec::new(),
            identified: false,
        }
    }

    /// Which rows are visible.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// To whom.
    pub fn audience(mut self, audience: Audience) -> Self {
        self.audience = audience;
        self
    }

    /// Order of a list for which none is asked; descending where true.
    pub fn order(mut self, order: &[(&'static str, bool)]) -> Self {
        self.order = order.to_vec();
        self
    }

    /// The store keeps a tally of its rows (migration m0013).
    pub fn tallied(mut self) -> Self {
        self.tallied = true;
        self
    }

    /// Natural keys.
    pub fn keys(mut self, keys: &[&'static str]) -> Self {
        self.keys = keys.to_vec();
        self
    }

    /// A field over a column.
    pub fn field<C: ColumnTrait>(mut self, name: &'static str, column: C, doc: &'static str) -> Self {
        let definition = column.def();
        let kind = kind_of(definition.get_column_type());
        self.fields.push(Field {
            name,
            doc,
            source: Source::Column(IdenStatic::as_str(&column)),
            kind,
            nullable: definition.is_null(),
            words: None,
            indexed: &[],
            ordinal: false,
            list: false,
            filterable: kind != Kind::Json,
            sortable: kind != Kind::Json,
            is_told: super::trail::tells(IdenStatic::as_str(&column)),
            is_dialect: false,
        });
        self
    }

    /// A field over a column of a view.
    pub fn shown(mut self, name: &'static str, column: &'static str, kind: Kind, doc: &'static str) -> Self {
        self.fields.push(Field {
            name,
            doc,
            source: Source::Column(column),
            kind,
            nullable: true,
            words: None,
            indexed: &[],
            ordinal: false,
            list: false,
            filterable: true,
            sortable: true,
            is_told: false,
            is_dialect: false,
        });
        self
    }

    /// A field over a column that holds words of a closed set.
    pub fn words<C: ColumnTrait>(self, name: &'static str, column: C, words: Enumeration, doc: &'static str) -> Self {
        let mut noun = self.field(name, column, doc);
        if let Some(field) = noun.fields.last_mut() {
            field.words = Some(words);
            field.ordinal = field.kind == Kind::Int;
            field.list = field.kind == Kind::Json;
        }
        noun
    }

    /// An index of a part of the rows goes by these texts of the last field.
    pub fn indexed(mut self, texts: &'static [&'static str]) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.indexed = texts;
        }
        self
    }

    /// A field over a column that holds a JSON array of texts.
    pub fn texts<C: ColumnTrait>(self, name: &'static str, column: C, doc: &'static str) -> Self {
        let mut noun = self.field(name, column, doc);
        if let Some(field) = noun.fields.last_mut() {
            field.list = true;
        }
        noun
    }

    /// A field that is worked out in SQL. Filterable and sortable where `asked` is.
    pub fn derived(self, name: &'static str, kind: Kind, sql: fn(&mut Sql, &str), doc: &'static str) -> Self {
        self.from(Source::Derived(sql), name, kind, doc)
    }

    /// Adds a field of a person that is told by their membership in the active organization.
    pub fn standing(self, name: &'static str, kind: Kind, column: &'static str, doc: &'static str) -> Self {
        self.from(Source::Standing(column), name, kind, doc)
    }

    fn from(mut self, source: Source, name: &'static str, kind: Kind, doc: &'static str) -> Self {
        self.fields.push(Field {
            name,
            doc,
            source,
            kind,
            nullable: true,
            words: None,
            indexed: &[],
            ordinal: false,
            list: false,
            filterable: false,
            sortable: false,
            is_told: true,
            is_dialect: false,
        });
        self
    }

    /// The last field always has a value.
    pub fn always(mut self) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.nullable = false;
        }
        self
    }

    /// The last field may be filtered and ordered by, although it is derived.
    pub fn asked(mut self) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.filterable = true;
            field.sortable = true;
        }
        self
    }

    /// The last field is only there for the documented interfaces.
    pub fn dialect(mut self) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.is_dialect = true;
            field.is_told = false;
            field.filterable = false;
            field.sortable = false;
        }
        self
    }

    /// The last field stands on what no snapshot of the trail shows.
    pub fn untold(mut self) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.is_told = false;
        }
        self
    }

    /// One row of another noun, by a column here.
    pub fn one<C: ColumnTrait>(
        mut self,
        name: &'static str,
        target: &'static str,
        column: C,
        doc: &'static str,
    ) -> Self {
        self.relations.push(Relation {
            name,
            doc,
            target,
            link: Link::ToOne(IdenStatic::as_str(&column)),
            shape: Shape::One,
            nullable: column.def().is_null(),
            order: &[],
        });
        self
    }

    /// Rows of another noun, by a column there, as a connection.
    pub fn many<C: ColumnTrait>(self, name: &'static str, target: &'static str, column: C, doc: &'static str) -> Self {
        self.relation(name, target, Link::ToMany(IdenStatic::as_str(&column)), Shape::Connection, doc)
    }

    /// Rows of another noun, by a column there, as a short list.
    pub fn list<C: ColumnTrait>(self, name: &'static str, target: &'static str, column: C, doc: &'static str) -> Self {
        self.relation(name, target, Link::ToMany(IdenStatic::as_str(&column)), Shape::List, doc)
    }

    /// Any relation.
    pub fn relation(
        mut self,
        name: &'static str,
        target: &'static str,
        link: Link,
        shape: Shape,
        doc: &'static str,
    ) -> Self {
        self.relations.push(Relation { name, doc, target, link, shape, nullable: true, order: &[] });
        self
    }

    /// The last relation always has a row.
    pub fn present(mut self) -> Self {
        if let Some(relation) = self.relations.last_mut() {
            relation.nullable = false;
        }
        self
    }

    /// The last relation's list has an order of its own where none is asked for.
    pub fn in_order(mut self, order: &'static [(&'static str, bool)]) -> Self {
        if let Some(relation) = self.relations.last_mut() {
            relation.order = order;
        }
        self
    }

    /// The trail tells of its records. It does not tell of its own events, nor of what is worked out.
    pub fn is_told(&self) -> bool {
        self.identified && self.audience != Audience::AsTheRecord
    }

    /// A field by its public name.
    pub fn find_field(&self, name: &str) -> Option<(usize, &Field)> {
        self.fields.iter().enumerate().find(|(_, field)| field.name == name)
    }

    /// A relation by its public name.
    pub fn find_relation(&self, name: &str) -> Option<(usize, &Relation)> {
        self.relations.iter().enumerate().find(|(_, relation)| relation.name == name)
    }
}

/// The kind of a column.
pub fn kind_of(column: &ColumnType) -> Kind {
    match column {
        ColumnType::Boolean => Kind::Bool,
        ColumnType::TinyInteger | ColumnType::SmallInteger | ColumnType::Integer => Kind::Int,
        ColumnType::BigInteger => Kind::Long,
        ColumnType::Float | ColumnType::Double => Kind::Float,
        ColumnType::Uuid => Kind::Uuid,
        ColumnType::Date => Kind::Date,
        ColumnType::DateTime | ColumnType::Timestamp | ColumnType::TimestampWithTimeZone => Kind::Time,
        ColumnType::Decimal(_) | ColumnType::Money(_) => Kind::Decimal,
        ColumnType::Json | ColumnType::JsonBinary => Kind::Json,
        _ => Kind::Text,
    }
}
