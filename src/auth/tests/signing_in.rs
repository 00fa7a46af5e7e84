//! Names and passwords.

use chrono::TimeDelta;

use super::*;
use crate::auth::FailureLimit;
use crate::domain::cell::Kind;
use crate::domain::cx::{Proof, Role};
use crate::domain::db::Arg;
use crate::domain::identity::{NewSession, find_account, open_session};
use crate::domain::session::{self, Sessions};

const WRONG: &str = "wrong username or password";

#[tokio::test]
async fn one_signs_in_by_username_or_mail_address() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        for name in ["ada", "ada@example.org", "ADA@Example.ORG"] {
            let cx = world.cx(0);
            let session = signed_in(&authority, &cx, name).await;
            assert_eq!(session.caller.user_id, world.ada.id);
            assert_eq!(session.expires_at, world.cx(15 * 60).now);
            assert!(matches!(session.caller.proof, Proof::Token { generation: 0, .. }));
            assert!(cx.statement_count() <= 4, "{}", cx.statement_count());
        }
        refused_as(authority.login(&world.cx(0), as_user("ADA", PASSWORD)).await, WRONG);
    }
}

#[tokio::test]
async fn the_session_is_in_the_first_organization_or_the_one_asked_for() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        let at = |name, organization| Login { organization, ..as_user(name, PASSWORD) };
        for (organization, id, role) in [
            (None, world.acme.id, Role::Owner),
            (Some("acme"), world.acme.id, Role::Owner),
            (Some("zeta"), world.zeta.id, Role::Member),
        ] {
            let session = authority.login(&world.cx(0), at("ada", organization)).await.unwrap();
            assert_eq!((session.caller.organization_id, session.caller.role), (id, role));
        }
        for organization in ["zeta", "nowhere", "a\0b"] {
            refused_as(authority.login(&world.cx(0), at("bob", Some(organization))).await, WRONG);
        }
    }
}

#[tokio::test]
async fn whatever_is_wrong_has_the_same_answer_at_the_same_price() {
    let (authority, worlds) = everywhere().await;
    let long = "x".repeat(1_001);
    for world in worlds {
        world
            .meddle(
                "UPDATE \"user\" SET email = 'shared@example.org' WHERE id IN ($1, $2)",
                vec![Arg::long(world.ada.id), Arg::long(world.bob.id)],
            )
            .await;
        let price = async |name: &str, password: &str| {
            let before = authority.hashes_computed();
            let cx = world.cx(0);
            refused_as(authority.login(&cx, as_user(name, password)).await, WRONG);
            assert_eq!(authority.hashes_computed(), before + 1, "{name}");
            cx.statement_count()
        };
        assert_eq!(price("ada", "wrong horse").await, 1);
        assert_eq!(price("nobody", PASSWORD).await, 1);
        assert_eq!(price("", "").await, 1);
        assert_eq!(price("ada", &long).await, 1);
        assert_eq!(price("shared@example.org", PASSWORD).await, 1, "an address of two");
        price("ada\0", PASSWORD).await;
        for (change, spoilt) in [
            ("UPDATE \"user\" SET status = 'INACTIVE'", "an inactive user"),
            ("UPDATE \"user\" SET status = 'ACTIVE', password_hash = NULL", "a contact"),
        ] {
            world.meddle(change, Vec::new()).await;
            assert_eq!(price("bob", PASSWORD).await, 1, "{spoilt}");
        }
        let hash = authority.hash_password(PASSWORD).await.unwrap();
        world.meddle("UPDATE \"user\" SET password_hash = $1", vec![Arg::text(hash)]).await;
        signed_in(&authority, &world.cx(0), "bob").await;
        world.meddle("DELETE FROM membership", Vec::new()).await;
        assert_eq!(price("bob", PASSWORD).await, 1, "a user without membership");
    }
}

#[tokio::test]
async fn the_eleventh_try_after_ten_failures_waits() {
    let (_, worlds) = everywhere().await;
    for world in worlds {
        let authority = authority();
        for _ in 0..10 {
            refused_as(authority.login(&world.cx(0), as_user("bob", "wrong horse")).await, WRONG);
        }
        let computed = authority.hashes_computed();
        let limited = authority.login(&world.cx(60), as_user("bob", PASSWORD)).await;
        assert!(matches!(limited, Err(Error::RateLimited { retry_after_seconds: 840 })));
        assert_eq!(authority.hashes_computed(), computed, "a refused try costs nothing");
        let elsewhere = Login { address: "192.0.2.2".parse().ok(), ..as_user("bob", PASSWORD) };
        assert!(authority.login(&world.cx(60), elsewhere).await.is_ok());
        assert!(authority.login(&world.cx(60), as_user("ada", PASSWORD)).await.is_ok());
        assert!(authority.login(&world.cx(900), as_user("bob", PASSWORD)).await.is_ok());
    }
}

#[tokio::test]
async fn how_many_failures_are_too_many_is_the_operators_choice() {
    let (_, worlds) = everywhere().await;
    for world in worlds {
        let failures = FailureLimit { failures: 2, window: TimeDelta::seconds(60) };
        let authority = authority_with(Settings { failures, ..Settings::default() });
        for second in [0, 1] {
            refused_as(authority.login(&world.cx(second), as_user("bob", "wrong horse")).await, WRONG);
        }
        let limited = authority.login(&world.cx(30), as_user("bob", PASSWORD)).await;
        assert!(matches!(limited, Err(Error::RateLimited { retry_after_seconds: 30 })), "{limited:?}");
        assert!(authority.login(&world.cx(60), as_user("bob", PASSWORD)).await.is_ok());
    }
}

#[tokio::test]
async fn the_surfaces_sign_in_from_the_address_of_the_request() {
    let (authority, worlds) = everywhere().await;
    let world = &worlds[0];
    let sessions: &dyn Sessions = &authority;
    let at = |address: &str, mut cx: Cx| {
        cx.client = address.parse().ok();
        cx
    };
    let login = |password: &str| session::Login {
        username: "bob".to_owned(),
        password: password.to_owned(),
        organization: Some("acme".to_owned()),
    };
    for _ in 0..10 {
        assert!(sessions.login(&at("192.0.2.1", world.cx(0)), login("wrong horse")).await.is_err());
    }
    let limited = sessions.login(&at("192.0.2.1", world.cx(0)), login(PASSWORD)).await;
    assert!(matches!(limited, Err(Error::RateLimited { .. })));
    let opened = sessions.login(&at("192.0.2.2", world.cx(0)), login(PASSWORD)).await.unwrap();
    assert_eq!((opened.viewer.user_id, opened.viewer.organization_id), (world.bob.id, world.acme.id));
    let next = sessions.refresh(&at("192.0.2.1", world.cx(1)), opened.refresh_token).await.unwrap();
    let caller = caller(&authority, &world.cx(1), &next.access_token, None).await.unwrap();
    sessions.verify(&at("192.0.2.1", world.cx(2)), &caller).await.unwrap();
    sessions.logout(&at("192.0.2.1", acting(world.cx(2), &caller))).await.unwrap();
    refused_as(sessions.verify(&at("192.0.2.1", world.cx(3)), &caller).await, ENDED);
}

#[tokio::test]
async fn nine_failures_and_a_success_begin_anew() {
    let (authority, worlds) = everywhere().await;
    let world = &worlds[0];
    for _ in 0..2 {
        for _ in 0..9 {
            refused_as(authority.login(&world.cx(0), as_user("bob", "wrong horse")).await, WRONG);
        }
        signed_in(&authority, &world.cx(0), "bob").await;
    }
}

#[tokio::test]
async fn tries_at_the_same_time_do_not_get_past_the_limit() {
    let (authority, worlds) = everywhere().await;
    let world = &worlds[0];
    let tries = (0..30).map(|_| {
        let (authority, cx) = (authority.clone(), world.cx(0));
        tokio::spawn(async move { authority.login(&cx, as_user("bob", "wrong horse")).await.unwrap_err() })
    });
    let before = authority.hashes_computed();
    let mut limited = 0;
    for attempt in tries.collect::<Vec<_>>() {
        limited += usize::from(matches!(attempt.await.unwrap(), Error::RateLimited { .. }));
    }
    assert_eq!((limited, authority.hashes_computed() - before), (20, 10));
}

#[tokio::test]
async fn a_password_changed_meanwhile_opens_nothing() {
    let (_, worlds) = everywhere().await;
    for world in worlds {
        let cx = world.cx(0);
        let seat = find_account(&cx, "ada", None).await.unwrap().unwrap().seat;
        let session = NewSession {
            caller: seat.caller,
            token_hash: "hash".to_owned(),
            expires_at: world.cx(60).now,
            absolute_expires_at: world.cx(60).now,
        };
        world.meddle("UPDATE \"user\" SET token_generation = token_generation + 1", Vec::new()).await;
        assert!(!open_session(&cx, session).await.unwrap());
        let tokens = world.column("SELECT count(*) FROM refresh_token", Kind::Long).await;
        assert_eq!(tokens[0].as_int(), Some(0));
    }
}
