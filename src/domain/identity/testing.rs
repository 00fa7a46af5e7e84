//! People for tests, on every store there is.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{ApiKeyPurpose, NewOrganization, NewUser, Row, add_member, add_organization, add_user};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::{Cx, Role, Surface, new_uuid};
use crate::domain::db::testing::Scratch;
use crate::domain::db::{Arg, Db, Errand, Outcome, Statement};
use crate::domain::trail::Origin;

/// The instant tests begin at.
pub const NOW: DateTime<Utc> = DateTime::from_timestamp(1_800_000_000, 0).unwrap();

/// A migrated store with two organizations and two people: `ada` (ada@example.org), owner of `acme` and member of
/// `zeta`, and `bob`, member of `acme`.
pub struct World {
    pub db: Db,
    pub acme: Row,
    pub zeta: Row,
    pub ada: Row,
    pub bob: Row,
    _scratch: Scratch,
}

/// The same world on every store there is.
pub async fn worlds(password_hash: &str) -> Vec<World> {
    let mut worlds = Vec::new();
    for scratch in Scratch::all().await {
        worlds.push(world(scratch, password_hash).await);
    }
    worlds
}

async fn world(scratch: Scratch, password_hash: &str) -> World {
    let db = scratch.db.clone();
    let hash = password_hash.to_owned();
    let [acme, zeta, ada, bob] = db
        .write(&Errand::default(), move |tx| {
            let hash = hash.clone();
            Box::pin(async move {
                let origin = Origin { user_uuid: None, surface: Surface::Cli, request_id: None, at: NOW };
                let organization = |slug: &str| NewOrganization {
                    slug: slug.to_owned(),
                    name: slug.to_uppercase(),
                    time_zone: "UTC".to_owned(),
                    demonstration: false,
                };
                let user = |name: &str| NewUser {
                    username: name.to_owned(),
                    email: Some(format!("{name}@example.org")),
                    password_hash: Some(hash.clone()),
                    ..NewUser::default()
                };
                let acme = row(&add_organization(tx, &origin, organization("acme")).await?);
                let zeta = row(&add_organization(tx, &origin, organization("zeta")).await?);
                let ada = row(&add_user(tx, &origin, user("ada"), (acme.id, Role::Owner)).await?);
                let bob = row(&add_user(tx, &origin, user("bob"), (acme.id, Role::Member)).await?);
                add_member(tx, &origin, ada.id, (zeta.id, Role::Member)).await?;
                Ok(Outcome::Changed([acme, zeta, ada, bob]))
            })
        })
        .await
        .unwrap();
    World { db, acme, zeta, ada, bob, _scratch: scratch }
}

fn row(outcome: &Outcome<Row>) -> Row {
    match outcome {
        Outcome::Changed(row) | Outcome::Unchanged(row) | Outcome::Bookkeeping(row) => *row,
    }
}

impl World {
    /// A request so many seconds after the beginning.
    pub fn cx(&self, seconds: i64) -> Cx {
        Cx::new(self.db.clone(), None, NOW + TimeDelta::seconds(seconds), Surface::Graphql)
    }

    /// Runs SQL as no command would.
    pub async fn meddle(&self, sql: &str, args: Vec<Arg>) {
        let statement = Statement::new(sql, args, Vec::new());
        self.db
            .write(&Errand::default(), move |tx| {
                let statement = statement.clone();
                Box::pin(async move {
                    tx.fetch(&statement).await?;
                    Ok(Outcome::Bookkeeping(()))
                })
            })
            .await
            .unwrap();
    }

    /// The first column of what a statement without values gives.
    pub async fn column(&self, sql: &str, kind: Kind) -> Vec<Cell> {
        let statement = Statement::new(sql, Vec::new(), vec![kind]);
        let rows = self.db.fetch(&Errand::default(), statement).await.unwrap();
        rows.iter().map(|row| row[0].clone()).collect()
    }

    /// An API key of a person.
    pub async fn add_key(&self, purpose: ApiKeyPurpose, user_id: i64, organization_id: i64) -> Uuid {
        let uuid = new_uuid();
        let args = vec![
            Arg::one(Kind::Uuid, uuid),
            Arg::long(organization_id),
            Arg::long(user_id),
            Arg::text(purpose.word()),
            Arg::one(Kind::Time, NOW),
        ];
        let sql = "INSERT INTO api_key (uuid, organization_id, user_id, purpose, created_at, updated_at) VALUES ($1, \
                   $2, $3, $4, $5, $5)";
        self.meddle(sql, args).await;
        uuid
    }
}
