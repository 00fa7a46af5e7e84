//! Sessions that end before their time.

use super::*;
use crate::domain::cx::Surface;
use crate::domain::db::{Arg, Outcome};
use crate::domain::identity::{UserStatus, end_sessions, set_password, set_status};
use crate::domain::trail::Origin;

/// Whether a session is still good for anything: its access token, its refresh token, another organization.
async fn is_over(authority: &Authority, world: &World, session: &SignedIn) -> bool {
    let cx = world.cx(10);
    let caller_now = caller(authority, &cx, &session.access_token, None).await.unwrap();
    assert_eq!(cx.statement_count(), 0);
    let token = !holds(&cx, &caller_now).await;
    let switch = caller(authority, &cx, &session.access_token, Some("zeta")).await.is_err();
    let refresh = authority.refresh(&cx, &session.refresh_token).await.is_err();
    assert_eq!((token, token), (switch, refresh));
    token
}

async fn on_user(world: &World, change: fn(&Origin) -> Change) {
    let user_id = world.ada.id;
    let origin = Origin { user_uuid: None, surface: Surface::Cli, request_id: None, at: world.cx(5).now };
    world
        .db
        .write(&Errand::default(), move |tx| {
            let origin = origin.clone();
            Box::pin(async move {
                match change(&origin) {
                    Change::Password(hash) => set_password(tx, &origin, user_id, hash).await,
                    Change::Status(status) => set_status(tx, &origin, user_id, status).await,
                    Change::Sessions => {
                        end_sessions(tx, user_id, origin.at).await?;
                        Ok(Outcome::Bookkeeping(()))
                    }
                }
            })
        })
        .await
        .unwrap();
}

enum Change {
    Password(Option<String>),
    Status(UserStatus),
    Sessions,
}

#[tokio::test]
async fn a_changed_person_is_signed_out_everywhere_on_the_next_request() {
    let (authority, worlds) = everywhere().await;
    let changes: [fn(&Origin) -> Change; 5] = [
        |_| Change::Sessions,
        |_| Change::Password(Some("$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA".to_owned())),
        |_| Change::Password(None),
        |_| Change::Status(UserStatus::Inactive),
        |_| Change::Status(UserStatus::Archived),
    ];
    for world in worlds {
        for (number, change) in changes.into_iter().enumerate() {
            let sessions =
                [signed_in(&authority, &world.cx(0), "ada").await, signed_in(&authority, &world.cx(0), "ada").await];
            let bystander = signed_in(&authority, &world.cx(0), "bob").await;
            on_user(&world, change).await;
            for session in &sessions {
                assert!(is_over(&authority, &world, session).await, "change {number}");
            }
            assert!(holds(&world.cx(10), &bystander.caller).await);
            // Being active again does not bring old sessions back.
            let hash = authority.hash_password(PASSWORD).await.unwrap();
            let args = vec![Arg::text(hash), Arg::long(world.ada.id)];
            world.meddle("UPDATE \"user\" SET status = 'ACTIVE', password_hash = $1 WHERE id = $2", args).await;
            for session in &sessions {
                assert!(is_over(&authority, &world, session).await, "after change {number}");
            }
        }
    }
}

#[tokio::test]
async fn a_changed_role_or_a_lost_membership_ends_the_session_by_itself() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        let bystander = signed_in(&authority, &world.cx(0), "ada").await;
        let bob = || vec![Arg::long(world.bob.id)];
        for (change, is_one) in [
            ("UPDATE membership SET role = 'ADMIN' WHERE user_id = $1", true),
            // The same again, and what is no part of a session.
            ("UPDATE membership SET role = 'ADMIN' WHERE user_id = $1", false),
            ("UPDATE membership SET role = role, api_access = (1 = 1) WHERE user_id = $1", false),
            ("UPDATE \"user\" SET position = 'Auditor' WHERE id = $1", false),
            // As whoever mends something by hand does.
            ("UPDATE membership SET role = 'MEMBER' WHERE user_id = $1", true),
            ("UPDATE \"user\" SET token_generation = token_generation + 1 WHERE id = $1", true),
            ("DELETE FROM membership WHERE user_id = $1", true),
        ] {
            let session = signed_in(&authority, &world.cx(0), "bob").await;
            world.meddle(change, bob()).await;
            assert_eq!(holds(&world.cx(1), &session.caller).await, !is_one, "{change}");
            if is_one {
                refused_as(authority.refresh(&world.cx(2), &session.refresh_token).await, ENDED);
            }
        }
        assert!(holds(&world.cx(1), &bystander.caller).await);
    }
}

#[tokio::test]
async fn signing_out_ends_one_sign_in_on_the_next_request() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        let (session, other) =
            (signed_in(&authority, &world.cx(0), "ada").await, signed_in(&authority, &world.cx(0), "ada").await);
        let renewed = authority.refresh(&world.cx(1), &session.refresh_token).await.unwrap();
        let cx = acting(world.cx(2), &renewed.caller);
        authority.logout(&cx).await.unwrap();
        assert!(is_over(&authority, &world, &renewed).await);
        authority.logout(&cx).await.unwrap();
        assert!(!is_over(&authority, &world, &other).await);
        refused_as(authority.logout(&world.cx(3)).await, "sign in first");
    }
}

#[tokio::test]
async fn a_refresh_at_the_same_time_does_not_survive_the_signing_out() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        for _ in 0..20 {
            let session = signed_in(&authority, &world.cx(0), "ada").await;
            let (leaving, staying) = (acting(world.cx(1), &session.caller), world.cx(1));
            let (left, renewed) =
                tokio::join!(authority.logout(&leaving), authority.refresh(&staying, &session.refresh_token));
            left.unwrap();
            assert!(!holds(&world.cx(2), &session.caller).await);
            if let Ok(renewed) = renewed {
                refused_as(authority.refresh(&world.cx(3), &renewed.refresh_token).await, ENDED);
            }
        }
    }
}

#[tokio::test]
async fn a_key_cannot_sign_out() {
    let (authority, worlds) = everywhere().await;
    let world = &worlds[0];
    let uuid = world.add_key(ApiKeyPurpose::General, world.ada.id, world.acme.id).await;
    let key = caller(&authority, &world.cx(0), &authority.api_key_token(uuid), None).await.unwrap();
    assert!(matches!(authority.logout(&acting(world.cx(0), &key)).await, Err(Error::Forbidden(_))));
}
