//! The OpenAPI 3.1 document of a dialect, made from its operations and its forms, so that it says what the code does.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::form::{Form, Is, Many, Member};
use super::write::example;
use crate::domain::describe::Noun;
use crate::domain::model::model;

/// An interface, described.
pub struct Document {
    /// Its name, as people call it.
    pub title: &'static str,
    /// The version of the documented interface.
    pub version: &'static str,
    /// What it is for, in Markdown.
    pub about: String,
    /// The ways of saying who asks, by name, as OpenAPI writes them.
    pub security: Vec<(&'static str, Json)>,
    /// Its operations.
    pub operations: Vec<Operation>,
    /// Schemas beside those of the forms, by name.
    pub schemas: Vec<(String, Json)>,
}

/// A method at a path.
pub struct Operation {
    /// The method in lower case.
    pub method: &'static str,
    /// The path, its parameters in braces.
    pub path: String,
    /// Unique name, for generated clients.
    pub id: String,
    /// The group it is shown in.
    pub tag: &'static str,
    /// What it does, in a line.
    pub summary: String,
    /// What else is to be known.
    pub about: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// The bodies it takes: a media type, a schema and an example each.
    pub bodies: Vec<(&'static str, Json, Json)>,
    /// Whether one of them must be sent.
    pub needs_body: bool,
    /// Its answers.
    pub replies: Vec<Reply>,
    /// The GraphQL query with the same data, where there is one.
    pub graphql: Option<String>,
    /// The names of the ways of saying who asks, any of which will do, [`UNSAID`] among them where it matters but need not
    /// be said; none where nobody needs to say.
    pub security: Vec<&'static str>,
}

/// Among the ways of saying who asks: not to say it.
pub const UNSAID: &str = "";

/// A parameter, or a header of an answer.
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `query`, `path` or `header`.
    pub place: &'static str,
    /// Whether it must be given, or is always there.
    pub required: bool,
    /// What it says.
    pub doc: String,
    /// Its schema, which may give examples.
    pub schema: Json,
}

/// An answer.
pub struct Reply {
    /// The status.
    pub status: u16,
    /// When it is given.
    pub doc: String,
    /// Its headers.
    pub headers: Vec<Parameter>,
    /// Media type and schema of the body; none where there is no body.
    pub body: Option<(&'static str, Json)>,
    /// Bodies as examples, by name.
    pub examples: Vec<(String, Json)>,
}

/// A reference to a schema by its name.
pub fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A value or null.
pub fn or_null(schema: Json) -> Json {
    match schema {
        Json::Object(mut schema)
            if schema.get("type").is_some_and(Json::is_string)
                && !schema.contains_key("enum")
                && !schema.contains_key("const") =>
        {
            let kind = schema.remove("type").unwrap_or_default();
            schema.insert("type".to_owned(), json!([kind, "null"]));
            Json::Object(schema)
        }
        schema => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

/// Schemas of a form and of all forms within it, by their names.
pub fn schemas(form: &Form, into: &mut Vec<(String, Json)>) {
    if into.iter().any(|(name, _)| name == form.name) {
        return;
    }
    into.push((form.name.to_owned(), schema(form)));
    for member in &form.members {
        match &member.is {
            Is::Value(..) | Is::Members(_) => {}
            Is::One(ways) => ways.iter().for_each(|(_, form)| schemas(form, into)),
            Is::Sole(many, _) | Is::Many(many) | Is::Map(many, _) => schemas(many.form, into),
        }
    }
}

/// The schema of a form, all of whose members are there.
pub fn schema(form: &Form) -> Json {
    let noun = model().noun(form.noun);
    let mut properties = Map::new();
    let (open, members): (Vec<_>, Vec<_>) = form.members.iter().partition(|member| matches!(member.is, Is::Members(_)));
    for member in &members {
        properties.insert(member.key.to_owned(), described(schema_of(member), noun, member));
    }
    let always = members.iter().filter(|member| !member.left_out);
    let required: Vec<&str> = always.map(|member| member.key).collect();
    json!({
        "type": "object",
        "description": noun.map_or("", |noun| noun.doc),
        "properties": properties,
        "required": required,
        "additionalProperties": !open.is_empty(),
        "examples": [example_of(form)],
    })
}

fn schema_of(member: &Member) -> Json {
    let schema = match &member.is {
        Is::Value(_, write) => (write.schema)(),
        Is::One(ways) => {
            let mut names: Vec<&str> = ways.iter().map(|(_, form)| form.name).collect();
            names.dedup();
            match names.as_slice() {
                [name] => reference(name),
                names => json!({ "anyOf": names.iter().map(|name| reference(name)).collect::<Vec<_>>() }),
            }
        }
        Is::Sole(many, _) => reference(many.form.name),
        Is::Many(many) => list_of(many),
        Is::Map(many, _) => json!({ "type": "object", "additionalProperties": list_of(many) }),
        Is::Members(_) => json!({}),
    };
    if member.nullable { or_null(schema) } else { schema }
}

fn list_of(many: &Many) -> Json {
    json!({ "type": "array", "items": reference(many.form.name) })
}

/// What a member says: its own words, else those of the field or relation that it shows.
fn described(schema: Json, noun: Option<&'static Noun>, member: &Member) -> Json {
    let path = match &member.is {
        Is::Value(from, _) => from.first().copied(),
        Is::One(ways) => ways.first().map(|(path, _)| *path),
        Is::Sole(many, _) | Is::Many(many) | Is::Map(many, _) => Some(many.relation),
        Is::Members(field) => Some(*field),
    };
    let modelled = noun.zip(path).and_then(|(noun, path)| {
        let field = noun.find_field(path).map(|(_, field)| field.doc);
        field.or_else(|| noun.find_relation(path).map(|(_, relation)| relation.doc))
    });
    let doc = if member.doc.is_empty() { modelled.unwrap_or_default() } else { member.doc };
    match schema {
        Json::Object(mut schema) if !doc.is_empty() => {
            schema.insert("description".to_owned(), doc.into());
            Json::Object(schema)
        }
        schema => schema,
    }
}

/// An example of a form: every value as its schema gives it, one of every list.
pub fn example_of(form: &Form) -> Json {
    let members = form.members.iter().filter(|member| !matches!(member.is, Is::Members(_))).map(|member| {
        let value = match &member.is {
            Is::Value(_, write) => example(&(write.schema)()),
            Is::One(ways) => ways.first().map(|(_, form)| example_of(form)).unwrap_or_default(),
            Is::Sole(many, _) => example_of(many.form),
            Is::Many(many) => json!([example_of(many.form)]),
            Is::Members(_) => Json::Null,
            Is::Map(many, by) => {
                let one = example_of(many.form);
                let key = one.get(by).and_then(Json::as_str).unwrap_or_default().to_owned();
                json!({ key: [one] })
            }
        };
        (member.key.to_owned(), value)
    });
    Json::Object(members.collect())
}

impl Document {
    /// The document.
    pub fn json(&self) -> Json {
        let mut paths: Map<String, Json> = Map::new();
        for operation in &self.operations {
            let path = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
            if let Some(path) = path.as_object_mut() {
                path.insert(operation.method.to_owned(), operation.json());
            }
        }
        let mut tags: Vec<&str> = self.operations.iter().map(|operation| operation.tag).collect();
        tags.dedup();
        let tags: Vec<Json> = tags.into_iter().map(|tag| json!({ "name": tag })).collect();
        let schemas: Map<String, Json> = self.schemas.iter().cloned().collect();
        let security: BTreeMap<&str, &Json> = self.security.iter().map(|(name, scheme)| (*name, scheme)).collect();
        json!({
            "openapi": "3.1.0",
            "info": { "title": self.title, "version": self.version, "description": self.about },
            "servers": [{ "url": "/" }],
            "tags": tags,
            "paths": paths,
            "components": { "schemas": schemas, "securitySchemes": security },
        })
    }
}

impl Operation {
    fn json(&self) -> Json {
        let mut replies = Map::new();
        for reply in &self.replies {
            replies.insert(reply.status.to_string(), reply.json());
        }
        let way = |name: &&str| if *name == UNSAID { json!({}) } else { json!({ (*name): [] }) };
        let security: Vec<Json> = self.security.iter().map(way).collect();
        let mut operation = json!({
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "description": self.about,
            "parameters": self.parameters.iter().map(Parameter::json).collect::<Vec<_>>(),
            "responses": replies,
            "security": security,
        });
        if let (Some(operation), false) = (operation.as_object_mut(), self.bodies.is_empty()) {
            let bodies = self.bodies.iter().map(|(media_type, schema, example)| {
                ((*media_type).to_owned(), json!({ "schema": schema, "example": example }))
            });
            let body = json!({ "content": bodies.collect::<Map<_, _>>(), "required": self.needs_body });
            operation.insert("requestBody".to_owned(), body);
        }
        if let (Some(operation), Some(query)) = (operation.as_object_mut(), &self.graphql) {
            operation.insert("x-graphql".to_owned(), query.as_str().into());
        }
        operation
    }
}

impl Parameter {
    fn json(&self) -> Json {
        json!({
            "name": self.name,
            "in": self.place,
            "required": self.required,
            "description": self.doc,
            "schema": self.schema,
        })
    }
}

impl Reply {
    fn json(&self) -> Json {
        let headers = self.headers.iter().map(|header| {
            let said = json!({ "required": header.required, "description": header.doc, "schema": header.schema });
            (header.name.clone(), said)
        });
        let mut reply = json!({ "description": self.doc, "headers": headers.collect::<Map<_, _>>() });
        if let (Some(reply), Some((media_type, schema))) = (reply.as_object_mut(), &self.body) {
            let examples = self.examples.iter().map(|(name, value)| (name.clone(), json!({ "value": value })));
            let body = json!({ "schema": schema, "examples": examples.collect::<Map<_, _>>() });
            reply.insert("content".to_owned(), json!({ (*media_type): body }));
        }
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_admitted_beside_a_type_a_set_and_a_reference() {
        assert_eq!(
            or_null(json!({ "type": "string", "format": "date" })),
            json!({ "format": "date", "type": ["string", "null"] })
        );
        let set = json!({ "type": "string", "enum": ["asc", "desc"] });
        assert_eq!(or_null(set.clone()), json!({ "anyOf": [set, { "type": "null" }] }));
        assert_eq!(or_null(reference("User")), json!({ "anyOf": [reference("User"), { "type": "null" }] }));
    }
}
