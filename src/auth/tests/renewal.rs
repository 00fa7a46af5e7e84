//! Staying signed in.

use super::*;
use crate::domain::cell::Kind;

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn each_refresh_gives_the_next_pair_of_the_same_sign_in() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        let first = signed_in(&authority, &world.cx(0), "ada").await;
        let second = authority.refresh(&world.cx(600), &first.refresh_token).await.unwrap();
        let third = authority.refresh(&world.cx(1200), &second.refresh_token).await.unwrap();
        assert_eq!(third.caller, first.caller);
        assert_ne!(third.refresh_token, second.refresh_token);
        assert_eq!(third.expires_at, world.cx(1200 + 15 * 60).now);
        assert!(caller(&authority, &world.cx(1201), &third.access_token, None).await.is_ok());
        refused_as(
            caller(&authority, &world.cx(1201), &first.access_token, None).await,
            "the credentials are not valid or have expired",
        );
        assert!(holds(&world.cx(1201), &third.caller).await);
    }
}

#[tokio::test]
async fn only_a_hash_of_a_refresh_token_is_stored() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        let session = signed_in(&authority, &world.cx(0), "ada").await;
        assert_eq!(session.refresh_token.len(), 43);
        let stored = world.column("SELECT token_hash FROM refresh_token", Kind::Text).await;
        let hash = stored[0].as_str().unwrap();
        assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(!hash.contains(&session.refresh_token));
        refused_as(authority.refresh(&world.cx(1), hash).await, ENDED);
        let shown = format!("{session:?}");
        assert!(!shown.contains(&session.refresh_token) && !shown.contains(&session.access_token));
    }
}

#[tokio::test]
async fn a_token_shown_twice_ends_its_sign_in() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        let other = signed_in(&authority, &world.cx(0), "ada").await;
        let stolen = signed_in(&authority, &world.cx(0), "ada").await;
        let next = authority.refresh(&world.cx(60), &stolen.refresh_token).await.unwrap();
        assert!(holds(&world.cx(61), &next.caller).await);
        refused_as(authority.refresh(&world.cx(120), &stolen.refresh_token).await, ENDED);
        refused_as(authority.refresh(&world.cx(121), &next.refresh_token).await, ENDED);
        assert!(!holds(&world.cx(121), &next.caller).await);
        assert!(holds(&world.cx(121), &other.caller).await);
        assert!(authority.refresh(&world.cx(122), &other.refresh_token).await.is_ok());
    }
}

#[tokio::test]
async fn a_token_used_by_two_at_once_is_renewed_once_at_most() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        for _ in 0..10 {
            let session = signed_in(&authority, &world.cx(0), "ada").await;
            let (one, two) = (world.cx(60), world.cx(60));
            let (one, two) = tokio::join!(
                authority.refresh(&one, &session.refresh_token),
                authority.refresh(&two, &session.refresh_token)
            );
            assert_eq!([&one, &two].iter().filter(|result| result.is_ok()).count(), 1);
            assert!(!holds(&world.cx(61), &session.caller).await);
            let next = one.or(two).unwrap();
            refused_as(authority.refresh(&world.cx(62), &next.refresh_token).await, ENDED);
        }
    }
}

#[tokio::test]
async fn a_sign_in_unused_for_two_weeks_ends() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        let (kept, lost) =
            (signed_in(&authority, &world.cx(0), "ada").await, signed_in(&authority, &world.cx(0), "bob").await);
        assert!(authority.refresh(&world.cx(14 * DAY - 1), &kept.refresh_token).await.is_ok());
        refused_as(authority.refresh(&world.cx(14 * DAY), &lost.refresh_token).await, ENDED);
    }
}

#[tokio::test]
async fn a_sign_in_ends_after_a_month_however_much_it_is_used() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        let mut session = signed_in(&authority, &world.cx(0), "ada").await;
        for day in [13, 26, 29] {
            session = authority.refresh(&world.cx(day * DAY), &session.refresh_token).await.unwrap();
        }
        session = authority.refresh(&world.cx(30 * DAY - 60), &session.refresh_token).await.unwrap();
        assert_eq!(session.expires_at, world.cx(30 * DAY).now, "the access token does not outlive the sign-in");
        refused_as(authority.refresh(&world.cx(30 * DAY), &session.refresh_token).await, ENDED);
        signed_in(&authority, &world.cx(30 * DAY), "ada").await;
        let left = world.column("SELECT count(*) FROM refresh_token", Kind::Long).await;
        assert_eq!(left[0].as_int(), Some(1), "a new sign-in clears away bygone ones");
    }
}

#[tokio::test]
async fn a_token_that_was_never_given_is_refused() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        for token in ["", "nonsense", &"A".repeat(43), &"\0".repeat(43), &"x".repeat(1 << 20)] {
            refused_as(authority.refresh(&world.cx(0), token).await, ENDED);
        }
    }
}
