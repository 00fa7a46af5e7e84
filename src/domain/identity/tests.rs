//! What making and changing people leaves behind.

use super::testing::{NOW, World, worlds};
use super::*;
use crate::domain::cell::Kind;
use crate::domain::cx::Surface;
use crate::domain::db::{Db, Outcome, Tx};
use crate::domain::trail::Origin;

fn origin() -> Origin {
    Origin { user_uuid: None, surface: Surface::Cli, request_id: None, at: NOW }
}

async fn trail_of(world: &World, organization: Row) -> Vec<String> {
    let sql = format!(
        "SELECT action || ' ' || entity_type || ' ' || coalesce(CAST(extra AS TEXT), '') FROM change_event WHERE \
         organization_id = {} ORDER BY sequence",
        organization.id
    );
    world.column(&sql, Kind::Text).await.iter().map(|cell| cell.as_str().unwrap().trim().to_owned()).collect()
}

async fn write<T, F>(db: &Db, command: F) -> Result<T>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx) -> futures_util::future::BoxFuture<'a, Result<Outcome<T>>> + Send + Sync + 'static,
{
    db.write(&Errand::default(), command).await
}

#[tokio::test]
async fn every_change_of_a_person_is_told_where_they_belong() {
    for world in worlds("hash-of-a-password").await {
        let beginning = ["Create organization", "Create user", "Create membership", "Create user", "Create membership"];
        assert_eq!(trail_of(&world, world.acme).await, beginning);
        assert_eq!(trail_of(&world, world.zeta).await, ["Create organization", "Create membership"]);
        let ada = world.ada.id;
        write(&world.db, move |tx| {
            Box::pin(async move { set_password(tx, &origin(), ada, Some("another-hash".to_owned())).await })
        })
        .await
        .unwrap();
        write(&world.db, move |tx| Box::pin(async move { set_status(tx, &origin(), ada, UserStatus::Inactive).await }))
            .await
            .unwrap();
        for organization in [world.acme, world.zeta] {
            let told = trail_of(&world, organization).await;
            assert_eq!(told[told.len() - 2..], ["Edit user {\"changed\":\"password\"}", "Edit user"]);
        }
        let sql = "SELECT coalesce(CAST(snapshot_before AS TEXT), '') || coalesce(CAST(snapshot_after AS TEXT), '') \
                   FROM change_event ORDER BY id";
        let snapshots = world.column(sql, Kind::Text).await;
        for snapshot in &snapshots {
            let text = snapshot.as_str().unwrap();
            assert!(!text.contains("hash") && !text.contains("generation") && !text.contains("counter"), "{text}");
        }
        let last = snapshots.last().unwrap().as_str().unwrap();
        assert!(last.contains("\"status\":\"ACTIVE\"") && last.contains("\"status\":\"INACTIVE\""), "{last}");
        let user = "SELECT token_generation * 100 + version FROM \"user\" ORDER BY id";
        let numbers: Vec<_> = world.column(user, Kind::Int).await.iter().map(|cell| cell.as_int().unwrap()).collect();
        assert_eq!(numbers, [203, 1]);
    }
}

#[tokio::test]
async fn somebody_who_belongs_nowhere_can_still_be_changed() {
    for world in worlds("hash").await {
        world.meddle("DELETE FROM membership", Vec::new()).await;
        let bob = world.bob.id;
        write(&world.db, move |tx| Box::pin(async move { set_password(tx, &origin(), bob, None).await }))
            .await
            .unwrap();
        let contacts = world.column("SELECT id FROM \"user\" WHERE password_hash IS NULL", Kind::Long).await;
        assert_eq!(contacts[0].as_int(), Some(bob));
    }
}

#[tokio::test]
async fn unfit_and_taken_names_are_refused_and_leave_nothing() {
    for world in worlds("hash").await {
        let acme = world.acme.id;
        for (username, email) in
            [("", None), (" ada", None), ("a\0b", None), (&*"x".repeat(256), None), ("eve", Some("nowhere"))]
        {
            let user = NewUser { username: username.to_owned(), email: email.map(str::to_owned), ..NewUser::default() };
            let refused = write(&world.db, move |tx| {
                let user = user.clone();
                Box::pin(async move { add_user(tx, &origin(), user, (acme, Role::Member)).await })
            })
            .await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{username:?}");
        }
        for slug in ["", "Acme", "a b", "\u{e9}", &"x".repeat(64), "5b0f6a1e-93d4-4c27-8a6b-2f1e7d9c4a30"] {
            let new = organization(slug);
            let refused = write(&world.db, move |tx| {
                let new = new.clone();
                Box::pin(async move { add_organization(tx, &origin(), new).await })
            })
            .await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{slug:?}");
        }
        let taken = write(&world.db, move |tx| {
            Box::pin(async move { add_organization(tx, &origin(), organization("acme")).await })
        })
        .await;
        assert!(matches!(taken, Err(Error::Conflict(_))));
        let missing =
            write(&world.db, move |tx| Box::pin(async move { set_password(tx, &origin(), 999, None).await })).await;
        assert!(matches!(missing, Err(Error::NotFound("user"))));
        assert_eq!(trail_of(&world, world.acme).await.len(), 5);
    }
}

fn organization(slug: &str) -> NewOrganization {
    NewOrganization {
        slug: slug.to_owned(),
        name: "Name".to_owned(),
        time_zone: "UTC".to_owned(),
        demonstration: false,
    }
}

#[tokio::test]
async fn rows_are_found_by_their_names() {
    for world in worlds("hash").await {
        let found = write(&world.db, |tx| {
            Box::pin(async move {
                let found = [
                    find_organization(tx, "acme").await?,
                    find_organization(tx, "a\0").await?,
                    find_user(tx, "ada").await?,
                    find_user(tx, "Ada").await?,
                ];
                Ok(Outcome::Unchanged(found))
            })
        })
        .await
        .unwrap();
        assert_eq!(found, [Some(world.acme), None, Some(world.ada), None]);
    }
}
