//! The engine's resolvers: they find what was read before, by the response key they stand at.

#![expect(clippy::needless_pass_by_value, reason = "the engine hands a resolver its context")]

use std::sync::Arc;

use async_graphql::dynamic::{FieldFuture, FieldValue, ResolverContext};
use async_graphql::{Error as EngineError, ErrorExtensions, Name, PathSegment, Response, ServerError, Value};

use super::guard::nulls::nothing;
use super::plan::{
    ConnectionPart, ConnectionShape, EdgePart, ObjectShape, Out, PageInfoPart, Part, Plan, Root, ValueShape, Within,
};
use super::report::Referred;
use super::run::{Answered, Parts, Runner};
use super::value::{self, computed_value};
use crate::domain::ask::{Group, Level};
use crate::domain::error::Error;
use crate::domain::identity::ended;

/// One row of a level, with the shape it is to get.
struct Row {
    level: Arc<Level>,
    row: usize,
    shape: Arc<ObjectShape>,
}

/// One page of a connection.
struct Page {
    level: Arc<Level>,
    group: Group,
    shape: Arc<ConnectionShape>,
}

struct Edge {
    level: Arc<Level>,
    row: usize,
    page: Arc<ConnectionShape>,
    parts: Arc<Vec<(String, EdgePart)>>,
}

struct PageInfo {
    level: Arc<Level>,
    group: Group,
    page: Arc<ConnectionShape>,
}

struct Composed {
    plan: Arc<Plan>,
    at: usize,
    parts: Parts,
}

/// An error of the domain as the engine knows errors.
pub fn engine_error(error: &Error) -> EngineError {
    let engine = EngineError::new(error.to_string());
    match error {
        Error::TooLarge(exceeded) => engine.extend_with(|_, extensions| {
            extensions.set("code", error.code());
            extensions.set("limit", super::value::limit_value(exceeded));
        }),
        Error::Stale { current } => engine.extend_with(|_, extensions| {
            extensions.set("code", error.code());
            extensions.set("currentVersion", *current);
        }),
        _ => engine.extend_with(|_, extensions| extensions.set("code", error.code())),
    }
}

/// What an answer says and nothing else: that the store cannot answer now, or that the session has ended. Where nothing
/// was done, it is the request that is refused.
pub fn turned_away(answer: &Response) -> Option<Error> {
    let says = |code: &str| {
        let is_so = |error: &ServerError| {
            let said = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
            said == Some(&Value::from(code))
        };
        answer.data == Value::Null && !answer.errors.is_empty() && answer.errors.iter().all(is_so)
    };
    [Error::Unavailable, ended()].into_iter().find(|error| says(error.code()))
}

fn key<'a>(cx: &'a ResolverContext<'_>) -> &'a str {
    cx.ctx.item.node.response_key().node.as_str()
}

fn own<'a, T: Send + Sync + 'static>(value: T) -> Option<FieldValue<'a>> {
    Some(FieldValue::owned_any(value))
}

fn missing<'a>() -> FieldFuture<'a> {
    FieldFuture::new(async { Err::<Option<FieldValue<'_>>, _>(engine_error(&Error::Internal)) })
}

fn ready<'a>(value: Option<FieldValue<'a>>) -> FieldFuture<'a> {
    FieldFuture::Value(value)
}

/// A root field.
pub fn root(cx: ResolverContext<'_>) -> FieldFuture<'_> {
    FieldFuture::new(async move {
        let plan = Arc::clone(cx.data::<Arc<Plan>>()?);
        let runner = cx.data::<Runner>()?;
        if let Some(refusal) = &plan.refusal {
            return Err(engine_error(refusal));
        }
        let key = key(&cx);
        let (at, field) = plan
            .fields
            .iter()
            .enumerate()
            .find(|(_, field)| field.key == key)
            .ok_or_else(|| engine_error(&Error::Internal))?;
        let root = field.root.as_ref().map_err(engine_error)?;
        let answered = runner.answer(root, field.as_of).await.map_err(|error| engine_error(&error))?;
        Ok(match (root, answered) {
            (Root::Connection(_, shape), Answered::Level(level)) => {
                own(Page { group: level.group(0), level, shape: Arc::clone(shape) })
            }
            (Root::Object(_, shape), Answered::Level(level)) if level.group(0).len > 0 => {
                own(Row { level, row: 0, shape: Arc::clone(shape) })
            }
            (Root::Nodes(nodes), Answered::Nodes(levels)) => {
                for position in &nodes.malformed {
                    let error = engine_error(&Error::invalid("id", "is not an id of this service"));
                    let mut error = error.into_server_error(cx.ctx.item.pos);
                    error.path.push(PathSegment::Field(key.to_owned()));
                    if !nodes.single {
                        error.path.push(PathSegment::Index(*position));
                    }
                    cx.ctx.add_error(error);
                }
                let rows = nodes.ids.iter().map(|id| {
                    let (noun, uuid) = (*id)?;
                    let (level, places) = levels.get(noun)?;
                    let (question, shape) = nodes.nouns.get(noun)?;
                    let row = Row { level: Arc::clone(level), row: *places.get(&uuid)?, shape: Arc::clone(shape) };
                    Some(FieldValue::owned_any(row).with_type(question.noun.name))
                });
                let mut rows: Vec<Option<FieldValue<'_>>> = rows.collect();
                if nodes.single {
                    rows.pop().flatten()
                } else {
                    Some(FieldValue::list(rows.into_iter().map(|row| row.unwrap_or_else(nothing))))
                }
            }
            (Root::Composite(_), Answered::Parts(parts)) => own(Composed { plan: Arc::clone(&plan), at, parts }),
            _ => None,
        })
    })
}

/// A field of a noun.
pub fn field(cx: ResolverContext<'_>) -> FieldFuture<'_> {
    let Some(row) = cx.parent_value.downcast_ref::<Row>() else { return missing() };
    let key = key(&cx);
    let Some((_, out)) = row.shape.fields.iter().find(|(known, _)| known == key) else { return missing() };
    let cell = |column: usize| row.level.rows.cell(row.row, column);
    ready(match out {
        Out::Typename => Some(FieldValue::value(row.shape.noun.name)),
        Out::Id(column) => {
            cell(*column).as_uuid().map(|uuid| FieldValue::value(super::names::global_id(row.shape.noun, uuid)))
        }
        Out::Cell(column, field) => match value::cell_value(field, cell(*column)) {
            Value::Null => None,
            value => Some(FieldValue::value(value)),
        },
        Out::One(column, shape) if !cell(*column).is_null() => {
            own(Row { level: Arc::clone(&row.level), row: row.row, shape: Arc::clone(shape) })
        }
        Out::One(..) => None,
        Out::Connection(at, shape) => {
            let Some(level) = row.level.below.get(at.below) else { return missing() };
            let group = level.group(cell(at.parent_at).as_int().unwrap_or_default());
            own(Page { level: Arc::clone(level), group, shape: Arc::clone(shape) })
        }
        Out::List(at, shape) => {
            let Some(level) = row.level.below.get(at.below) else { return missing() };
            let group = level.group(cell(at.parent_at).as_int().unwrap_or_default());
            Some(rows(level, group, shape))
        }
        Out::Computed(computed, shape) => {
            let values = computed_value(*computed, &row.level, row.row);
            Some(projected(&values, shape, &Arc::default()))
        }
    })
}

fn rows<'a>(level: &Arc<Level>, group: Group, shape: &Arc<ObjectShape>) -> FieldValue<'a> {
    let range = group.start..group.start + group.len;
    FieldValue::list(
        range.map(|row| FieldValue::owned_any(Row { level: Arc::clone(level), row, shape: Arc::clone(shape) })),
    )
}

/// A field of a connection.
pub fn connection(cx: ResolverContext<'_>) -> FieldFuture<'_> {
    let Some(page) = cx.parent_value.downcast_ref::<Page>() else { return missing() };
    let key = key(&cx);
    let Some((_, part)) = page.shape.parts.iter().find(|(known, _)| known == key) else { return missing() };
    ready(match part {
        ConnectionPart::Typename => None,
        ConnectionPart::Nodes(shape) => Some(rows(&page.level, page.group, shape)),
        ConnectionPart::Edges(parts) => {
            let range = page.group.start..page.group.start + page.group.len;
            Some(FieldValue::list(range.map(|row| {
                FieldValue::owned_any(Edge {
                    level: Arc::clone(&page.level),
                    row,
                    page: Arc::clone(&page.shape),
                    parts: Arc::clone(parts),
                })
            })))
        }
        ConnectionPart::PageInfo(_) => {
            own(PageInfo { level: Arc::clone(&page.level), group: page.group, page: Arc::clone(&page.shape) })
        }
        ConnectionPart::TotalCount => Some(FieldValue::value(page.group.total.unwrap_or_default())),
    })
}

/// A field of an edge.
pub fn edge(cx: ResolverContext<'_>) -> FieldFuture<'_> {
    let Some(edge) = cx.parent_value.downcast_ref::<Edge>() else { return missing() };
    let key = key(&cx);
    let Some((_, part)) = edge.parts.iter().find(|(known, _)| known == key) else { return missing() };
    ready(match part {
        EdgePart::Typename => None,
        EdgePart::Cursor => Some(FieldValue::value(edge.level.cursor(edge.row, edge.page.noun, &edge.page.order))),
        EdgePart::Node(shape) => own(Row { level: Arc::clone(&edge.level), row: edge.row, shape: Arc::clone(shape) }),
    })
}

/// A field of a page's description.
pub fn page_info(cx: ResolverContext<'_>) -> FieldFuture<'_> {
    // Of a page that is no rows of one noun, it is a value.
    let Some(info) = cx.parent_value.downcast_ref::<PageInfo>() else { return value(cx) };
    let part = match cx.ctx.item.node.name.node.as_str() {
        "hasNextPage" => PageInfoPart::HasNextPage,
        "hasPreviousPage" => PageInfoPart::HasPreviousPage,
        "startCursor" => PageInfoPart::StartCursor,
        _ => PageInfoPart::EndCursor,
    };
    ready(match value::page_info_value(part, &info.level, info.group, &info.page) {
        Value::Null => None,
        value => Some(FieldValue::value(value)),
    })
}

/// A part of a composite.
pub fn part(cx: ResolverContext<'_>) -> FieldFuture<'_> {
    let Some(composed) = cx.parent_value.downcast_ref::<Composed>() else { return missing() };
    let key = key(&cx);
    let Some(Ok(Root::Composite(composite))) = composed.plan.fields.get(composed.at).map(|field| &field.root) else {
        return missing();
    };
    let Some((_, part)) = composite.parts.iter().find(|(known, _)| known == key) else { return missing() };
    ready(match part {
        Part::Typename => None,
        Part::Value(name, part) => {
            composed.parts.values.get(name).and_then(|value| within(value, part, &composed.parts.references))
        }
        Part::Rows(rows_part) => match composed.parts.rows.get(key) {
            Some(level) if rows_part.list => Some(rows(level, level.group(0), &rows_part.shape)),
            Some(level) if level.group(0).len > 0 => {
                own(Row { level: Arc::clone(level), row: 0, shape: Arc::clone(&rows_part.shape) })
            }
            _ => None,
        },
    })
}

/// A value that is no row: an object, or a list of them.
struct Object {
    value: async_graphql::indexmap::IndexMap<Name, Value>,
    shape: Arc<ValueShape>,
    references: Arc<Vec<Referred>>,
}

fn within<'a>(value: &Value, within: &Within, references: &Arc<Vec<Referred>>) -> Option<FieldValue<'a>> {
    match (value, within) {
        (Value::Null, _) => None,
        (value, Within::Nothing) => Some(FieldValue::value(value.clone())),
        (value, Within::Value(shape)) => Some(projected(value, shape, references)),
        (value, Within::Row(place)) => {
            let place = references.get(*place)?;
            let (noun, level, row, shape) = place.row(value)?;
            let row = FieldValue::owned_any(Row { level: Arc::clone(level), row, shape: Arc::clone(shape) });
            Some(if place.is_interface { row.with_type(noun.name) } else { row })
        }
    }
}

fn projected<'a>(value: &Value, shape: &Arc<ValueShape>, references: &Arc<Vec<Referred>>) -> FieldValue<'a> {
    match value {
        Value::List(values) => FieldValue::list(values.iter().map(|value| projected(value, shape, references))),
        Value::Object(value) => FieldValue::owned_any(Object {
            value: value.clone(),
            shape: Arc::clone(shape),
            references: Arc::clone(references),
        }),
        other => FieldValue::value(other.clone()),
    }
}

/// A field of a value that is no row.
pub fn value(cx: ResolverContext<'_>) -> FieldFuture<'_> {
    let Some(object) = cx.parent_value.downcast_ref::<Object>() else { return missing() };
    let key = key(&cx);
    let Some(field) = object.shape.fields.iter().find(|field| field.key == key) else { return missing() };
    let value = object.value.get(field.name.as_str());
    ready(value.and_then(|value| within(value, &field.within, &object.references)))
}
