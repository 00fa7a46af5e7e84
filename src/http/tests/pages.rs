//! Pages, health and metrics.

use super::super::DemonstrationUser;
use super::*;

#[tokio::test]
async fn pages_bring_a_policy_that_lets_only_our_own_scripts_run() {
    let house = house(|_| {}).await;
    for path in ["/", "/docs", "/graphiql"] {
        let seen = house.get(path, &[]).await;
        assert_eq!((seen.status.as_u16(), seen.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        let policy = seen.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self';"),
            "{policy}"
        );
        assert!(policy.contains("connect-src 'self' ws: wss:"), "{policy}");
        let page = String::from_utf8(seen.body.to_vec()).unwrap();
        assert!(!page.contains("//cdn") && !page.contains("onclick="));
    }
}

#[tokio::test]
async fn files_whose_name_holds_their_hash_are_kept_and_others_asked_about() {
    let house = house(|_| {}).await;
    let page = String::from_utf8(house.get("/graphiql", &[]).await.body.to_vec()).unwrap();
    let script = page.split('"').find(|part| part.starts_with("/graphiql/") && part.ends_with(".js")).unwrap();
    let seen = house.get(script, &[]).await;
    assert_eq!(seen.header("content-type"), "text/javascript; charset=utf-8");
    assert!(seen.header("cache-control").contains("immutable"));
    let seen = house.get("/graphiql/favicon.svg", &[]).await;
    assert_eq!((seen.header("content-type"), seen.header("cache-control")), ("image/svg+xml", "no-cache"));
    for path in ["/graphiql/favicon.svg", "/graphiql", "/", "/schema.graphql"] {
        let tag = house.get(path, &[]).await.header("etag").to_owned();
        let again = house.get(path, &[("if-none-match", &tag)]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
    }
}

#[tokio::test]
async fn a_slash_too_many_leads_to_graphiql() {
    let seen = house(|_| {}).await.get("/graphiql/", &[]).await;
    assert_eq!((seen.status.as_u16(), seen.header("location")), (308, "/graphiql"));
}

#[tokio::test]
async fn nothing_else_of_the_machine_is_served() {
    let house = house(|_| {}).await;
    let paths =
        ["/graphiql/../Cargo.toml", "/graphiql/..%2f..%2fCargo.toml", "/graphiql/%2fetc%2fpasswd", "/.git/config"];
    for path in paths {
        let seen = house.get(path, &[]).await;
        assert_eq!((seen.status.as_u16(), seen.code().as_str()), (404, "NOT_FOUND"), "{path}");
    }
}

#[tokio::test]
async fn graphiql_is_told_of_users_in_a_demonstration_only() {
    assert_eq!(house(|_| {}).await.get("/graphiql/session", &[]).await.status, 404);
    let user = || DemonstrationUser { username: "ada".into(), password: "demo".into(), role: "OWNER".into() };
    let house = house_with(|_| {}, |app| app.demonstration = vec![user()]).await;
    let seen = house.get("/graphiql/session", &[]).await;
    let body: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
    let users = serde_json::json!([{ "username": "ada", "password": "demo", "role": "OWNER" }]);
    assert_eq!(body, serde_json::json!({ "demonstration": true, "users": users }));
    assert_eq!(seen.header("cache-control"), "no-store");
}

#[tokio::test]
async fn the_key_of_the_trail_is_told_to_everybody() {
    assert_eq!(house(|_| {}).await.get("/trail/key", &[]).await.status, 404);
    let signer = Arc::new(crate::domain::trail::Signer::new("audit.example", &[7; 32]).unwrap());
    let key = format!("{}\n", signer.key());
    let settings = crate::graphql::Settings { signer: Some(signer), ..Default::default() };
    let service = Service::new(settings, Arc::new(Closed)).unwrap();
    let seen = house_with(|_| {}, |app| app.service = service).await.get("/trail/key", &[]).await;
    assert_eq!((seen.status.as_u16(), seen.header("content-type")), (200, "text/plain; charset=utf-8"));
    assert_eq!(seen.body, key);
}

#[tokio::test]
async fn readiness_follows_the_store_and_its_history() {
    let ready = house(|_| {}).await;
    assert_eq!(ready.get("/readyz", &[]).await.status, 200);
    let behind = house_with(|_| {}, |app| app.pending = Box::new(|| Box::pin(async { Ok(2) }))).await;
    let seen = behind.get("/readyz", &[]).await;
    assert_eq!((seen.status.as_u16(), seen.header("retry-after")), (503, "1"));
    assert!(String::from_utf8_lossy(&seen.body).contains("2 pending"));
    ready.app.db.close().await;
    assert_eq!(ready.get("/readyz", &[]).await.status, 503);
    assert_eq!(ready.get("/livez", &[]).await.status, 200);
}

#[tokio::test]
async fn metrics_are_shown_unless_switched_off() {
    let shown = house(|_| {}).await;
    shown.post(&[JSON], QUERY).await;
    let seen = shown.get("/metrics", &[]).await;
    assert!(String::from_utf8_lossy(&seen.body).contains("audit_gateway_requests_total{surface=\"graphql\""));
    assert_eq!(house(|settings| settings.metrics = false).await.get("/metrics", &[]).await.status, 404);
}
