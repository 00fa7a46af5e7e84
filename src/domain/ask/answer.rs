//! Questions on their way to the store and back.

use std::sync::Arc;

use futures_util::FutureExt;

use super::select::{Asking, Level, Question, load};
use crate::domain::access::Viewer;
use crate::domain::cx::Cx;
use crate::domain::error::{Error, Result};
use crate::domain::model::model;

impl Asking {
    /// What a viewer asks in a request about the records as they are.
    pub fn of(cx: &Cx, viewer: Viewer) -> Self {
        Self { model: model(), viewer, now: cx.now, as_of: None, store: cx.db.store(), zone: cx.zone }
    }
}

/// Answers one question for the caller of a request.
pub async fn answer(cx: &Cx, question: Question) -> Result<Arc<Level>> {
    let viewer = Viewer::from(cx.caller()?.as_ref());
    answers(cx, Asking::of(cx, viewer), vec![question]).await?.pop().ok_or(Error::Internal)
}

/// Answers questions on one connection, one after the other.
pub async fn answers(cx: &Cx, asking: Asking, questions: Vec<Question>) -> Result<Vec<Arc<Level>>> {
    let errand = cx.errand(Some(asking.viewer.organization_id));
    let shared = Arc::new((asking, questions));
    cx.db
        .read(&errand, move |reader| {
            let shared = Arc::clone(&shared);
            async move {
                let (asking, questions) = shared.as_ref();
                let mut levels = Vec::with_capacity(questions.len());
                for question in questions {
                    levels.push(Arc::new(load(reader, asking, question).await?));
                }
                Ok(levels)
            }
            .boxed()
        })
        .await
}
