use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;
use crate::auth::{ApiKeys, Settings, SigningKeys};

const NOW: i64 = 1_800_000_000;

fn tokens(byte: u8) -> SignedTokens {
    let secret = Secret::from_bytes(&[byte; 32]).unwrap();
    let authority = Authority::new(
        Settings::default(),
        SigningKeys::new(std::slice::from_ref(&secret)).unwrap(),
        ApiKeys::new(std::slice::from_ref(&secret)).unwrap(),
    );
    SignedTokens::new(authority, &secret)
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 999_999_000).unwrap()
}

fn signed(tokens: &SignedTokens, claims: &Value) -> String {
    encode(&Header::new(Algorithm::HS256), claims, &tokens.encoding).unwrap()
}

#[test]
fn a_token_says_what_was_signed_in_the_agreed_order() {
    let tokens = tokens(1);
    let claims =
        Claims { user_id: 7, username: "ada".into(), exp: NOW, email: Some("a@x.io".into()), orig_iat: Some(1) };
    let token = tokens.sign(&claims).unwrap();
    let parts: Vec<String> = token
        .split('.')
        .take(2)
        .map(|part| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    assert_eq!(parts[0], r#"{"typ":"JWT","alg":"HS256"}"#);
    let payload = format!(r#"{{"user_id":7,"username":"ada","exp":{NOW},"email":"a@x.io","orig_iat":1}}"#);
    assert_eq!(parts[1], payload);
    assert_eq!(tokens.read(&token, at(NOW)), Ok(claims.clone()), "good in its last second");
    assert_eq!(tokens.read(&token, at(NOW + 1)), Err(TokenFault::Expired));
    let nobodys = tokens.sign(&Claims { email: None, ..claims }).unwrap();
    assert!(
        !String::from_utf8(URL_SAFE_NO_PAD.decode(nobodys.split('.').nth(1).unwrap()).unwrap())
            .unwrap()
            .contains("email")
    );
}

#[test]
fn every_fault_of_a_token_is_told_apart() {
    let tokens = tokens(1);
    let good = json!({ "user_id": 7, "username": "ada", "exp": NOW, "orig_iat": NOW });
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        signed(&tokens, &claims)
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().shift_remove(name);
        signed(&tokens, &claims)
    };
    let none = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"none"}"#),
        URL_SAFE_NO_PAD.encode(good.to_string())
    );
    for (token, fault) in [
        ("x".to_owned(), TokenFault::Signature),
        (String::new(), TokenFault::Signature),
        (none, TokenFault::Signature),
        (signed(&self::tokens(2), &good), TokenFault::Signature),
        (with("exp", json!(NOW - 1)), TokenFault::Expired),
        (with("aud", json!("other")), TokenFault::Refused),
        (with("nbf", json!(NOW + 60)), TokenFault::Refused),
        (without("username"), TokenFault::Payload),
        (with("username", json!(7)), TokenFault::Payload),
        (without("exp"), TokenFault::Payload),
        (with("exp", json!("soon")), TokenFault::Payload),
    ] {
        assert_eq!(tokens.read(&token, at(NOW)), Err(fault), "{token}");
    }
    assert_eq!(tokens.read(&without("orig_iat"), at(NOW)).unwrap().orig_iat, None);
}
