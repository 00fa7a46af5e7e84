//! The sessions behind connections that stay open: asked again and again whether they hold.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;

use crate::domain::cx::{Caller, Clock};
use crate::domain::db::Db;
use crate::domain::identity;

/// How often all of them are asked; one that was ended is closed within a second.
const EVERY: Duration = Duration::from_millis(500);
/// Sessions asked with one statement.
const AT_ONCE: usize = 1_000;

/// All sessions that are watched, each once however many connections it has.
#[derive(Default)]
pub(super) struct Vigil {
    sessions: Mutex<HashMap<Arc<Caller>, Weak<watch::Sender<bool>>>>,
}

/// One session under watch, for as long as this is held.
pub struct Watched {
    ended: watch::Receiver<bool>,
    _session: Arc<watch::Sender<bool>>,
}

impl Watched {
    /// Completes when the session has ended. Can be asked again.
    pub async fn ended(&mut self) {
        // The sender is held by this.
        drop(self.ended.wait_for(|ended| *ended).await);
    }
}

impl Vigil {
    pub(super) fn watch(&self, caller: &Arc<Caller>) -> Watched {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let known = sessions.get(caller).and_then(Weak::upgrade).filter(|session| !*session.borrow());
        let session = known.unwrap_or_else(|| {
            let session = Arc::new(watch::Sender::new(false));
            sessions.insert(Arc::clone(caller), Arc::downgrade(&session));
            session
        });
        Watched { ended: session.subscribe(), _session: session }
    }

    fn held(&self) -> Vec<(Arc<Caller>, Arc<watch::Sender<bool>>)> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| session.strong_count() > 0);
        sessions.iter().filter_map(|(caller, session)| Some((Arc::clone(caller), session.upgrade()?))).collect()
    }
}

/// Asks about all sessions for ever.
pub(super) async fn keep(db: Db, clock: Clock, vigil: Arc<Vigil>) {
    loop {
        tokio::time::sleep(EVERY).await;
        for some in vigil.held().chunks(AT_ONCE) {
            let callers: Vec<Arc<Caller>> = some.iter().map(|(caller, _)| Arc::clone(caller)).collect();
            match identity::lapsed(&db, &callers, clock.now()).await {
                Ok(places) => {
                    for (_, session) in places.into_iter().filter_map(|place| some.get(place)) {
                        session.send_replace(true);
                    }
                }
                Err(error) => tracing::debug!(%error, "sessions cannot be asked about for now"),
            }
        }
    }
}
