//! One door into GraphQL, which HTTP, WebSocket and server-sent events all pass.

use std::sync::Arc;

use async_graphql::dynamic::Schema;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{ErrorExtensions, Name, Response, Value};
use futures_util::StreamExt;
use moka::sync::Cache;

use super::guard;
use super::live::{Form, Live};
use super::operation::{known, only_name, operation};
use super::persisted::{Persisted, Unknown};
use super::plan::{Collector, Plan, PlanLimits, Root, plan};
use super::resolve::{engine_error, turned_away};
use super::run::Runner;
use super::schema;
use super::write;
use crate::domain::access;
use crate::domain::changes::Changes;
use crate::domain::command;
use crate::domain::cx::Cx;
use crate::domain::error::{Error, Exceeded, Result};
use crate::domain::session::Sessions;
use crate::domain::trail::Signer;

/// What the operator decides about GraphQL.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether `__schema`, `__type` and the SDL are answered.
    pub introspection: bool,
    /// Parsed documents that are kept.
    pub documents: u64,
    /// What one document may hold.
    pub limits: guard::Limits,
    /// What one operation may ask for.
    pub plan: PlanLimits,
    /// Bytes of the longest answer to a query.
    pub response: u64,
    /// Documents an operator allows; all of them without a list.
    pub trusted: Option<Vec<String>>,
    /// The compiled writer serves what it can. Off only to compare it with the engine.
    pub compiled: bool,
    /// Who signs checkpoints of the trail.
    pub signer: Option<Arc<Signer>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            introspection: true,
            documents: 1_000,
            limits: guard::Limits::default(),
            plan: PlanLimits::default(),
            response: 16 * 1024 * 1024,
            trusted: None,
            compiled: true,
            signer: None,
        }
    }
}

/// One request as a client sends it (GraphQL over HTTP).
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The document's text; empty when a persisted one is meant.
    pub query: String,
    /// Which of several operations.
    pub operation_name: Option<String>,
    /// Values of the variables.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// Protocol extensions, such as `persistedQuery`.
    pub extensions: serde_json::Map<String, serde_json::Value>,
    /// A mutation is refused (HTTP GET).
    pub queries_only: bool,
    /// The answer tells in `extensions.cost` how much of the row estimate it took.
    pub cost: bool,
    /// For a subscription: the sequence behind which it resumes, where that is farther than its `after`.
    pub resume: Option<i64>,
}

/// What became of a request over a transport that can stay open.
pub enum Begun {
    /// It is answered.
    Answered(Answer),
    /// It goes on.
    Live(Box<Live>),
}

/// The answer to one request.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The JSON body: `data`, `errors`, `extensions`.
    pub body: Vec<u8>,
    /// Nothing was executed: malformed, invalid or refused as a whole, so `data` is absent.
    pub request_error: bool,
    /// The first error's code (`extensions.code`), if there was an error.
    pub error_code: Option<&'static str>,
    /// Seconds to wait, where the answer is a refusal for now.
    pub retry_after_seconds: Option<u64>,
    /// Name of the executed operation, for logs and metrics.
    pub operation_name: Option<String>,
    /// `query`, `mutation` or `subscription`; none when the document could not be read.
    pub operation_kind: Option<&'static str>,
}

/// Errors one response tells.
const MOST_ERRORS: usize = 20;
/// Bytes of one error's message.
const LONGEST_MESSAGE: usize = 1_000;

/// Bytes of documents that clients may register.
const PERSISTED_BYTES: u64 = 8 * 1024 * 1024;

/// GraphQL over the domain.
pub struct Service {
    settings: Settings,
    schema: Schema,
    sessions: Arc<dyn Sessions>,
    documents: Cache<String, Arc<Document>>,
    persisted: Persisted,
}

/// A parsed document, and whether the engine has found it valid.
struct Document {
    parsed: ExecutableDocument,
    valid: std::sync::atomic::AtomicBool,
}

/// An operation of a document, with what came with it.
struct Asked<'d> {
    document: &'d Document,
    operation: &'d OperationDefinition,
    variables: serde_json::Map<String, serde_json::Value>,
    name: Option<&'d str>,
    cost: bool,
}

impl Asked<'_> {
    /// The same as the engine takes it.
    fn request(&self, given: async_graphql::Variables) -> async_graphql::Request {
        let mut request = async_graphql::Request::new("").variables(given);
        request.set_parsed_query(self.document.parsed.clone());
        match self.name {
            Some(name) => request.operation_name(name),
            None => request,
        }
    }
}

/// An operation that can be answered.
struct Prepared {
    given: async_graphql::Variables,
    plan: Arc<Plan>,
    known_valid: bool,
}

/// What the feed gives of every event: all there is to it, and nothing of the record as it is now.
const FEED: &str = "subscription Feed($entities: [String!], $ids: [ID!], $actions: [EventAction!], $after: Long) { \
    changes(entities: $entities, ids: $ids, actions: $actions, after: $after) { sequence id uuid entityType entityUuid \
    parentUuid action userUuid eventDate actionDate snapshotBefore snapshotAfter extra surface requestId } }";

impl Service {
    /// Builds the schema.
    pub fn new(settings: Settings, sessions: Arc<dyn Sessions>) -> Result<Self> {
        let schema = schema::build(settings.introspection, &settings.plan, schema::Purpose::Serving)
            .map_err(|error| Error::internal("schema", &error))?;
        let documents = Cache::new(settings.documents);
        let persisted = Persisted::new(PERSISTED_BYTES, settings.trusted.clone());
        Ok(Self { settings, schema, sessions, documents, persisted })
    }

    /// The schema as its definition language, or none where introspection is off.
    pub fn sdl(&self) -> Option<String> {
        self.settings.introspection.then(|| schema::sdl(&self.settings.plan))
    }

    /// The key that checkpoints of the trail are verified with, in base64.
    pub fn trail_key(&self) -> Option<String> {
        self.settings.signer.as_ref().map(|signer| signer.key().to_string())
    }

    /// Answers one request. Never fails: a refusal is an answer. A subscription is refused.
    pub async fn execute(&self, cx: Cx, request: Request) -> Answer {
        match self.admit(cx, None, request).await {
            Begun::Answered(answer) => answer,
            Begun::Live(_) => refused(&Error::Internal),
        }
    }

    /// Answers one request, or begins it where it is a subscription.
    pub async fn begin(&self, cx: Cx, changes: &Changes, request: Request) -> Begun {
        self.admit(cx, Some(changes), request).await
    }

    /// Refuses a caller who has not signed in, or whose session does not hold any more.
    pub async fn verify(&self, cx: &Cx) -> Result<()> {
        self.sessions.verify(cx, cx.caller()?).await
    }

    /// Whether a request is a subscription.
    pub fn is_subscription(&self, request: &Request) -> bool {
        let Ok(text) = self.persisted.text(request.query.clone(), &request.extensions) else { return false };
        let Ok(document) = self.document(text) else { return false };
        operation(&document.parsed, request.operation_name.as_deref())
            .is_ok_and(|operation| operation.ty == OperationType::Subscription)
    }

    async fn admit(&self, cx: Cx, changes: Option<&Changes>, request: Request) -> Begun {
        let text = match self.persisted.text(request.query, &request.extensions) {
            Ok(text) => text,
            Err(unknown) => return Begun::Answered(unknown_document(unknown)),
        };
        let document = match self.document(text) {
            Ok(document) => document,
            Err(refusal) => return Begun::Answered(refused_at(&refusal.error, refusal.locations)),
        };
        let operation = match operation(&document.parsed, request.operation_name.as_deref()) {
            Ok(operation) => operation,
            Err(error) => return Begun::Answered(refused(&error)),
        };
        let kind = match operation.ty {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
        let (variables, name, cost) = (request.variables, request.operation_name, request.cost);
        let mut answer = match (kind, changes) {
            ("mutation", _) if request.queries_only => {
                let mut answer = refused(&Error::invalid("query", "a mutation must be sent by POST"));
                answer.error_code = Some("MUTATION_BY_GET");
                answer
            }
            ("subscription", None) => refused(&Error::invalid(
                "query",
                "a subscription needs a WebSocket with graphql-transport-ws, or Accept: text/event-stream",
            )),
            ("subscription", Some(changes)) => {
                let asked = Asked { document: &document, operation, variables, name: name.as_deref(), cost };
                match Box::pin(self.subscribe(cx, changes, asked, request.resume)).await {
                    Ok(live) => return Begun::Live(Box::new(live)),
                    Err(answer) => answer,
                }
            }
            _ => self.run(cx, Asked { document: &document, operation, variables, name: name.as_deref(), cost }).await,
        };
        let found = answer.body.len() as u64;
        if found > self.settings.response && kind == "query" {
            answer =
                refused(&Error::TooLarge(Exceeded { limit: "response size", value: self.settings.response, found }));
        }
        answer.operation_kind = Some(kind);
        answer.operation_name = name.or_else(|| only_name(&document.parsed));
        Begun::Answered(answer)
    }

    fn document(&self, text: String) -> std::result::Result<Arc<Document>, guard::Refusal> {
        if let Some(known) = self.documents.get(&text) {
            return Ok(known);
        }
        let parsed = guard::parse(&text, &self.settings.limits)?;
        guard::check(&parsed, &self.settings.limits)
            .map_err(|error| guard::Refusal { error, locations: Vec::new() })?;
        let document = Arc::new(Document { parsed, valid: false.into() });
        self.documents.insert(text, Arc::clone(&document));
        Ok(document)
    }

    fn runner(&self, cx: Cx) -> Runner {
        let (sessions, signer) = (Arc::clone(&self.sessions), self.settings.signer.clone());
        Runner { cx, sessions, signer, receipts: Arc::default() }
    }

    /// Plans an operation, or says why it cannot be.
    fn prepare(&self, cx: &Cx, asked: &mut Asked<'_>) -> std::result::Result<Prepared, Answer> {
        // What a command answers with may be read by whoever may give it.
        if asked.operation.ty != OperationType::Mutation {
            cx.caller().map_or(Ok(()), |caller| access::may_read(caller)).map_err(|error| refused(&error))?;
        }
        let variables = std::mem::take(&mut asked.variables);
        let mut given = async_graphql::Variables::from_json(serde_json::Value::Object(variables));
        guard::variables::complete(asked.operation, &mut given).map_err(|error| refused(&error))?;
        let known_valid = asked.document.valid.load(std::sync::atomic::Ordering::Relaxed);
        let variables = known(asked.operation, &given);
        let collector = Collector { document: &asked.document.parsed, variables: &variables };
        let plan = match plan(collector, asked.operation, self.settings.plan, cx.now) {
            Ok(plan) => plan,
            Err(error @ Error::TooLarge(_)) => return Err(refused(&error)),
            // The engine says what is wrong with the document; where it finds nothing, this does.
            Err(error) if known_valid => return Err(refused(&error)),
            Err(error) => Plan { refusal: Some(error), ..Plan::default() },
        };
        Ok(Prepared { given, plan: Arc::new(plan), known_valid })
    }

    async fn run(&self, cx: Cx, mut asked: Asked<'_>) -> Answer {
        let Prepared { given, plan, known_valid } = match self.prepare(&cx, &mut asked) {
            Ok(prepared) => prepared,
            Err(answer) => return answer,
        };
        let runner = self.runner(cx);
        let extensions = if asked.cost { cost_of(&plan, self.settings.plan.rows) } else { Extensions::new() };
        let is_query = asked.operation.ty == OperationType::Query;
        if self.settings.compiled && known_valid && is_query && write::is_writable(&plan) {
            return compiled(&runner, &plan, &extensions).await;
        }
        if let Err(error) = self.allowed(&runner, &plan).await {
            return refused(&error);
        }
        let receipts = Arc::clone(&runner.receipts);
        let mut response = Box::pin(self.schema.execute(asked.request(given).data(plan).data(runner))).await;
        response.extensions.extend(extensions);
        if let Ok(mut receipts) = receipts.lock() {
            if let Some(error) = turned_away(&response).filter(|_| receipts.is_empty()) {
                return refused(&error);
            }
            if !receipts.is_empty() {
                response.extensions.insert("trail".to_owned(), Value::List(std::mem::take(&mut receipts)));
            }
        }
        if response.errors.is_empty() {
            asked.document.valid.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        rendered(response)
    }

    async fn subscribe(
        &self,
        cx: Cx,
        changes: &Changes,
        mut asked: Asked<'_>,
        resume: Option<i64>,
    ) -> std::result::Result<Live, Answer> {
        let Prepared { given, plan, known_valid } = self.prepare(&cx, &mut asked)?;
        let runner = self.runner(cx);
        runner.verify().await.map_err(|error| refused(&error))?;
        if !known_valid {
            // The engine's streams are empty: whatever one gives says what is wrong with the document.
            if let Some(response) = self.schema.execute_stream(asked.request(given)).next().await {
                return Err(rendered(response));
            }
            asked.document.valid.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        Live::begin(runner, changes, plan, (Form::Response, resume)).await.map_err(|error| refused(&error))
    }

    /// Follows the trail as a feed of whole events, each the value of `changes` alone. `arguments` are that field's.
    pub async fn feed(
        &self,
        cx: Cx,
        changes: &Changes,
        arguments: serde_json::Map<String, serde_json::Value>,
    ) -> std::result::Result<Live, Answer> {
        let document = self.document(FEED.to_owned()).map_err(|refusal| refused(&Error::internal("feed", &refusal)))?;
        let operation = operation(&document.parsed, None).map_err(|error| refused(&error))?;
        let mut asked = Asked { document: &document, operation, variables: arguments, name: None, cost: false };
        let Prepared { plan, .. } = self.prepare(&cx, &mut asked)?;
        let runner = self.runner(cx);
        runner.verify().await.map_err(|error| refused(&error))?;
        Live::begin(runner, changes, plan, (Form::Value, None)).await.map_err(|error| refused(&error))
    }

    /// Whether the caller may run this at all. Only signing in and asking about the schema go without a caller, and
    /// commands ask for themselves.
    async fn allowed(&self, runner: &Runner, plan: &Plan) -> Result<()> {
        let mut open = true;
        for field in &plan.fields {
            open &= match &field.root {
                Ok(Root::Composite(asked)) if asked.name == "_service" && !self.settings.introspection => {
                    return Err(Error::Forbidden("the schema is not shown here"));
                }
                Ok(Root::Composite(asked)) if command::find(asked.name).is_some() => runner.cx.caller().is_ok(),
                Ok(Root::Composite(asked)) => matches!(asked.name, "login" | "refreshToken" | "_service"),
                root => matches!(root, Ok(Root::Engine | Root::Typename(_))),
            };
        }
        if open { Ok(()) } else { runner.verify().await }
    }
}

/// What an answer says beside its data.
type Extensions = std::collections::BTreeMap<String, Value>;

/// The row estimate of an operation, and how much of it the limit leaves.
fn cost_of(plan: &Plan, limit: u64) -> Extensions {
    let parts = [("used", plan.rows), ("remaining", limit.saturating_sub(plan.rows)), ("limit", limit)];
    let cost = parts.into_iter().map(|(name, rows)| (Name::new(name), Value::from(rows))).collect();
    Extensions::from([("cost".to_owned(), Value::Object(cost))])
}

async fn compiled(runner: &Runner, plan: &Plan, extensions: &Extensions) -> Answer {
    match runner.answer_all(plan).await {
        Ok(answers) => Answer { body: write::response(plan, &answers, extensions), ..Answer::default() },
        Err((error @ (Error::Unauthenticated(_) | Error::Unavailable), _)) => refused(&error),
        Err((error, key)) => failed(&error, key),
    }
}

/// A refusal of the request as a whole.
fn refused(error: &Error) -> Answer {
    refused_at(error, Vec::new())
}

/// The same, with places in the document.
fn refused_at(error: &Error, locations: Vec<async_graphql::Pos>) -> Answer {
    let mut server = engine_error(error).into_server_error(async_graphql::Pos::default());
    server.locations = locations;
    let mut answer = rendered(Response::from_errors(vec![server]));
    answer.request_error = true;
    answer
}

fn unknown_document(unknown: Unknown) -> Answer {
    let error = async_graphql::Error::new(unknown.message());
    let error = error.extend_with(|_, extensions| extensions.set("code", unknown.code()));
    let mut answer = rendered(Response::from_errors(vec![strip(error.into_server_error(Default::default()))]));
    // A client that registers documents takes this answer as a question, so it comes with status 200.
    answer.request_error = unknown != Unknown::NotFound;
    answer
}

fn strip(mut error: async_graphql::ServerError) -> async_graphql::ServerError {
    error.locations.clear();
    error
}

fn failed(error: &Error, key: &str) -> Answer {
    let mut server = strip(engine_error(error).into_server_error(async_graphql::Pos::default()));
    server.path = vec![async_graphql::PathSegment::Field(key.to_owned())];
    let mut answer = rendered(Response::from_errors(vec![server]));
    answer.request_error = false;
    answer
}

fn rendered(mut response: Response) -> Answer {
    let request_error = !response.errors.is_empty() && response.errors.iter().all(|error| error.path.is_empty());
    // An invalid document can have a thousand faults and names of many kilobytes; a reader needs the first few.
    response.errors.truncate(MOST_ERRORS);
    for error in &mut response.errors {
        if error.message.len() > LONGEST_MESSAGE {
            error.message = error.message.chars().take(LONGEST_MESSAGE / 4).chain("...".chars()).collect();
        }
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", "BAD_USER_INPUT");
        }
    }
    let error_code = response.errors.first().and_then(|error| match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => CODES.iter().find(|known| *known == code).copied(),
        _ => None,
    });
    let retry_after_seconds = match error_code {
        Some("UNAVAILABLE") => Some(1),
        Some("RATE_LIMITED") => Some(60),
        _ => None,
    };
    let body = if request_error {
        serde_json::to_vec(&Refusal { errors: &response.errors })
    } else {
        serde_json::to_vec(&response)
    };
    Answer { body: body.unwrap_or_default(), request_error, error_code, retry_after_seconds, ..Answer::default() }
}

/// A response without `data`, as a request error has it (GraphQL, 7.1.2).
#[derive(serde::Serialize)]
struct Refusal<'a> {
    errors: &'a [async_graphql::ServerError],
}

const CODES: [&str; 9] = [
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "NOT_FOUND",
    "BAD_USER_INPUT",
    "CONFLICT",
    "TOO_COMPLEX",
    "RATE_LIMITED",
    "UNAVAILABLE",
    "INTERNAL",
];
