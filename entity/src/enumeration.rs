//! The closed sets of words that text columns hold, each word with the sentence an API shows for it.
//!
//! A row keeps the word itself as text, so that a table can be read without this list; the set is enforced by a
//! CHECK of the table.

use std::fmt;
use std::str::FromStr;

/// One word of an enumeration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word as it is stored.
    pub word: &'static str,
    /// What it means, for the reader of an API.
    pub description: &'static str,
}

/// A text that is no word of the enumeration asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    /// Name of the enumeration.
    pub enumeration: &'static str,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a word of {}", self.enumeration)
    }
}

impl std::error::Error for UnknownWord {}

/// Declares an enumeration once: the Rust type, its stored words and their descriptions.
///
/// It can be bound in a statement like the text it stands for.
macro_rules! enumeration {
    ($(
        #[doc = $about:literal]
        $name:ident {
            $( $(#[doc = $description:literal])+ $variant:ident = $word:literal ),+ $(,)?
        }
    )+) => {$(
        #[doc = $about]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[doc = $description])+ $variant ),+
        }

        impl $name {
            /// Name of the type in the GraphQL schema.
            pub const NAME: &'static str = stringify!($name);
            /// What the enumeration says, for the reader of an API.
            pub const DESCRIPTION: &'static str = $about;
            /// Every value, in the order of the words.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),+];
            /// Every stored word with its meaning.
            pub const WORDS: &'static [Word] = &[
                $( Word { word: $word, description: concat!($($description),+) } ),+
            ];

            /// The stored word.
            pub const fn word(self) -> &'static str {
                match self {
                    $( Self::$variant => $word ),+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err(UnknownWord { enumeration: Self::NAME }),
                }
            }
        }

        impl From<$name> for sea_orm::Value {
            fn from(value: $name) -> Self {
                value.word().into()
            }
        }
    )+};
}

enumeration! {
    #[doc = "What a member may do in an organization."]
    Role {
        #[doc = "Everything, the organization itself and its owners included."]
        Owner = "OWNER",
        #[doc = "Everything but the ownership: people, access, set-up and all work."]
        Admin = "ADMIN",
        #[doc = "The work itself: audits, issues and plans."]
        Member = "MEMBER",
    }

    #[doc = "A task a member has in the audit process, beside the role."]
    JobRole {
        #[doc = "Sets up the audit process locally."]
        Admin = "ADMIN",
        #[doc = "Answers for plans and their results."]
        Manager = "MANAGER",
        #[doc = "Starts action plans."]
        Initiator = "INITIATOR",
        #[doc = "Carries out audits."]
        Auditor = "AUDITOR",
        #[doc = "Answers for audits and their results."]
        AuditManager = "AUDIT_MANAGER",
        #[doc = "Plans and starts audits."]
        AuditInitiator = "AUDIT_INITIATOR",
    }

    #[doc = "Whether a person's account is in use."]
    UserStatus {
        #[doc = "In use; may sign in when it has a password."]
        Active = "ACTIVE",
        #[doc = "Switched off; cannot sign in, still selectable as a contact."]
        Inactive = "INACTIVE",
        #[doc = "Kept for history only."]
        Archived = "ARCHIVED",
        #[doc = "Belongs to the service, not to a person."]
        System = "SYSTEM",
    }

    #[doc = "Whether a worker is employed in audits and ideas."]
    WorkerStatus {
        #[doc = "Available."]
        Active = "ACTIVE",
        #[doc = "Not available for the time being."]
        Inactive = "INACTIVE",
        #[doc = "Kept for history only."]
        Archived = "ARCHIVED",
    }

    #[doc = "What an API key is for."]
    ApiKeyPurpose {
        #[doc = "Acts as its user on every surface that its scopes admit."]
        General = "GENERAL",
        #[doc = "Reads the data export and nothing else."]
        DataApi = "DATA_API",
    }

    #[doc = "The level of an organizational unit."]
    OrgUnitType {
        #[doc = "A company or site with a structure of its own."]
        Organisation = "ORGANISATION",
        #[doc = "A part of an organisation."]
        Division = "DIVISION",
    }

    #[doc = "What sort of thing is audited."]
    AssetKind {
        #[doc = "A place of business."]
        Site = "SITE",
        #[doc = "A part of a site or of a product."]
        Area = "AREA",
        #[doc = "A machine, vehicle or tool."]
        Equipment = "EQUIPMENT",
        #[doc = "A product or service, such as an application."]
        Product = "PRODUCT",
        #[doc = "A place where inventory is kept and counted."]
        Location = "LOCATION",
        #[doc = "A vendor or other outside party."]
        Supplier = "SUPPLIER",
        #[doc = "Anything else."]
        Other = "OTHER",
    }

    #[doc = "Who maintains a standard."]
    StandardSource {
        #[doc = "Comes with the service and is the same for every organization."]
        BuiltIn = "BUILT_IN",
        #[doc = "Kept by the organization itself."]
        Custom = "CUSTOM",
    }

    #[doc = "The type of a field of an asset profile, which fixes the values it accepts."]
    ProfileFieldType {
        #[doc = "Text of up to 1,000 characters."]
        Text = "TEXT",
        #[doc = "A whole number."]
        Integer = "INTEGER",
        #[doc = "An exact decimal number."]
        Decimal = "DECIMAL",
        #[doc = "Yes or no."]
        Boolean = "BOOLEAN",
        #[doc = "A calendar date."]
        Date = "DATE",
        #[doc = "An instant."]
        Datetime = "DATETIME",
        #[doc = "One of the listed choices."]
        Choice = "CHOICE",
        #[doc = "Any number of the listed choices."]
        Multichoice = "MULTICHOICE",
        #[doc = "An absolute web address."]
        Url = "URL",
    }

    #[doc = "What a template is the pattern of."]
    TemplateKind {
        #[doc = "An audit: its questions become the audit's activities."]
        Audit = "AUDIT",
        #[doc = "An action plan."]
        ActionPlan = "ACTION_PLAN",
    }

    #[doc = "Where an edition stands among the editions of its name."]
    EditionState {
        #[doc = "Being written, not yet in use."]
        Draft = "DRAFT",
        #[doc = "In use."]
        Current = "CURRENT",
        #[doc = "Replaced by a later edition."]
        Superseded = "SUPERSEDED",
    }

    #[doc = "Where an audit stands in its workflow."]
    AuditState {
        #[doc = "Planned; work has not begun."]
        Created = "CREATED",
        #[doc = "Being carried out."]
        InProgress = "IN_PROGRESS",
        #[doc = "Work is done and the report is being made."]
        Generating = "GENERATING",
        #[doc = "Handed in; the results are being checked."]
        InReview = "IN_REVIEW",
        #[doc = "Sent back: quantities have to be counted again."]
        Recount = "RECOUNT",
        #[doc = "Checked; nothing stands against closing it."]
        ReadyToClose = "READY_TO_CLOSE",
        #[doc = "Finished and accepted."]
        Closed = "CLOSED",
        #[doc = "Given up; never completed."]
        Canceled = "CANCELED",
    }

    #[doc = "How much of the asset an audit covers."]
    AuditType {
        #[doc = "The whole asset; such audits set the audit schedule."]
        Full = "FULL",
        #[doc = "What an earlier audit found, looked at again."]
        ReAudit = "RE_AUDIT",
        #[doc = "A chosen part of the asset."]
        SmallScope = "SMALL_SCOPE",
    }

    #[doc = "How urgent an audit is."]
    AuditPriority {
        #[doc = "Can wait."]
        Low = "LOW",
        #[doc = "The usual urgency."]
        Medium = "MEDIUM",
        #[doc = "Before all others."]
        High = "HIGH",
    }

    #[doc = "The kind of device an audit was carried out with."]
    Device {
        #[doc = "Apple iPad."]
        Ipad = "IPAD",
        #[doc = "Apple iPhone."]
        Iphone = "IPHONE",
        #[doc = "Android phone or tablet."]
        Android = "ANDROID",
        #[doc = "Web browser."]
        Web = "WEB",
    }

    #[doc = "What sort of issue it is."]
    IssueKind {
        #[doc = "A requirement is not met."]
        Nonconformance = "NONCONFORMANCE",
        #[doc = "Something to be done, without a breach."]
        Task = "TASK",
        #[doc = "A barrier or weakness found by an audit."]
        Finding = "FINDING",
    }

    #[doc = "Where an issue stands. That it is overdue is derived from its deadline and never stored."]
    IssueStatus {
        #[doc = "Written down, not yet raised."]
        Draft = "DRAFT",
        #[doc = "Raised, work has not begun."]
        Open = "OPEN",
        #[doc = "Being resolved."]
        Inprogress = "INPROGRESS",
        #[doc = "Resolved, the resolution is being verified."]
        Inreview = "INREVIEW",
        #[doc = "Resolution accepted."]
        Closed = "CLOSED",
        #[doc = "Resolution rejected, or the issue has come back."]
        Reopened = "REOPENED",
    }

    #[doc = "How grave an issue is."]
    Severity {
        #[doc = "Grave."]
        High = "HIGH",
        #[doc = "Noticeable."]
        Medium = "MEDIUM",
        #[doc = "Slight."]
        Low = "LOW",
    }

    #[doc = "A rough amount of impact or effort."]
    Level {
        #[doc = "Much."]
        High = "HIGH",
        #[doc = "Some."]
        Medium = "MEDIUM",
        #[doc = "Little."]
        Low = "LOW",
    }

    #[doc = "How urgently an issue is to be resolved."]
    IssuePriority {
        #[doc = "At once."]
        Critical = "CRITICAL",
        #[doc = "Next."]
        High = "HIGH",
        #[doc = "In the usual order."]
        Medium = "MEDIUM",
        #[doc = "When there is time."]
        Low = "LOW",
    }

    #[doc = "Where an audit program stands."]
    ProgramStatus {
        #[doc = "Being planned."]
        Planning = "PLANNING",
        #[doc = "Planned, waiting for its start."]
        Pending = "PENDING",
        #[doc = "Running."]
        Inprogress = "INPROGRESS",
        #[doc = "All phases are done."]
        Completed = "COMPLETED",
    }

    #[doc = "Where a phase of a program stands."]
    PhaseStatus {
        #[doc = "Not begun."]
        Pending = "PENDING",
        #[doc = "Running."]
        Inprogress = "INPROGRESS",
        #[doc = "Done."]
        Completed = "COMPLETED",
    }

    #[doc = "Where a scheduled audit stands. That it is overdue is derived and never stored."]
    ScheduleStatus {
        #[doc = "Waiting for its day."]
        Pending = "PENDING",
        #[doc = "The audit is being carried out."]
        Inprogress = "INPROGRESS",
        #[doc = "The audit has been carried out."]
        Completed = "COMPLETED",
        #[doc = "Closed without further work."]
        Closed = "CLOSED",
    }

    #[doc = "What the comments of a group are about."]
    CommentGroupKind {
        #[doc = "The resolution of an issue was verified."]
        Verification = "VERIFICATION",
        #[doc = "The resolution of an issue was rejected."]
        Rejection = "REJECTION",
    }

    #[doc = "What happened to a record."]
    EventAction {
        #[doc = "It came into being."]
        Create = "Create",
        #[doc = "It was changed."]
        Edit = "Edit",
        #[doc = "It was removed."]
        Delete = "Delete",
    }
}

impl AuditPriority {
    /// The number that `audit.priority` holds in place of the word, so that it sorts: 1 low to 3 high.
    pub const fn rank(self) -> i16 {
        match self {
            Self::Low => 1,
            Self::Medium => 2,
            Self::High => 3,
        }
    }

    /// The priority behind a stored number.
    pub const fn from_rank(rank: i16) -> Option<Self> {
        match rank {
            1 => Some(Self::Low),
            2 => Some(Self::Medium),
            3 => Some(Self::High),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_back_to_its_value() {
        for (state, word) in AuditState::ALL.iter().zip(AuditState::WORDS) {
            assert_eq!(state.word(), word.word);
            assert_eq!(word.word.parse(), Ok(*state));
        }
        assert!("in_progress".parse::<AuditState>().is_err());
    }

    #[test]
    fn a_rank_and_its_priority_belong_together() {
        for priority in AuditPriority::ALL {
            assert_eq!(AuditPriority::from_rank(priority.rank()), Some(*priority));
        }
        assert_eq!(AuditPriority::from_rank(0), None);
    }
}
