//! A person with an account, or a contact without a password.

use entity::user::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Scope, Shape};
use crate::enumeration;

/// Describes [`Entity`] as `User`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("User", "user", "users", "A person with an account, or a contact without a password.")
        .scope(Scope::Members)
        .order(&[("username", false)])
        .keys(&["username"])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("username", C::Username, "Name to sign in with; unique over the deployment.")
        .field("email", C::Email, "Mail address; compared without regard to case.")
        .field("firstName", C::FirstName, "Given name.")
        .field("lastName", C::LastName, "Family name.")
        .field("mobile", C::Mobile, "Mobile telephone number.")
        .field("position", C::Position, "Position held.")
        .field("gender", C::Gender, "Gender, as given.")
        .field("locale", C::Locale, "Language tag of the user interface.")
        .words("status", C::Status, enumeration!(UserStatus), "Whether the account is in use.")
        .field("isRepresentative", C::IsRepresentative, "Whether the person represents others.")
        .field("isRestricted", C::IsRestricted, "Whether the person works with a restricted view.")
        .field("avatarContentType", C::AvatarContentType, "Media type of the portrait.")
        .field("avatarUrl", C::AvatarUrl, "Absolute address of the portrait.")
        .derived(
            "name",
            Kind::Text,
            super::derived::person_name,
            "First and last name; the username when both are empty.",
        )
        .always()
        .asked()
        .derived("mailAddress", Kind::Text, super::derived::email_or_empty, "Mail address, empty where there is none.")
        .always()
        .dialect()
        .standing("jobRoles", Kind::Json, "job_roles", "Tasks in the audit process of the active organization.")
        .dialect()
        .derived(
            "workerUuid",
            Kind::Uuid,
            super::derived::worker_uuid,
            "Identifier of the person's record as a worker.",
        )
        .dialect()
        .derived(
            "portraitType",
            Kind::Text,
            super::derived::portrait_type,
            "Media type of a portrait that has an address.",
        )
        .dialect()
        .derived(
            "portraitUrl",
            Kind::Text,
            super::derived::portrait_url,
            "Absolute address of a portrait that has a media type.",
        )
        .dialect()
        .derived("hasPassword", Kind::Bool, super::derived::has_password, "Whether somebody can sign in as the person.")
        .always()
        .dialect()
        .derived(
            "apiAccess",
            Kind::Bool,
            super::derived::api_access,
            "Whether the person may use the documented interfaces.",
        )
        .always()
        .dialect()
        .derived(
            "organizationUuid",
            Kind::Uuid,
            super::derived::own_organization,
            "Identifier of the organization it is shown to.",
        )
        .always()
        .dialect()
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .list(
            "memberships",
            "Membership",
            entity::membership::Column::UserId,
            "The membership in the active organization.",
        )
        .many("audits", "Audit", entity::audit::Column::AuditorId, "Audits the person carries out.")
        .many("assignedIssues", "Issue", entity::issue::Column::AssignedToId, "Issues the person is to resolve.")
        .many("schedules", "Schedule", entity::schedule::Column::WhoId, "Audits the person is scheduled for.")
        .list("workers", "Worker", entity::worker::Column::UserId, "The person's records as a worker; normally one.")
        .many("leadingPrograms", "Program", entity::program::Column::LeadAuditorId, "Programs the person leads.")
        .relation(
            "history",
            "ChangeEvent",
            Link::History("user"),
            Shape::Connection,
            "What happened to it, newest first.",
        )
}
