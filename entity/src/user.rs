//! A person: with a password one who may sign in, without one a contact. Belongs to organizations by membership.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `user`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Name to sign in with; unique over the deployment.
    #[sea_orm(unique)]
    pub username: String,
    /// Mail address; compared without regard to case.
    pub email: Option<String>,
    /// Argon2id hash in PHC form; null = a contact.
    pub password_hash: Option<String>,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Mobile telephone number.
    pub mobile: String,
    /// Position held.
    pub position: Option<String>,
    /// Gender, as given.
    pub gender: Option<String>,
    /// Language tag of the user interface.
    pub locale: String,
    /// Whether the account is in use: a word of `UserStatus`.
    pub status: String,
    /// Whether the person represents others.
    pub is_representative: bool,
    /// Whether the person works with a restricted view.
    pub is_restricted: bool,
    /// Media type of the portrait.
    pub avatar_content_type: Option<String>,
    /// Absolute address of the portrait.
    pub avatar_url: Option<String>,
    /// Raised to refuse every token issued before: password change, logout everywhere, role change, deactivation.
    pub token_generation: i32,
    /// Whether it is a made-up person that may be thrown away.
    pub demonstration: bool,
    /// Instant it was created.
    pub created_at: DateTime<Utc>,
    /// Instant of its last change.
    pub updated_at: DateTime<Utc>,
    /// Lock counter: 1, and one more with every change.
    pub version: i32,
}

/// The rows it refers to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
