//! Answers root fields: reads the rows of a plan, or asks the part of the domain that works a value out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_graphql::{Name, Value};
use chrono::{DateTime, Utc};
use indexmap::IndexMap;

use super::federation;
use super::input::Arguments;
use super::plan::{Composite, NodesRoot, Part, Plan, Root, part_question};
use super::report::Referred;
use crate::domain::access::{self, Viewer};
use crate::domain::ask::{Asking, Expr, Level, Question, Test, answers};
use crate::domain::cell::{Cell, instant_text};
use crate::domain::cx::Cx;
use crate::domain::db::Errand;
use crate::domain::error::{Error, Result};
use crate::domain::session::{Login, Opened, Sessions};
use crate::domain::trail::Signer;

/// What answers a request beside its plan.
#[derive(Clone)]
pub struct Runner {
    /// The context of the request.
    pub cx: Cx,
    /// Signing in and out.
    pub sessions: Arc<dyn Sessions>,
    /// Proofs that what was changed stands in the trail, as `extensions.trail` tells them.
    pub receipts: Arc<Mutex<Vec<Value>>>,
    /// Who signs checkpoints of the trail.
    pub signer: Option<Arc<Signer>>,
}

/// The answer to a root field, before it has its shape.
#[derive(Debug)]
pub enum Answered {
    /// Rows of one noun.
    Level(Arc<Level>),
    /// For each noun of a [`NodesRoot`], its rows and where each uuid is.
    Nodes(Vec<(Arc<Level>, HashMap<uuid::Uuid, usize>)>),
    /// The parts of a composite.
    Parts(Parts),
    /// Nothing.
    Nothing,
}

/// The parts of a composite by response key: values by name, rows by the part's name.
#[derive(Debug, Default)]
pub struct Parts {
    /// Values by field name.
    pub values: IndexMap<String, Value>,
    /// Rows by response key.
    pub rows: HashMap<String, Arc<Level>>,
    /// Rows that the values refer to, by the positions of the composite's references.
    pub references: Arc<Vec<Referred>>,
}

impl Runner {
    /// What every statement for a viewer shares.
    pub(super) fn asking(&self, viewer: Viewer) -> Asking {
        Asking::of(&self.cx, viewer)
    }

    /// The request's mark on the store.
    pub(super) fn errand(&self, viewer: &Viewer) -> Errand {
        self.cx.errand(Some(viewer.organization_id))
    }

    /// The caller's eyes.
    pub fn viewer(&self) -> Result<Viewer> {
        Ok(Viewer::from(self.cx.caller()?.as_ref()))
    }

    /// Makes sure the caller's session still holds: one statement, once a request.
    pub async fn verify(&self) -> Result<()> {
        let caller = self.cx.caller()?;
        self.sessions.verify(&self.cx, caller).await
    }

    /// Answers questions on one connection, one after the other.
    pub(super) async fn ask(&self, viewer: Viewer, questions: Vec<Question>) -> Result<Vec<Arc<Level>>> {
        answers(&self.cx, self.asking(viewer), questions).await
    }

    /// What every statement shares for the caller at an instant; now without one.
    fn asking_as_of(&self, as_of: Option<DateTime<Utc>>) -> Result<Asking> {
        let asking = self.asking(self.viewer()?);
        Ok(Asking { now: as_of.unwrap_or(asking.now), as_of, ..asking })
    }

    pub(super) async fn ask_one(&self, viewer: Viewer, question: Question) -> Result<Arc<Level>> {
        self.ask(viewer, vec![question]).await?.pop().ok_or(Error::Internal)
    }

    /// Answers all root fields of a query in order, and makes sure that the caller's session still holds: within the
    /// first statement where that gives rows, else by a statement of its own.
    pub async fn answer_all<'p>(&self, plan: &'p Plan) -> std::result::Result<Vec<Answered>, (Error, &'p str)> {
        let mut verified = false;
        let mut answers = Vec::with_capacity(plan.fields.len());
        for field in &plan.fields {
            let answered = match &field.root {
                Ok(root @ Root::Typename(_)) => self.answer(root, None).await,
                Ok(root) if verified => self.answer(root, field.as_of).await,
                Ok(root) => {
                    verified = true;
                    self.answer_verified(root, field.as_of).await
                }
                Err(error) => Err(error.clone()),
            };
            answers.push(answered.map_err(|error| (error, field.key.as_str()))?);
        }
        Ok(answers)
    }

    async fn answer_verified(&self, root: &Root, as_of: Option<DateTime<Utc>>) -> Result<Answered> {
        // The session holds now or not at all: a statement about the past is not the place to look.
        if let Root::Connection(question, _) | Root::Object(question, _) = root
            && question.ask.rows
            && as_of.is_none()
        {
            let mut question = question.as_ref().clone();
            question.guard = Some(Arc::clone(self.cx.caller()?));
            let single = matches!(root, Root::Object(..));
            let level = self.ask_one(self.viewer()?, question).await?;
            if level.group(0).len == 0 {
                self.verify().await?;
            }
            if single && level.group(0).more {
                return Err(ambiguous());
            }
            return Ok(Answered::Level(level));
        }
        self.verify().await?;
        self.answer(root, as_of).await
    }

    /// Answers one root field, as of an instant where one is given.
    pub async fn answer(&self, root: &Root, as_of: Option<DateTime<Utc>>) -> Result<Answered> {
        match root {
            Root::Connection(question, _) => {
                Ok(Answered::Level(self.ask_one(self.viewer()?, question.as_ref().clone()).await?))
            }
            Root::Object(question, _) => {
                let asking = self.asking_as_of(as_of)?;
                let mut levels = answers(&self.cx, asking, vec![question.as_ref().clone()]).await?;
                let level = levels.pop().ok_or(Error::Internal)?;
                if level.group(0).more {
                    return Err(ambiguous());
                }
                Ok(Answered::Level(level))
            }
            Root::Nodes(nodes) => self.nodes(nodes, as_of).await,
            Root::Composite(composite) => self.composite(composite).await.map(Answered::Parts),
            Root::Typename(_) | Root::Live(_) | Root::Engine => Ok(Answered::Nothing),
        }
    }

    async fn nodes(&self, root: &NodesRoot, as_of: Option<DateTime<Utc>>) -> Result<Answered> {
        let questions = root.nouns.iter().map(|(question, _)| question.clone()).collect();
        let levels = answers(&self.cx, self.asking_as_of(as_of)?, questions).await?;
        let placed = levels.into_iter().map(|level| {
            // The uuid is the first field of these questions.
            let places = level
                .rows
                .iter()
                .enumerate()
                .filter_map(|(row, cells)| Some((cells.get(1)?.as_uuid()?, row)))
                .collect();
            (level, places)
        });
        Ok(Answered::Nodes(placed.collect()))
    }

    async fn composite(&self, composite: &Composite) -> Result<Parts> {
        if let Some(report) = &composite.report {
            return Box::pin(self.report(composite, report)).await;
        }
        match composite.name {
            "viewer" => Box::pin(self.who(composite)).await,
            "trailCheckpoint" => Box::pin(self.trail_checkpoint()).await,
            "trailProof" => Box::pin(self.trail_proof(composite)).await,
            "trailConsistency" => Box::pin(self.trail_consistency(composite)).await,
            "_service" => {
                let values = IndexMap::from([("sdl".to_owned(), Value::from(federation::sdl()))]);
                Ok(Parts { values, ..Parts::default() })
            }
            "login" | "refreshToken" => Box::pin(self.session(composite)).await,
            "logout" => {
                self.sessions.logout(&self.cx).await?;
                let values = IndexMap::from([("ok".to_owned(), Value::Boolean(true))]);
                Ok(Parts { values, ..Parts::default() })
            }
            _ => Box::pin(self.mutate(composite)).await,
        }
    }

    async fn who(&self, composite: &Composite) -> Result<Parts> {
        let viewer = self.viewer()?;
        let permissions = access::permissions(viewer.role).into_iter().map(Value::from).collect();
        let values = IndexMap::from([("permissions".to_owned(), Value::List(permissions))]);
        let mut parts = Parts { values, ..Parts::default() };
        for (key, part) in &composite.parts {
            let Part::Rows(rows) = part else { continue };
            let (eyes, expr) = match rows.name.as_str() {
                "user" => (viewer, own_id(rows.noun, viewer.user_id)?),
                "memberships" => (viewer.of_own_memberships(), Expr::always()),
                _ => (viewer, Expr::always()),
            };
            parts.rows.insert(key.clone(), self.ask_one(eyes, part_question(rows, expr)).await?);
        }
        Ok(parts)
    }

    async fn session(&self, composite: &Composite) -> Result<Parts> {
        let Some(Value::Object(input)) = composite.arguments.get("input") else {
            return Err(Error::invalid("input", "is required"));
        };
        let opened = if composite.name == "login" {
            let login = Login {
                username: text(input, "username")?,
                password: text(input, "password")?,
                organization: optional_text(input, "organization")?,
            };
            self.sessions.login(&self.cx, login).await
        } else {
            self.sessions.refresh(&self.cx, text(input, "refreshToken")?).await
        };
        let mut parts = Parts::default();
        let client = optional_text(input, "clientMutationId")?.map_or(Value::Null, Value::from);
        parts.values.insert("clientMutationId".to_owned(), client);
        match opened {
            Ok(opened) => self.opened(composite, opened, parts).await,
            Err(Error::Unauthenticated(message)) => {
                let error = IndexMap::from([
                    (Name::new("field"), Value::Null),
                    (Name::new("code"), Value::from("INVALID_CREDENTIALS")),
                    (Name::new("message"), Value::from(message)),
                ]);
                parts.values.insert("userErrors".to_owned(), Value::List(vec![Value::Object(error)]));
                Ok(parts)
            }
            Err(error) => Err(error),
        }
    }

    async fn opened(&self, composite: &Composite, opened: Opened, mut parts: Parts) -> Result<Parts> {
        parts.values.insert("accessToken".to_owned(), Value::from(opened.access_token));
        parts.values.insert("refreshToken".to_owned(), Value::from(opened.refresh_token));
        parts.values.insert("expiresAt".to_owned(), Value::from(instant_text(&opened.expires_at)));
        parts.values.insert("userErrors".to_owned(), Value::List(Vec::new()));
        for (key, part) in &composite.parts {
            let Part::Rows(rows) = part else { continue };
            let expr = own_id(rows.noun, opened.viewer.user_id)?;
            parts.rows.insert(key.clone(), self.ask_one(opened.viewer, part_question(rows, expr)).await?);
        }
        Ok(parts)
    }
}

fn ambiguous() -> Error {
    Error::invalid("number", "is shared by several records; name the asset too")
}

fn own_id(noun: &crate::domain::describe::Noun, id: i64) -> Result<Expr> {
    let (index, _) = noun.find_field("legacyId").ok_or(Error::Internal)?;
    Ok(Expr::field(index, Test::Eq(Cell::Int(id))))
}

fn text(input: &Arguments, name: &str) -> Result<String> {
    optional_text(input, name)?.ok_or_else(|| Error::invalid(name, "is required"))
}

fn optional_text(input: &Arguments, name: &str) -> Result<Option<String>> {
    match input.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.contains('\0') => Err(Error::invalid(name, "must not contain U+0000")),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Error::invalid(name, "must be text")),
    }
}
