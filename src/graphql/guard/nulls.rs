//! Errors as the specification handles them (6.4.4). The engine's dynamic executor lets any error null the whole
//! answer, drops the path and keeps only the first; this extension stops an error at the nearest place that may be
//! null, gives it its path, and collects all.

use std::cmp::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::async_trait::async_trait;
use async_graphql::dynamic::FieldValue;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo};
use async_graphql::{PathSegment, QueryPathNode, QueryPathSegment, Response, ServerError, ServerResult, Value};

/// Null in a list of an interface or a union, where the engine takes no `FieldValue::NULL`. In a list of an object type
/// there is no way to say null: it runs the fields of a null parent. Such a list must be `[T!]`.
pub fn nothing() -> FieldValue<'static> {
    FieldValue::NULL.with_type(NOTHING)
}

/// Register with `SchemaBuilder::extension`, first of all, so that the others see errors where they arise.
pub struct Nulls;

impl ExtensionFactory for Nulls {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Collected::default())
    }
}

const NOTHING: &str = "__null";

/// One request's errors at places that may be null.
#[derive(Default)]
struct Collected(Mutex<Vec<ServerError>>);

#[async_trait]
impl Extension for Collected {
    async fn execute(&self, ctx: &ExtensionContext<'_>, operation: Option<&str>, next: NextExecute<'_>) -> Response {
        let mut response = next.run(ctx, operation).await;
        response.errors.append(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        // Siblings finish in any order; the same request shall give the same bytes.
        response.errors.sort_by(in_document_order);
        response
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        if info.is_for_introspection {
            return next.run(ctx, info).await;
        }
        let nullable = !info.return_type.ends_with('!');
        let place = Place { node: info.path_node, at: info.field };
        match next.run(ctx, info).await {
            Ok(None | Some(Value::Null)) if !nullable => {
                Err(place.mark(ServerError::new("this must not be null", None)))
            }
            Err(error) if nullable => {
                if !is_nothing(&error) {
                    self.0.lock().unwrap_or_else(PoisonError::into_inner).push(place.mark(error));
                }
                Ok(None)
            }
            Err(error) => Err(place.mark(error)),
            done => done,
        }
    }
}

struct Place<'a> {
    node: &'a QueryPathNode<'a>,
    at: &'a async_graphql::parser::types::Field,
}

impl Place<'_> {
    /// The innermost place is the first that an error passes, so a path that stands is never replaced.
    fn mark(&self, mut error: ServerError) -> ServerError {
        if error.path.is_empty() {
            error.path =
                std::iter::once(self.node).chain(self.node.parents()).map(|node| segment(node.segment)).collect();
            error.path.reverse();
        }
        if error.locations.is_empty() {
            error.locations.push(self.at.response_key().pos);
        }
        error
    }
}

fn segment(segment: QueryPathSegment<'_>) -> PathSegment {
    match segment {
        QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
        QueryPathSegment::Index(index) => PathSegment::Index(index),
    }
}

fn is_nothing(error: &ServerError) -> bool {
    error.message.starts_with("internal: ") && error.message.contains("object \"__null\"")
}

fn in_document_order(one: &ServerError, other: &ServerError) -> Ordering {
    let segments = |pair: (&PathSegment, &PathSegment)| match pair {
        (PathSegment::Index(one), PathSegment::Index(other)) => one.cmp(other),
        (PathSegment::Field(one), PathSegment::Field(other)) => one.cmp(other),
        (PathSegment::Index(_), PathSegment::Field(_)) => Ordering::Less,
        (PathSegment::Field(_), PathSegment::Index(_)) => Ordering::Greater,
    };
    one.locations.cmp(&other.locations).then_with(|| {
        let paths = one.path.iter().zip(&other.path).map(segments).find(|order| order.is_ne());
        paths.unwrap_or_else(|| one.path.len().cmp(&other.path.len()))
    })
}
