//! scratch
use audit_gateway::domain::{access::*, cx::*, db::*, error::Result, session::*};
use audit_gateway::graphql::*;
use futures_util::future::BoxFuture;
use std::sync::Arc;
struct No;
impl Sessions for No {
    fn login<'a>(&'a self, _: &'a Cx, _: Login) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(async { Err(audit_gateway::domain::error::Error::Unauthenticated("wrong username or password")) })
    }
    fn refresh<'a>(&'a self, _: &'a Cx, _: String) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(async { Err(audit_gateway::domain::error::Error::Unauthenticated("no")) })
    }
    fn logout<'a>(&'a self, _: &'a Cx) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
    fn verify<'a>(&'a self, _: &'a Cx, _: &'a Caller) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}
#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let url = args.get(1).cloned().unwrap_or("sqlite:///tmp/try.sqlite".into());
    let service = Service::new(audit_gateway::graphql::Settings::default(), Arc::new(No)).unwrap();
    std::fs::write("/tmp/schema.graphql", service.sdl().unwrap()).unwrap();
    let db = Db::connect(&audit_gateway::domain::db::Settings::at(url)).await.unwrap();
    migration::up(&db.for_migrations()).await.unwrap();
    let viewer = Viewer { organization_id: 1, user_id: 1, role: Role::Owner, sight: Sight::Organization };
    let _ = viewer;
    let caller =
        Caller { user_id: 1, user_uuid: new_uuid(), organization_id: 1, role: Role::Owner, proof: Proof::Operator };
    let queries: Vec<String> = args.iter().skip(2).cloned().collect();
    for q in queries {
        for round in 0..2 {
            let cx = Cx::new(db.clone(), Some(caller.clone()), Clock::System.now(), Surface::Graphql);
            let t = std::time::Instant::now();
            let a = service.execute(cx.clone(), Request { query: q.clone(), ..Default::default() }).await;
            let b = String::from_utf8_lossy(&a.body);
            println!("{round} {:?} st={} {}", t.elapsed(), cx.statement_count(), &b[..b.len().min(1500)]);
        }
    }
}
