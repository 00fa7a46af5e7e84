//! From credentials to callers.

use super::*;
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::{Proof, Role};
use crate::domain::db::{Arg, Statement};

#[tokio::test]
async fn an_access_token_alone_asks_nothing_of_the_store() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        let session = signed_in(&authority, &world.cx(0), "ada").await;
        let (slug, uuid) = ("acme", world.acme.uuid.to_string());
        for organization in [None, Some(""), Some(slug), Some(&*uuid), Some(&*uuid.to_uppercase())] {
            let cx = world.cx(1);
            let found = caller(&authority, &cx, &session.access_token, organization).await.unwrap();
            assert_eq!(found, session.caller);
            assert_eq!(cx.statement_count(), 0);
        }
        assert_eq!((session.caller.user_id, session.caller.user_uuid), (world.ada.id, world.ada.uuid));
        assert_eq!((session.caller.organization_id, session.caller.role), (world.acme.id, Role::Owner));
        assert!(holds(&world.cx(1), &session.caller).await);
    }
}

#[tokio::test]
async fn nothing_presented_is_nobody_and_anything_wrong_is_refused() {
    let (authority, worlds) = everywhere().await;
    let cx = worlds[0].cx(0);
    let none = Presented { credentials: &Credentials::None, organization: Some("acme"), purposes: &[] };
    assert!(authority.caller(&cx, none).await.unwrap().is_none());
    for token in ["", "nonsense", "ak_", "ak_nonsense", "a.b.c"] {
        let refused = caller(&authority, &cx, token, None).await;
        refused_as(refused, "the credentials are not valid or have expired");
    }
    assert_eq!(cx.statement_count(), 0);
    assert_eq!(format!("{:?}", Credentials::Bearer("token".to_owned())), "Bearer(***)");
}

#[test]
fn only_the_bearer_scheme_is_read() {
    for (text, token) in [
        ("Bearer abc", Some("abc")),
        ("bearer   abc ", Some("abc")),
        ("BEARER ak_x", Some("ak_x")),
        ("Basic abc", None),
        ("Bearer", None),
        ("Bearerabc", None),
        ("", None),
    ] {
        let expected = token.map_or(Credentials::None, |token| Credentials::Bearer(token.to_owned()));
        assert!(Credentials::of_authorization(Some(text)) == expected, "{text}");
    }
    assert!(Credentials::of_authorization(None) == Credentials::None);
}

#[tokio::test]
async fn another_organization_is_entered_by_its_members_with_one_statement() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        let ada = signed_in(&authority, &world.cx(0), "ada").await.access_token;
        let bob = signed_in(&authority, &world.cx(0), "bob").await.access_token;
        for name in ["zeta", &*world.zeta.uuid.to_string()] {
            let cx = world.cx(1);
            let found = caller(&authority, &cx, &ada, Some(name)).await.unwrap();
            assert_eq!((found.organization_id, found.role), (world.zeta.id, Role::Member));
            assert_eq!(cx.statement_count(), 1);
            assert!(holds(&cx, &found).await);
            refused_as(caller(&authority, &cx, &bob, Some(name)).await, "organization not found");
        }
        for name in ["nowhere", "ACME", "a\0b", &*world.ada.uuid.to_string()] {
            refused_as(caller(&authority, &world.cx(1), &ada, Some(name)).await, "organization not found");
        }
    }
}

#[tokio::test]
async fn the_guard_stands_inside_another_statement() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        let session = signed_in(&authority, &world.cx(0), "ada").await;
        let other = Proof::Token { generation: 0, family: world.ada.uuid };
        for (caller, rows) in [
            (session.caller.clone(), 1),
            (Caller { user_id: world.bob.id, role: Role::Member, ..session.caller.clone() }, 0),
            (Caller { proof: other, ..session.caller.clone() }, 0),
        ] {
            let (guard, mut values) = identity::guard_sql(&caller, 3).unwrap();
            let mut args = vec![Arg::text("acme"), Arg::text("zeta")];
            args.append(&mut values);
            let sql = format!("SELECT o.id FROM organization AS o WHERE o.slug IN ($1) AND o.slug <> $2 AND {guard}");
            let statement = Statement::new(sql, args, vec![Kind::Long]);
            assert_eq!(world.db.fetch(&Errand::default(), statement).await.unwrap().len(), rows);
        }
        let operator = Caller { proof: Proof::Operator, ..session.caller };
        assert!(identity::guard_sql(&operator, 1).is_none() && holds(&world.cx(0), &operator).await);
    }
}

async fn last_use(world: &World) -> Cell {
    world.column("SELECT last_used_at FROM api_key", Kind::Time).await.remove(0)
}

/// Waits for what is written beside a request.
async fn last_use_at(world: &World, seconds: i64) {
    for _ in 0..200 {
        if last_use(world).await.as_time() == Some(world.cx(seconds).now) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the use was not written down");
}

#[tokio::test]
async fn an_api_key_acts_as_its_user_in_its_organization() {
    let (_, worlds) = everywhere().await;
    for world in worlds {
        let authority = super::authority();
        let uuid = world.add_key(ApiKeyPurpose::General, world.ada.id, world.zeta.id).await;
        let token = authority.api_key_token(uuid);
        for name in [None, Some("zeta"), Some(&*world.zeta.uuid.to_string())] {
            let cx = world.cx(1);
            let found = caller(&authority, &cx, &token, name).await.unwrap();
            assert_eq!((found.user_id, found.organization_id, found.role), (world.ada.id, world.zeta.id, Role::Member));
            assert!(matches!(&found.proof, Proof::ApiKey { scopes, .. } if scopes.is_empty()));
            assert_eq!(cx.statement_count(), 1);
            assert!(identity::guard_sql(&found, 1).is_none() && holds(&cx, &found).await);
        }
        refused_as(caller(&authority, &world.cx(1), &token, Some("acme")).await, "organization not found");
        last_use_at(&world, 1).await;
        let scoped = "UPDATE api_key SET scopes = '[\"packagex:read\"]'";
        world.meddle(scoped, Vec::new()).await;
        let found = caller(&authority, &world.cx(2), &token, None).await.unwrap();
        assert!(matches!(&found.proof, Proof::ApiKey { scopes, .. } if scopes == &["packagex:read"]));
    }
}

#[tokio::test]
async fn the_use_of_a_key_is_written_down_once_a_minute() {
    let (_, worlds) = everywhere().await;
    for world in worlds {
        // What one authority remembers of a key would count for the next store.
        let authority = super::authority();
        let token = authority.api_key_token(world.add_key(ApiKeyPurpose::General, world.ada.id, world.acme.id).await);
        for (second, written) in [(0, 0), (30, 0), (59, 0), (60, 60), (61, 60), (119, 60), (500, 500)] {
            caller(&authority, &world.cx(second), &token, None).await.unwrap();
            last_use_at(&world, written).await;
        }
        // Another instance does not know what this one remembers, but sees what is stored.
        caller(&super::authority(), &world.cx(530), &token, None).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        last_use_at(&world, 500).await;
    }
}

#[tokio::test]
async fn a_key_that_may_not_be_used_is_unknown() {
    let (authority, worlds) = everywhere().await;
    for world in worlds {
        let key = async |purpose| authority.api_key_token(world.add_key(purpose, world.bob.id, world.acme.id).await);
        let (token, data) = (key(ApiKeyPurpose::General).await, key(ApiKeyPurpose::DataApi).await);
        let unknown = "the credentials are not valid or have expired";
        refused_as(caller(&authority, &world.cx(0), &data, None).await, unknown);
        refused_as(caller(&authority, &world.cx(0), &authority.api_key_token(world.bob.uuid), None).await, unknown);
        let credentials = Credentials::Bearer(data);
        let exports = Presented { credentials: &credentials, organization: None, purposes: &[ApiKeyPurpose::DataApi] };
        assert!(authority.caller(&world.cx(0), exports).await.unwrap().is_some());

        let open = caller(&authority, &world.cx(0), &token, None).await.unwrap();
        let at = |seconds| vec![Arg::one(Kind::Time, world.cx(seconds).now)];
        for (spoil, args, mend) in [
            ("UPDATE api_key SET revoked_at = $1", at(0), "UPDATE api_key SET revoked_at = NULL"),
            ("UPDATE api_key SET expires_at = $1", at(10), "UPDATE api_key SET expires_at = NULL"),
            ("UPDATE \"user\" SET status = 'INACTIVE'", vec![], "UPDATE \"user\" SET status = 'ACTIVE'"),
            ("DELETE FROM membership", vec![], ""),
        ] {
            assert!(caller(&authority, &world.cx(10), &token, None).await.is_ok(), "before {spoil}");
            world.meddle(spoil, args).await;
            refused_as(caller(&authority, &world.cx(10), &token, None).await, unknown);
            assert!(!holds(&world.cx(10), &open).await, "{spoil}");
            if !mend.is_empty() {
                world.meddle(mend, Vec::new()).await;
            }
        }
    }
}
