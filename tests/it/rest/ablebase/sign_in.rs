//! Signing in, sessions, and who comes in (items 1 to 8).

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::db::Store;
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

use super::{HARBOUR, Office, error, keys};
use crate::fixture::clock;
use crate::rest::{PASSWORD, Seen, TRUSTED};
use crate::store::on_both_stores;

on_both_stores!(
    item_1_a_sign_in_sets_a_cookie_that_lets_in,
    item_2_whatever_is_wrong_is_told_alike,
    item_3_the_session_that_is_open_is_shown,
    item_4_a_session_that_was_ended_lets_nobody_in,
    item_5_the_store_does_not_know_the_token,
    item_6_bearers_of_tokens_keys_and_sessions_come_in,
    item_7_a_change_with_a_cookie_needs_an_origin,
    item_8_nobody_comes_in_without_credentials,
    a_session_is_extended_by_use_and_a_brief_one_is_not,
    tries_are_counted_with_those_of_other_ways_in,
    other_cookies_and_schemes_say_nothing,
);

const MIA: &str = "mia@harbour-foods.example";
const OWN: &str = "http://gw.example";
const UNAUTHORIZED: &str = "Authentication required";

impl Office {
    async fn sign_in(&self, body: &Json, headers: &[(&str, &str)]) -> Seen {
        let headers = [&[("content-type", "application/json")], headers].concat();
        self.send(("POST", "/api/auth/sign-in/email"), &headers, body.to_string()).await
    }

    /// Signs the member in; gives the cookie's pair.
    async fn cookie(&self) -> String {
        let seen = self.sign_in(&json!({ "email": MIA, "password": PASSWORD }), &[]).await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        let set = seen.header("set-cookie").expect("a cookie");
        set.split(';').next().expect("a pair").to_owned()
    }

    /// The session as it is shown.
    async fn session(&self, headers: &[(&str, &str)]) -> Seen {
        let seen = self.send(("GET", "/api/auth/get-session"), headers, "").await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        seen
    }
}

fn unauthorized(seen: &Seen) {
    assert_eq!(error(seen), (401, "UNAUTHORIZED".to_owned(), UNAUTHORIZED.to_owned()));
    assert_eq!(seen.header("www-authenticate").as_deref(), Some("Bearer"));
}

async fn item_1_a_sign_in_sets_a_cookie_that_lets_in(kind: Store) {
    let mut office = Office::open(kind).await;
    let body = json!({ "email": "Mia@Harbour-Foods.example", "password": PASSWORD, "callbackURL": "/x" });
    let seen = office.sign_in(&body, &[("user-agent", "Tests/1")]).await;
    let answer = seen.json();
    assert_eq!((seen.status, keys(&answer)), (200, vec!["redirect", "token", "user"]), "{answer}");
    assert_eq!(answer["redirect"], false);
    let token = answer["token"].as_str().expect("a token").to_owned();
    assert_eq!(token.len(), 43);
    let attributes = "Path=/; HttpOnly; SameSite=Lax; Max-Age=604800";
    assert_eq!(seen.header("set-cookie"), Some(format!("better-auth.session_token={token}; {attributes}")));
    let user = &answer["user"];
    assert_eq!(keys(user), ["id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt"]);
    assert_eq!(
        (&user["name"], &user["email"], &user["emailVerified"]),
        (&json!("Mia Janssen"), &json!(MIA), &json!(true))
    );
    let cookie = format!("better-auth.session_token={token}");
    assert_eq!(office.send(("GET", &office.at("audits")), &[("cookie", &cookie)], "").await.status, 200);
    let brief = json!({ "email": MIA, "password": PASSWORD, "rememberMe": false });
    let set = office.sign_in(&brief, &[]).await.header("set-cookie").expect("a cookie");
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{set}");
    office.house.run_as(|settings| settings.public_base_url = Some("https://gw.example.org/".to_owned()));
    let seen = office.sign_in(&body, &[("origin", "https://gw.example.org")]).await;
    let set = seen.header("set-cookie").expect("a cookie");
    assert!(set.starts_with("__Secure-better-auth.session_token=") && set.ends_with("; Secure"), "{set}");
    let cookie = set.split(';').next().expect("a pair").to_owned();
    assert_eq!(office.send(("GET", &office.at("audits")), &[("cookie", &cookie)], "").await.status, 200);
}

async fn item_2_whatever_is_wrong_is_told_alike(kind: Store) {
    let office = Office::open(kind).await;
    office.house.meddle("UPDATE \"user\" SET status = 'INACTIVE' WHERE username = 'alex.auditor'").await;
    office.house.meddle("UPDATE \"user\" SET password_hash = NULL WHERE username = 'olivia.owner'").await;
    let before = office.house.authority.hashes_computed();
    let tries = [
        (MIA, "wrong"),
        (MIA, ""),
        ("nobody@harbour-foods.example", PASSWORD),
        ("alex@harbour-foods.example", PASSWORD),
        ("olivia@harbour-foods.example", PASSWORD),
        // A username is no address here.
        ("mia.member", PASSWORD),
        ("", PASSWORD),
        ("a\0b", PASSWORD),
    ];
    for (email, password) in tries {
        let seen = office.sign_in(&json!({ "email": email, "password": password }), &[]).await;
        let told = (401, "UNAUTHORIZED".to_owned(), "Invalid email or password".to_owned());
        assert_eq!(error(&seen), told, "{email:?}");
        assert_eq!((seen.header("www-authenticate"), seen.header("set-cookie")), (None, None));
    }
    let computed = office.house.authority.hashes_computed() - before;
    assert_eq!(computed, tries.len() as u64, "as much work whatever is wrong");
}

async fn item_3_the_session_that_is_open_is_shown(kind: Store) {
    let office = Office::open(kind).await;
    for headers in [vec![], vec![("cookie", "better-auth.session_token=nothing")], vec![("authorization", "Bearer x")]]
    {
        assert_eq!(office.session(&headers).await.text(), "null");
    }
    let body = json!({ "email": MIA, "password": PASSWORD });
    let opened = office.sign_in(&body, &[("user-agent", "Tests/1")]).await.json();
    let token = opened["token"].as_str().expect("a token").to_owned();
    let cookie = format!("better-auth.session_token={token}");
    let bearer = format!("Bearer {token}");
    for headers in [[("cookie", cookie.as_str())], [("authorization", bearer.as_str())]] {
        let shown = office.session(&headers).await.json();
        assert_eq!((keys(&shown), &shown["user"]), (vec!["session", "user"], &opened["user"]));
        let session = &shown["session"];
        let meant = "id userId expiresAt createdAt updatedAt ipAddress userAgent activeOrganizationId";
        assert_eq!(keys(session), meant.split(' ').collect::<Vec<_>>());
        assert_eq!((&session["userId"], &session["userAgent"]), (&opened["user"]["id"], &json!("Tests/1")));
        assert_eq!(session["createdAt"], "2026-03-02T09:30:00.123Z");
        assert_eq!(session["expiresAt"], "2026-03-09T09:30:00.123Z");
        assert_eq!(session["activeOrganizationId"], json!(office.organization));
        assert!(!shown.to_string().contains(&token));
    }
    let headers = [("cookie", cookie.as_str()), ("origin", OWN)];
    assert_eq!(office.send(("POST", "/api/auth/sign-out"), &headers, "").await.json(), json!({ "success": true }));
    assert_eq!(office.session(&[("cookie", &cookie)]).await.text(), "null");
}

async fn item_4_a_session_that_was_ended_lets_nobody_in(kind: Store) {
    let office = Office::open(kind).await;
    let (cookie, other) = (office.cookie().await, office.cookie().await);
    let headers = [("cookie", cookie.as_str()), ("origin", OWN)];
    let seen = office.send(("POST", "/api/auth/sign-out"), &headers, "").await;
    assert_eq!((seen.status, seen.json()), (200, json!({ "success": true })));
    let gone = "better-auth.session_token=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";
    assert_eq!(seen.header("set-cookie").as_deref(), Some(gone));
    unauthorized(&office.send(("GET", &office.at("audits")), &[("cookie", &cookie)], "").await);
    assert_eq!(office.send(("GET", &office.at("audits")), &[("cookie", &other)], "").await.status, 200);
    // The same without a session, and again.
    for headers in [vec![], headers.to_vec()] {
        let seen = office.send(("POST", "/api/auth/sign-out"), &headers, "").await;
        assert_eq!((seen.status, seen.json()), (200, json!({ "success": true })));
    }
    let foreign = [("cookie", other.as_str()), ("origin", "https://evil.example")];
    let seen = office.send(("POST", "/api/auth/sign-out"), &foreign, "").await;
    assert_eq!(error(&seen).2, "Cross-site request refused");
    assert_eq!(office.send(("GET", &office.at("audits")), &[("cookie", &other)], "").await.status, 200);
    // What ends all sign-ins of a person ends these, too.
    office.house.meddle("UPDATE \"user\" SET status = 'INACTIVE' WHERE username = 'mia.member'").await;
    unauthorized(&office.send(("GET", &office.at("audits")), &[("cookie", &other)], "").await);
}

async fn item_5_the_store_does_not_know_the_token(kind: Store) {
    use sha2::{Digest, Sha256};
    let office = Office::open(kind).await;
    let cookie = office.cookie().await;
    let token = cookie.split_once('=').expect("a pair").1;
    let hash: String = Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect();
    let stored = office.house.ask(Kind::Text, "SELECT token_hash FROM session ORDER BY id DESC LIMIT 1").await;
    assert_eq!(stored, [Cell::from(hash.as_str())]);
    let row = "SELECT CAST(token_hash || '|' || COALESCE(user_agent, '') || '|' || COALESCE(ip_address, '') AS TEXT) FROM session";
    for row in office.house.ask(Kind::Text, row).await {
        assert!(!row.as_str().expect("text").contains(token));
    }
    assert_eq!(office.number(&format!("SELECT COUNT(*) FROM session WHERE token_hash = '{token}'")).await, 0);
}

async fn item_6_bearers_of_tokens_keys_and_sessions_come_in(kind: Store) {
    let office = Office::open(kind).await;
    let opened = office.sign_in(&json!({ "email": MIA, "password": PASSWORD }), &[]).await.json();
    let session = opened["token"].as_str().expect("a token").to_owned();
    let general = "SELECT uuid FROM api_key WHERE purpose = 'GENERAL' AND revoked_at IS NULL ORDER BY id LIMIT 1";
    let key = office.house.ask(Kind::Uuid, general).await[0].as_uuid().expect("a key");
    let key = office.house.authority.api_key_token(key);
    for token in [&office.member, &session, &key] {
        assert_eq!(office.ask_as(token, "GET", "audits", "").await.status, 200, "{token}");
    }
    let there = "SELECT uuid FROM organization WHERE slug = 'northwind-library'";
    let there = format!("/v1/organizations/{}/audits", super::uuid(&office.house, there).await);
    let at =
        async |token: &str| office.send(("GET", &there), &[("authorization", &format!("Bearer {token}"))], "").await;
    for token in [&office.member, &session, &key] {
        assert_eq!(error(&at(token).await).2, "Organization not found", "{token}");
    }
    // Somebody who is a member of both.
    let casey = office.house.sign_in("casey.consultant").await;
    assert_eq!(at(&casey).await.status, 200);
    assert_eq!(office.ask_as(&casey, "GET", "audits", "").await.status, 200);
    for token in [office.house.key().as_str(), "", "nonsense", &"x".repeat(43), &format!("{key}x"), "ak_"] {
        unauthorized(&office.ask_as(token, "GET", "audits", "").await);
    }
    // A bearer decides, and the cookie says nothing.
    let cookie = office.cookie().await;
    let headers = [("authorization", "Bearer nonsense"), ("cookie", cookie.as_str())];
    unauthorized(&office.send(("GET", &office.at("audits")), &headers, "").await);
    // A key that is limited to reading elsewhere changes nothing.
    office.house.meddle("UPDATE api_key SET scopes = '[\"graphql:read\"]' WHERE purpose = 'GENERAL'").await;
    let seen = office.ask_as(&key, "POST", "products/web-shop/audits", "{}").await;
    assert_eq!(error(&seen), (403, "FORBIDDEN".to_owned(), "Insufficient role".to_owned()));
}

async fn item_7_a_change_with_a_cookie_needs_an_origin(kind: Store) {
    let office = Office::open(kind).await;
    let path = office.at("products/web-shop/audits");
    office.house.meddle(&format!(
        "UPDATE membership SET role = 'ADMIN' WHERE organization_id = {HARBOUR} AND user_id = (SELECT id FROM \"user\" \
         WHERE username = 'mia.member')"
    ))
    .await;
    let cookie = office.cookie().await;
    let events = "SELECT COUNT(*) FROM change_event";
    let before = office.number(events).await;
    let foreign: [&[(&str, &str)]; 6] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "null"), ("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[],
    ];
    for more in foreign {
        for (method, rest) in [("POST", ""), ("PATCH", "/1"), ("DELETE", "/1")] {
            let headers = [&[("cookie", cookie.as_str()), ("content-type", "application/json")], more].concat();
            let seen = office.send((method, &format!("{path}{rest}")), &headers, r#"{"title":"Forged"}"#).await;
            let told = (403, "FORBIDDEN".to_owned(), "Cross-site request refused".to_owned());
            assert_eq!(error(&seen), told, "{method} {more:?}");
        }
    }
    assert_eq!(office.number(events).await, before, "nothing happened");
    for more in [("origin", OWN), ("sec-fetch-site", "same-origin"), ("origin", TRUSTED)] {
        let headers = [("cookie", cookie.as_str()), more];
        let seen = office.send(("POST", &path), &headers, "").await;
        assert_eq!(seen.status, 201, "{more:?} {}", seen.text());
        let made = seen.header("location").expect("an address");
        let json = [("cookie", cookie.as_str()), more, ("content-type", "application/json")];
        assert_eq!(office.send(("PATCH", &made), &json, r#"{"title":"Ours"}"#).await.status, 200);
        assert_eq!(office.send(("DELETE", &made), &headers, "").await.status, 204);
    }
    // Bearers are not asked, nor are those who only read.
    let mia = office.house.sign_in("mia.member").await;
    assert_eq!(office.ask_as(&mia, "POST", "products/web-shop/audits", "{}").await.status, 201);
    let foreign = [("cookie", cookie.as_str()), ("origin", "https://evil.example")];
    for headers in [&foreign[..1], &foreign[..]] {
        assert_eq!(office.send(("GET", &path), headers, "").await.status, 200);
        assert_eq!(office.send(("HEAD", &path), headers, "").await.status, 200);
    }
    // Signing in is refused to pages of others only.
    let body = json!({ "email": MIA, "password": PASSWORD });
    for (header, status) in [
        (("origin", "https://evil.example"), 403),
        (("origin", "null"), 403),
        (("sec-fetch-site", "cross-site"), 403),
        (("sec-fetch-site", "none"), 200),
        (("origin", TRUSTED), 200),
    ] {
        assert_eq!(office.sign_in(&body, &[header]).await.status, status, "{header:?}");
    }
}

async fn item_8_nobody_comes_in_without_credentials(kind: Store) {
    let office = Office::open(kind).await;
    for (method, rest) in [
        ("GET", "audits"),
        ("GET", "future-audits"),
        ("GET", "products/web-shop/audits"),
        ("POST", "products/web-shop/audits"),
        ("GET", "products/web-shop/audits/1"),
        ("PATCH", "products/web-shop/audits/1"),
        ("DELETE", "products/web-shop/audits/1"),
        ("GET", "products/web-shop/audits/1/issues"),
    ] {
        let path = office.at(rest);
        let stale = [("cookie", "better-auth.session_token=x"), ("origin", "https://evil.example")];
        for headers in [&[][..], &[("authorization", "Basic dTpw")], &stale] {
            unauthorized(&office.send((method, &path), headers, "").await);
        }
        // Also where there is no such organization: who is nobody learns nothing.
        unauthorized(&office.send((method, &path.replace(&office.organization, "nothing")), &[], "").await);
    }
}

async fn a_session_is_extended_by_use_and_a_brief_one_is_not(kind: Store) {
    let mut office = Office::open(kind).await;
    let start = clock().now();
    let cookie = office.cookie().await;
    let brief = json!({ "email": MIA, "password": PASSWORD, "rememberMe": false });
    let brief = office.sign_in(&brief, &[]).await.header("set-cookie").expect("a cookie");
    let brief = brief.split(';').next().expect("a pair").to_owned();
    let path = office.at("audits");
    // Not within a day.
    office.house.at(start + TimeDelta::hours(24));
    let seen = office.send(("GET", &path), &[("cookie", &cookie)], "").await;
    assert_eq!((seen.status, seen.header("set-cookie")), (200, None));
    unauthorized(&office.send(("GET", &path), &[("cookie", &brief)], "").await);
    // What is refused as foreign extends nothing.
    office.house.at(start + TimeDelta::hours(25));
    let foreign = [("cookie", cookie.as_str()), ("origin", "https://evil.example")];
    let seen = office.send(("POST", &office.at("products/web-shop/audits")), &foreign, "").await;
    assert_eq!((seen.status, seen.header("set-cookie")), (403, None));
    let seen = office.send(("GET", &path), &[("cookie", &cookie)], "").await;
    assert_eq!(seen.header("set-cookie"), Some(format!("{cookie}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800")));
    let session = office.session(&[("cookie", &cookie)]).await;
    assert_eq!(
        (&session.json()["session"]["expiresAt"], session.header("set-cookie")),
        (&json!("2026-03-10T10:30:00.123Z"), None)
    );
    office.house.at(start + TimeDelta::hours(25) + TimeDelta::days(7) - TimeDelta::seconds(1));
    let session = office.session(&[("cookie", &cookie)]).await;
    assert_eq!(session.json()["session"]["expiresAt"], "2026-03-17T10:29:59.123Z");
    assert!(session.header("set-cookie").is_some());
    office.house.at(start + TimeDelta::days(40));
    unauthorized(&office.send(("GET", &path), &[("cookie", &cookie)], "").await);
    assert_eq!(office.session(&[("cookie", &cookie)]).await.text(), "null");
}

async fn tries_are_counted_with_those_of_other_ways_in(kind: Store) {
    let office = Office::open(kind).await;
    let wrong = json!({ "email": MIA, "password": "wrong" });
    for _ in 0..4 {
        assert_eq!(office.sign_in(&wrong, &[]).await.status, 401);
    }
    let query = json!({ "query": format!(
        "mutation {{ login(input: {{ username: \"{}\", password: \"wrong\" }}) {{ accessToken }} }}", MIA.to_uppercase()
    ) });
    let headers = [("content-type", "application/json")];
    office.send(("POST", "/graphql"), &headers, query.to_string()).await;
    let right = json!({ "email": MIA, "password": PASSWORD });
    let seen = office.sign_in(&right, &[]).await;
    assert_eq!(error(&seen), (429, "RATE_LIMITED".to_owned(), "Too many requests".to_owned()));
    assert_eq!(seen.header("retry-after").as_deref(), Some("600"));
    let other = json!({ "email": "adam@harbour-foods.example", "password": PASSWORD });
    assert_eq!(office.sign_in(&other, &[]).await.status, 200, "others are not concerned");
}

async fn other_cookies_and_schemes_say_nothing(kind: Store) {
    let office = Office::open(kind).await;
    let cookie = office.cookie().await;
    let path = office.at("audits");
    let (many, basic) = (format!("a=b; {cookie}; c=d"), [("authorization", "Basic dTpw"), ("cookie", cookie.as_str())]);
    assert_eq!(office.send(("GET", &path), &[("cookie", &many)], "").await.status, 200);
    assert_eq!(office.send(("GET", &path), &basic, "").await.status, 200);
    unauthorized(&office.send(("GET", &path), &[("cookie", &format!("__Secure-{cookie}"))], "").await);
    // A token of the service is no session, also in a cookie.
    let access = format!("better-auth.session_token={}", office.member);
    unauthorized(&office.send(("GET", &path), &[("cookie", &access)], "").await);
}
