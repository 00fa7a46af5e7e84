//! What a token must be to be taken.

use serde_json::{Value, json};

use super::*;

const NOW: DateTime<Utc> = DateTime::from_timestamp(1_800_000_000, 0).unwrap();

fn tokens(secrets: &[u8]) -> AccessTokens {
    let secrets: Vec<_> = secrets.iter().map(|byte| Secret::from_bytes(&[*byte; 32]).unwrap()).collect();
    AccessTokens {
        keys: SigningKeys::new(&secrets).unwrap(),
        issuer: "issuer".to_owned(),
        audience: "audience".to_owned(),
        known: Cache::new(KNOWN),
    }
}

fn subject() -> Subject {
    Subject {
        caller: Caller {
            user_id: 7,
            user_uuid: Uuid::from_u128(70),
            organization_id: 3,
            role: Role::Admin,
            proof: Proof::Token { generation: 2, family: Uuid::from_u128(9) },
        },
        organization_uuid: Uuid::from_u128(30),
        organization_slug: "acme".to_owned(),
    }
}

fn issued(tokens: &AccessTokens) -> String {
    tokens.issue(&subject(), NOW, NOW + TimeDelta::minutes(15)).unwrap()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn opened(token: &str, index: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap()).unwrap()
}

/// Signs any header and claims with the key of `tokens`, as only the service itself could.
fn forged(tokens: &AccessTokens, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &tokens.keys.first.encoding, Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

#[test]
fn a_token_says_who_it_was_issued_to() {
    let tokens = tokens(&[1]);
    let (read, until) = tokens.read(&issued(&tokens), NOW).unwrap();
    assert_eq!(read.caller, subject().caller);
    assert!(read.is_in("acme") && read.is_in(&Uuid::from_u128(30).to_string()) && !read.is_in("other"));
    assert_eq!(until, NOW + TimeDelta::seconds(15 * 60 + 5));
    let claims = opened(&issued(&tokens), 1);
    for name in ["exp", "iat", "iss", "aud", "sub", "uid", "oid", "gen", "fam", "role"] {
        assert!(claims.get(name).is_some(), "{name}");
    }
}

#[test]
fn a_token_ends_at_its_time_and_not_before() {
    let tokens = tokens(&[1]);
    let token = issued(&tokens);
    let end = NOW + TimeDelta::minutes(15);
    assert!(tokens.read(&token, end + TimeDelta::seconds(4)).is_some());
    assert!(tokens.read(&token, end + TimeDelta::seconds(5)).is_none());
    assert!(tokens.read(&token, end + TimeDelta::days(4000)).is_none());
}

#[test]
fn a_token_that_was_touched_is_refused() {
    let tokens = tokens(&[1]);
    let token = issued(&tokens);
    for index in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        let touched = String::from_utf8(bytes).unwrap();
        assert!(tokens.read(&touched, NOW).is_none(), "byte {index}");
    }
    let parts: Vec<_> = token.split('.').collect();
    for touched in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        parts[0].to_owned(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{token}."),
        format!("{token}.{}", parts[2]),
        format!(" {token}"),
        format!("{token}="),
        "x".repeat(1 << 20),
    ] {
        assert!(tokens.read(&touched, NOW).is_none());
    }
}

#[test]
fn the_algorithm_is_the_keys_own() {
    let tokens = tokens(&[1]);
    let token = issued(&tokens);
    let (header, claims) = (opened(&token, 0), opened(&token, 1));
    assert!(tokens.read(&forged(&tokens, &header, &claims), NOW).is_some());
    for algorithm in ["none", "None", "NONE", "HS384", "HS512", "RS256", "ES256", "EdDSA", ""] {
        let mut other = header.clone();
        other["alg"] = json!(algorithm);
        let message = format!("{}.{}", part(&other), part(&claims));
        assert!(tokens.read(&format!("{message}."), NOW).is_none(), "{algorithm} unsigned");
        assert!(tokens.read(&forged(&tokens, &other, &claims), NOW).is_none(), "{algorithm} signed");
    }
}

#[test]
fn an_unknown_key_and_a_critical_extension_are_refused() {
    let tokens = tokens(&[1]);
    let token = issued(&tokens);
    let (header, claims) = (opened(&token, 0), opened(&token, 1));
    for change in [json!({"kid": "unknown"}), json!({"kid": null}), json!({"kid": 5}), json!({"crit": ["b64"]})] {
        let mut other = header.clone();
        for (name, value) in change.as_object().unwrap() {
            other[name] = value.clone();
        }
        assert!(tokens.read(&forged(&tokens, &other, &claims), NOW).is_none(), "{change}");
    }
    let mut other = header;
    other.as_object_mut().unwrap().remove("kid");
    assert!(tokens.read(&forged(&tokens, &other, &claims), NOW).is_none());
}

#[test]
fn every_claim_is_required_in_its_own_type() {
    let tokens = tokens(&[1]);
    let token = issued(&tokens);
    let (header, claims) = (opened(&token, 0), opened(&token, 1));
    for name in claims.as_object().unwrap().keys() {
        let mut without = claims.clone();
        without.as_object_mut().unwrap().remove(name);
        assert!(tokens.read(&forged(&tokens, &header, &without), NOW).is_none(), "without {name}");
    }
    for (name, value) in [
        ("exp", json!("1800000900")),
        ("exp", json!(1_800_000_900.5)),
        ("exp", json!(-1)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(null)),
        ("iss", json!("another")),
        ("iss", json!(["issuer", "another"])),
        ("aud", json!("another")),
        ("aud", json!(["audience"])),
        ("sub", json!("nobody")),
        ("role", json!("KING")),
        ("gen", json!("2")),
    ] {
        let mut other = claims.clone();
        other[name] = value.clone();
        assert!(tokens.read(&forged(&tokens, &header, &other), NOW).is_none(), "{name} = {value}");
    }
}

#[test]
fn keys_rotate_without_ending_sessions() {
    let (old, both, new) = (tokens(&[1]), tokens(&[2, 1]), tokens(&[2]));
    let (before, after) = (issued(&old), issued(&both));
    assert!(both.read(&before, NOW).is_some() && both.read(&after, NOW).is_some());
    assert!(old.read(&after, NOW).is_none() && new.read(&before, NOW).is_none());
    assert!(new.read(&after, NOW).is_some());
}

#[test]
fn keys_do_not_show_and_need_at_least_one() {
    assert!(SigningKeys::new(&[]).is_err());
    let shown = format!("{:?}", tokens(b"k"));
    assert!(!shown.contains("kkkk"), "{shown}");
}
