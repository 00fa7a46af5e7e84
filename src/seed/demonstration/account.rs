//! Who can sign in. These passwords stand in the README: they protect nothing.

/// Somebody with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Name to sign in with.
    pub username: &'static str,
    /// Mail address.
    pub email: &'static str,
    /// Password.
    pub password: &'static str,
    /// Role in the organization.
    pub role: &'static str,
    /// Slug of the organization that the person signs in to.
    pub organization: &'static str,
}

const fn account(
    username: &'static str,
    email: &'static str,
    password: &'static str,
    (role, organization): (&'static str, &'static str),
) -> Account {
    Account { username, email, password, role, organization }
}

/// Slug of the manufacturer.
pub const HARBOUR: &str = "harbour-foods";
/// Slug of the library.
pub const LIBRARY: &str = "northwind-library";

/// Everybody who can sign in.
pub const ACCOUNTS: &[Account] = &[
    account("olivia.owner", "olivia@harbour-foods.example", "demo-olivia-owner", ("OWNER", HARBOUR)),
    account("adam.admin", "adam@harbour-foods.example", "demo-adam-admin", ("ADMIN", HARBOUR)),
    account("marta.manager", "marta@harbour-foods.example", "demo-marta-manager", ("MEMBER", HARBOUR)),
    account("alex.auditor", "alex@harbour-foods.example", "demo-alex-auditor", ("MEMBER", HARBOUR)),
    account("mia.member", "mia@harbour-foods.example", "demo-mia-member", ("MEMBER", HARBOUR)),
    account("casey.consultant", "casey@clearwater.example", "demo-casey-consultant", ("MEMBER", HARBOUR)),
    account("nora.owner", "nora@northwind-library.example", "demo-nora-owner", ("OWNER", LIBRARY)),
    account("liam.member", "liam@northwind-library.example", "demo-liam-member", ("MEMBER", LIBRARY)),
];
