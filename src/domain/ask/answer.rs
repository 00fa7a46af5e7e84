//! A question on its way to the store and back.

use std::sync::Arc;

use futures_util::FutureExt;

use super::select::{Asking, Level, Question, load};
use crate::domain::access::Viewer;
use crate::domain::cx::Cx;
use crate::domain::db::Errand;
use crate::domain::error::Result;
use crate::domain::model::model;

/// Answers one question for the caller of a request.
pub async fn answer(cx: &Cx, question: Question) -> Result<Arc<Level>> {
    let viewer = Viewer::from(cx.caller()?.as_ref());
    let errand = Errand { organization_id: Some(viewer.organization_id), statements: Arc::clone(&cx.statements) };
    let asking = Asking { model: model(), viewer, now: cx.now, as_of: None, store: cx.db.store(), zone: cx.zone };
    let shared = Arc::new((asking, question));
    cx.db
        .read(&errand, move |reader| {
            let shared = Arc::clone(&shared);
            async move {
                let (asking, question) = shared.as_ref();
                load(reader, asking, question).await.map(Arc::new)
            }
            .boxed()
        })
        .await
}
