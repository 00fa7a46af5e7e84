//! A schema with a field for every rule, asked as the service asks: guard, variables, engine.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helper fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_graphql::dynamic::{
    Enum, Field, FieldFuture, FieldValue, InputValue, Interface, InterfaceField, Object, ResolverContext, Schema,
    TypeRef, Union,
};
use async_graphql::{Error, Name, Request, Value, Variables};
use audit_gateway::domain::error::Result;
use audit_gateway::graphql::guard::nulls::{Nulls, nothing};
use audit_gateway::graphql::guard::variables::complete;
use audit_gateway::graphql::guard::{Limits, check, parse};
use serde_json::{Value as Json, json};

/// What came of a request.
pub struct Outcome {
    pub json: Json,
    pub text: String,
    /// How often a counting resolver or a mutation ran.
    pub calls: usize,
}

impl Outcome {
    pub fn data(&self) -> &Json {
        &self.json["data"]
    }

    pub fn error_paths(&self) -> Vec<Json> {
        let mut paths: Vec<Json> =
            self.json["errors"].as_array().into_iter().flatten().map(|error| error["path"].clone()).collect();
        paths.sort_by_key(Json::to_string);
        paths
    }
}

/// Asks with variables.
pub async fn run(query: &str, variables: Json) -> Outcome {
    answer(Request::new(query).variables(Variables::from_json(variables))).await
}

/// Asks without.
pub async fn ask(query: &str) -> Outcome {
    run(query, json!({})).await
}

/// Answers a request.
pub async fn answer(request: Request) -> Outcome {
    let calls = Arc::new(Calls::default());
    let text = match prepared(request.data(Arc::clone(&calls))) {
        Ok(request) => serde_json::to_string(&schema().execute(request).await).unwrap(),
        Err(error) => json!({"errors": [{"message": error.to_string()}]}).to_string(),
    };
    Outcome { json: serde_json::from_str(&text).unwrap(), text, calls: calls.0.load(Ordering::SeqCst) }
}

fn prepared(mut request: Request) -> Result<Request> {
    let limits = Limits::default();
    let document = parse(&request.query, &limits)?;
    check(&document, &limits)?;
    let wanted = request.operation_name.clone().map(Name::new);
    let mut operations = document.operations.iter();
    if let Some((_, operation)) = operations.find(|(name, _)| wanted.is_none() || *name == wanted.as_ref()) {
        complete(&operation.node, &mut request.variables)?;
    }
    request.set_parsed_query(document);
    Ok(request)
}

#[derive(Default)]
pub struct Calls(AtomicUsize);

fn thing(id: i32) -> FieldValue<'static> {
    FieldValue::owned_any(id)
}

fn fails<'a>(_: ResolverContext<'a>) -> FieldFuture<'a> {
    FieldFuture::new(async { Err::<Option<Value>, _>(Error::new("broken")) })
}

fn one<'a>(_: ResolverContext<'a>) -> FieldFuture<'a> {
    FieldFuture::new(async { Ok(Some(thing(1))) })
}

fn three<'a>(_: ResolverContext<'a>) -> FieldFuture<'a> {
    FieldFuture::new(async { Ok(Some(FieldValue::list([thing(1), thing(2), thing(3)]))) })
}

fn text(name: &str, ty: TypeRef, millis: u64) -> Field {
    let value = name.to_owned();
    Field::new(name, ty, move |_| {
        let value = value.clone();
        FieldFuture::new(async move {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            Ok(Some(Value::from(value)))
        })
    })
}

fn thing_type() -> Object {
    let nullable = TypeRef::named("Thing");
    Object::new("Thing")
        .implement("Named")
        .field(Field::new("id", TypeRef::named_nn(TypeRef::INT), |ctx| {
            FieldFuture::new(async move { Ok(Some(Value::from(*ctx.parent_value.try_downcast_ref::<i32>()?))) })
        }))
        .field(Field::new("name", TypeRef::named(TypeRef::STRING), |_| {
            FieldFuture::new(async { Ok(Some(Value::from("thing"))) })
        }))
        .field(Field::new("fails", TypeRef::named(TypeRef::STRING), fails))
        .field(Field::new("failsStrictly", TypeRef::named_nn(TypeRef::STRING), fails))
        .field(Field::new("failsStrictlyForTwo", TypeRef::named_nn(TypeRef::STRING), |ctx| {
            FieldFuture::new(async move {
                match ctx.parent_value.try_downcast_ref::<i32>()? {
                    2 => Err(Error::new("broken")),
                    _ => Ok(Some(Value::from("fine"))),
                }
            })
        }))
        .field(Field::new("missing", TypeRef::named_nn(TypeRef::STRING), |_| {
            FieldFuture::new(async { Ok(None::<Value>) })
        }))
        .field(Field::new("child", nullable.clone(), one))
        .field(Field::new("strictChild", TypeRef::named_nn("Thing"), one))
        .field(Field::new("children", TypeRef::named_list("Thing"), three))
        .field(Field::new("strictChildren", TypeRef::named_nn_list("Thing"), three))
        .field(Field::new("namedChild", TypeRef::named("Named"), |_| {
            FieldFuture::new(async { Ok(Some(thing(1).with_type("Thing"))) })
        }))
}

fn query_type() -> Object {
    Object::new("Query")
        .field(text("slow", TypeRef::named(TypeRef::STRING), 40))
        .field(text("middle", TypeRef::named(TypeRef::STRING), 20))
        .field(text("fast", TypeRef::named(TypeRef::STRING), 0))
        .field(Field::new("fails", TypeRef::named(TypeRef::STRING), fails))
        .field(Field::new("thing", TypeRef::named("Thing"), one))
        .field(Field::new("strictThing", TypeRef::named_nn("Thing"), one))
        .field(Field::new("things", TypeRef::named_list("Thing"), three))
        .field(Field::new("strictThings", TypeRef::named_nn_list_nn("Thing"), three))
        .field(Field::new("gap", TypeRef::named_list("Thing"), |_| {
            FieldFuture::new(async { Ok(Some(FieldValue::list([thing(1), FieldValue::NULL, thing(3)]))) })
        }))
        .field(Field::new("namedGap", TypeRef::named_list("Named"), |_| {
            FieldFuture::new(async { Ok(Some(FieldValue::list([thing(1).with_type("Thing"), nothing()]))) })
        }))
        .field(Field::new("scalarGap", TypeRef::named_list(TypeRef::INT), |_| {
            FieldFuture::new(async { Ok(Some(FieldValue::list([FieldValue::value(1), FieldValue::NULL]))) })
        }))
        .field(Field::new("strictScalarGap", TypeRef::named_nn_list(TypeRef::INT), |_| {
            FieldFuture::new(async { Ok(Some(FieldValue::list([FieldValue::value(1), FieldValue::NULL]))) })
        }))
        .field(Field::new("nullThing", TypeRef::named("Thing"), |_| {
            FieldFuture::new(async { Ok(Some(FieldValue::NULL)) })
        }))
        .field(Field::new("noThing", TypeRef::named("Thing"), |_| FieldFuture::new(async { Ok(FieldValue::NONE) })))
        .field(Field::new("named", TypeRef::named("Named"), |_| {
            FieldFuture::new(async { Ok(Some(thing(1).with_type("Thing"))) })
        }))
        .field(Field::new("either", TypeRef::named("Either"), |_| {
            FieldFuture::new(async { Ok(Some(thing(1).with_type("Thing"))) })
        }))
        .field(Field::new("counted", TypeRef::named("Thing"), |ctx| {
            FieldFuture::new(async move {
                ctx.data::<Arc<Calls>>()?.0.fetch_add(1, Ordering::SeqCst);
                Ok(Some(thing(1)))
            })
        }))
        .field(
            Field::new("echo", TypeRef::named(TypeRef::STRING), |ctx| {
                FieldFuture::new(async move {
                    let said = match ctx.args.get("text") {
                        None => "absent".to_owned(),
                        Some(text) if text.is_null() => "null".to_owned(),
                        Some(text) => text.string()?.to_owned(),
                    };
                    Ok(Some(Value::from(said)))
                })
            })
            .argument(InputValue::new("text", TypeRef::named(TypeRef::STRING))),
        )
        .field(
            Field::new("echoDefault", TypeRef::named(TypeRef::STRING), |ctx| {
                FieldFuture::new(async move {
                    let text = ctx.args.try_get("text")?;
                    Ok(Some(Value::from(if text.is_null() { "null" } else { text.string()? })))
                })
            })
            .argument(InputValue::new("text", TypeRef::named(TypeRef::STRING)).default_value("argument default")),
        )
        .field(
            Field::new("echoColour", TypeRef::named("Colour"), |ctx| {
                FieldFuture::new(async move { Ok(Some(Value::from(ctx.args.try_get("colour")?.enum_name()?))) })
            })
            .argument(InputValue::new("colour", TypeRef::named_nn("Colour"))),
        )
}

fn mutation_type() -> Object {
    let add = |name: &str, millis: u64| {
        Field::new(name, TypeRef::named("Thing"), move |ctx| {
            FieldFuture::new(async move {
                let calls = ctx.data::<Arc<Calls>>()?;
                let before = calls.0.load(Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(millis)).await;
                calls.0.store(before + 1, Ordering::SeqCst);
                Ok(Some(thing(i32::try_from(before + 1)?)))
            })
        })
    };
    Object::new("Mutation").field(add("addSlowly", 30)).field(add("add", 0)).field(Field::new(
        "fails",
        TypeRef::named("Thing"),
        fails,
    ))
}

fn schema() -> Schema {
    let named = Interface::new("Named").field(InterfaceField::new("name", TypeRef::named(TypeRef::STRING)));
    Schema::build("Query", Some("Mutation"), None)
        .register(query_type())
        .register(mutation_type())
        .register(thing_type())
        .register(named)
        .register(Union::new("Either").possible_type("Thing"))
        .register(Enum::new("Colour").item("RED").item("BLUE"))
        .extension(Nulls)
        .limit_recursive_depth(64)
        .finish()
        .unwrap()
}
