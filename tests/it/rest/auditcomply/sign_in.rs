//! Signing in, tokens and who may what (items 8 to 15).

use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::Store;
use audit_gateway::domain::session::Claims;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

use super::site::{Reply, Site};
use super::transport::LISTS;
use crate::fixture::Org;
use crate::store::on_both_stores;

on_both_stores!(
    item_8_and_12_a_sign_in_gives_a_token,
    item_9_credentials_are_refused_in_the_agreed_words,
    item_9_token_operations_are_refused_in_the_agreed_words,
    item_10_only_one_scheme_is_taken,
    item_11_a_token_is_renewed_until_the_limit,
    item_13_without_access_everything_is_forbidden,
    item_14_a_user_out_of_use_is_refused,
    item_15_roles_say_who_may_make_what,
    tries_are_throttled,
);

async fn with_passwords(kind: Store) -> Site {
    let site = Site::new(kind).await;
    let hash = site.authority.hash_password("correct horse").await.expect("a hash");
    site.sql(&format!("UPDATE \"user\" SET password_hash = '{hash}' WHERE id IN (1001, 1003, 1005)")).await;
    site
}

async fn login(site: &Site, username: &str, password: &str) -> Reply {
    let body = json!({ "username": username, "password": password }).to_string();
    site.send("POST", "/api-token-auth/", &[("content-type", "application/json")], body).await
}

async fn refresh(site: &Site, body: &Json) -> Reply {
    site.send("POST", "/api-token-refresh/", &[("content-type", "application/json")], body.to_string()).await
}

fn payload(token: &str) -> Json {
    let part = token.split('.').nth(1).expect("a payload");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
}

/// A token of claims that this program would not make.
fn forged(claims: &Json, byte: u8) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let head = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"HS256"}"#);
    let text = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mac = Hmac::<sha2::Sha256>::new_from_slice(&[byte; 32]).expect("a key").chain_update(&text).finalize();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.into_bytes()))
}

async fn item_8_and_12_a_sign_in_gives_a_token(kind: Store) {
    let site = with_passwords(kind).await;
    let answer = login(&site, " chen.wei ", "correct horse").await.is(200);
    assert_eq!(answer.as_object().unwrap().len(), 1);
    let claims = payload(answer["token"].as_str().unwrap());
    let now = site.now.timestamp();
    assert_eq!(
        claims.to_string(),
        json!({ "user_id": 1_003, "username": "chen.wei", "exp": now + 3_600, "email": "chen.wei@example.org",
            "orig_iat": now })
        .to_string()
    );
    site.sql("UPDATE \"user\" SET email = NULL WHERE id = 1001").await;
    let answer = login(&site, "amara.osei", "correct horse").await.is(200);
    assert!(payload(answer["token"].as_str().unwrap()).get("email").is_none());
    let form = site
        .send(
            "POST",
            "/api-token-auth",
            &[("content-type", "application/x-www-form-urlencoded")],
            "username=chen.wei&password=correct+horse",
        )
        .await;
    let token = format!("JWT {}", form.is(200)["token"].as_str().unwrap());
    assert_eq!(site.send("GET", "/audits/", &[("authorization", &token)], "").await.status, 200);
}

async fn item_9_credentials_are_refused_in_the_agreed_words(kind: Store) {
    let site = Site::new(kind).await;
    let now = site.now.timestamp();
    let good = json!({ "user_id": 1_003, "username": "chen.wei", "exp": now + 9, "orig_iat": now });
    let with = |name: &str, value: Json| {
        let mut claims = good.clone();
        claims[name] = value;
        format!("JWT {}", forged(&claims, 2))
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().shift_remove(name);
        format!("JWT {}", forged(&claims, 2))
    };
    assert_eq!(
        site.send("GET", "/audits/", &[("authorization", &with("user_id", json!(1_003)))], "").await.status,
        200
    );
    for (header, text) in [
        (None, "Authentication credentials were not provided."),
        (Some("JWT".to_owned()), "Invalid Authorization header. No credentials provided."),
        (Some("JWT a b".to_owned()), "Invalid Authorization header. Credentials string should not contain spaces."),
        (Some("JWT nonsense".to_owned()), "Error decoding signature."),
        (Some(format!("JWT {}", forged(&good, 3))), "Error decoding signature."),
        (Some(with("exp", json!(now - 1))), "Signature has expired."),
        (Some(with("aud", json!("other"))), "Incorrect authentication credentials."),
        (Some(with("nbf", json!(now + 9))), "Incorrect authentication credentials."),
        (Some(without("username")), "Invalid payload."),
        (Some(without("exp")), "Invalid payload."),
        (Some(with("username", json!(7))), "Invalid payload."),
        (Some(with("username", json!("nobody"))), "Invalid signature."),
        (Some(with("user_id", json!(1_001))), "Invalid signature."),
    ] {
        let headers: Vec<(&str, &str)> = header.iter().map(|value| ("authorization", value.as_str())).collect();
        for (method, path) in
            [("GET", "/audits/"), ("OPTIONS", "/statuses/1001/"), ("POST", "/users/"), ("PUT", "/asset/")]
        {
            let reply = site.send(method, path, &headers, "").await;
            assert_eq!(reply.is(401), json!({ "detail": text }), "{header:?}");
            assert_eq!(reply.header("www-authenticate"), Some("JWT realm=\"api\""));
        }
    }
    for reply in [site.get("/audits/0/").await, site.get("/audits/?page=x").await, login(&site, "a", "b").await] {
        assert!(reply.status >= 400 && reply.header("www-authenticate").is_none());
    }
}

async fn item_9_token_operations_are_refused_in_the_agreed_words(kind: Store) {
    let site = with_passwords(kind).await;
    let unable = json!({ "non_field_errors": ["Unable to log in with provided credentials."] });
    site.sql("UPDATE \"user\" SET status = 'INACTIVE' WHERE id = 1001").await;
    for (username, password) in [
        ("chen.wei", "wrong"),
        ("nobody", "x"),
        ("amara.osei", "correct horse"),
        ("dora", "x"),
        ("chen.wei@example.org", "correct horse"),
    ] {
        assert_eq!(login(&site, username, password).await.is(400), unable, "{username}");
    }
    assert_eq!(login(&site, "chen.wei", &"x".repeat(1_001)).await.is(400), unable);
    let required = json!(["This field is required."]);
    let empty = site.send("POST", "/api-token-auth/", &[], "").await;
    assert_eq!(empty.is(400), json!({ "username": required, "password": required }));
    assert_eq!(
        login(&site, "", "").await.is(400),
        json!({ "username": ["This field may not be blank."], "password": ["This field may not be blank."] })
    );
    let now = site.now.timestamp();
    let claims =
        |username: &str, id: i64| json!({ "user_id": id, "username": username, "exp": now + 9, "orig_iat": now });
    let mut unnamed = claims("x", 1);
    unnamed.as_object_mut().unwrap().shift_remove("username");
    let mut first = claims("chen.wei", 1_003);
    first.as_object_mut().unwrap().shift_remove("orig_iat");
    let mut late = claims("chen.wei", 1_003);
    late["exp"] = json!(now - 1);
    for (token, text) in [
        ("x".to_owned(), "Error decoding signature."),
        (forged(&claims("chen.wei", 1_003), 9), "Error decoding signature."),
        (forged(&late, 2), "Signature has expired."),
        (forged(&unnamed, 2), "Invalid payload."),
        (forged(&claims("nobody", 9), 2), "User doesn't exist."),
        (forged(&claims("amara.osei", 1_001), 2), "User account is disabled."),
        (forged(&first, 2), "orig_iat field is required."),
    ] {
        assert_eq!(refresh(&site, &json!({ "token": token })).await.is(400), json!({ "non_field_errors": [text] }));
    }
    assert_eq!(refresh(&site, &json!({})).await.is(400), json!({ "token": ["This field is required."] }));
}

async fn item_10_only_one_scheme_is_taken(kind: Store) {
    let site = Site::new(kind).await;
    let token = site.token(Org::Harbour, Role::Member);
    let with = async |scheme: &str| {
        let header = format!("{scheme} {token}");
        site.send("GET", "/audits/", &[("authorization", &header)], "").await
    };
    assert_eq!(with("jwt").await.status, 200);
    for scheme in ["Bearer", "Token", "Basic"] {
        assert_eq!(with(scheme).await.is(401)["detail"], "Authentication credentials were not provided.");
    }
}

async fn item_11_a_token_is_renewed_until_the_limit(kind: Store) {
    let mut site = Site::new(kind).await;
    let first = site.now.timestamp();
    let limit = 604_800;
    for (seconds, works) in [(60, true), (limit, true), (limit + 1, false)] {
        site.at(crate::fixture::clock().now() + TimeDelta::seconds(seconds));
        let now = site.now.timestamp();
        let claims =
            Claims { user_id: 1_003, username: "chen.wei".into(), exp: now + 9, email: None, orig_iat: Some(first) };
        let token = audit_gateway::domain::session::UserTokens::sign(&*site.tokens, &claims).unwrap();
        let reply = refresh(&site, &json!({ "token": token })).await;
        if works {
            let claims = payload(reply.is(200)["token"].as_str().unwrap());
            assert_eq!((&claims["orig_iat"], &claims["exp"]), (&json!(first), &json!(now + 3_600)));
        } else {
            assert_eq!(reply.is(400), json!({ "non_field_errors": ["Refresh has expired."] }));
        }
    }
}

async fn item_13_without_access_everything_is_forbidden(kind: Store) {
    let site = with_passwords(kind).await;
    let forbidden = json!({ "detail": "You do not have permission to perform this action." });
    assert_eq!(site.get("/audits/").await.status, 200);
    site.sql("UPDATE membership SET api_access = FALSE WHERE id = 1003").await;
    assert_eq!(login(&site, "chen.wei", "correct horse").await.status, 200);
    for list in LISTS {
        assert_eq!(site.get(&format!("/{list}/")).await.is(403), forbidden);
        assert_eq!(site.get(&format!("/{list}/1/")).await.status, 403);
        assert_eq!(site.post_as(Role::Member, &format!("/{list}/"), &json!({})).await.status, 403);
    }
}

async fn item_14_a_user_out_of_use_is_refused(kind: Store) {
    let site = Site::new(kind).await;
    site.sql("UPDATE \"user\" SET status = 'INACTIVE' WHERE id = 1003").await;
    assert_eq!(site.get("/audits/").await.is(401), json!({ "detail": "User account is disabled." }));
}

async fn item_15_roles_say_who_may_make_what(kind: Store) {
    let site = Site::new(kind).await;
    for list in ["asset", "categories", "datastoresinfo", "statuses", "users"] {
        assert_eq!(site.post_as(Role::Member, &format!("/{list}/"), &json!({})).await.status, 403, "{list}");
        for role in [Role::Admin, Role::Owner] {
            assert_ne!(site.post_as(role, &format!("/{list}/"), &json!({ "name": 1, "label": [] })).await.status, 403);
        }
    }
    for list in ["audits", "schedules", "programs", "contacts"] {
        assert_eq!(site.post_as(Role::Member, &format!("/{list}/"), &json!({})).await.status, 400, "{list}");
    }
    let audit = json!({ "name": "A", "auditor": { "username": "chen.wei" } });
    assert_eq!(site.post_as(Role::Member, "/audits/", &audit).await.status, 201);
}

async fn tries_are_throttled(kind: Store) {
    let site = with_passwords(kind).await;
    for _ in 0..10 {
        assert_eq!(login(&site, "chen.wei", "wrong horse").await.status, 400);
    }
    let refused = login(&site, "chen.wei", "correct horse").await;
    assert_eq!(refused.is(429), json!({ "detail": "Request was throttled. Expected available in 900 seconds." }));
    assert_eq!(refused.header("retry-after"), Some("900"));
    assert_eq!(login(&site, "amara.osei", "correct horse").await.status, 200, "others are not concerned");
}
