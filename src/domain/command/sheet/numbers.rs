//! Numbers that are given once: of audits, issues, action plans and ideas.

use super::super::desk::Desk;
use crate::domain::db::Arg;
use crate::domain::error::{Error, Result};
pub use crate::domain::search::number::tail;

/// The next number of a counter of the organization.
pub async fn of_organization(desk: &mut Desk<'_>, counter: &str) -> Result<i64> {
    let sql =
        format!("UPDATE organization SET {counter} = {counter} + 1 WHERE id = $1 RETURNING CAST({counter} AS BIGINT)");
    desk.number(&sql, vec![Arg::long(desk.organization_id)]).await?.ok_or(Error::Internal)
}

/// The next number of a counter of an asset.
pub async fn of_asset(desk: &mut Desk<'_>, counter: &str, asset_id: i64) -> Result<i64> {
    counted(desk, (counter, asset_id), "").await?.ok_or(Error::Internal)
}

/// The same for an asset that is in use; none where somebody beside the gateway has archived it since it was read
/// (contract ablebase 4.3).
pub async fn of_used_asset(desk: &mut Desk<'_>, counter: &str, asset_id: i64) -> Result<Option<i64>> {
    counted(desk, (counter, asset_id), " AND archived_at IS NULL").await
}

async fn counted(desk: &mut Desk<'_>, (counter, id): (&str, i64), condition: &str) -> Result<Option<i64>> {
    let sql = format!(
        "UPDATE asset SET {counter} = {counter} + 1 WHERE organization_id = $1 AND id = $2{condition} RETURNING \
         CAST({counter} AS BIGINT)"
    );
    desk.number(&sql, vec![Arg::long(desk.organization_id), Arg::long(id)]).await
}

/// The number of an activity and its key in a sorted list, by its parent's number and its position there (contract
/// action_audit 5): `AP-0007` has `AP-000701`, sorted as `0000000701`.
pub fn of_activity(parent: &str, position: i64) -> (String, String) {
    (format!("{parent}{position:02}"), format!("{:0>8}{position:02}", tail(parent)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_activity_is_numbered_within_its_parent() {
        let told = |parent, position| super::of_activity(parent, position);
        assert_eq!(told("AP-0007", 1), ("AP-000701".to_owned(), "0000000701".to_owned()));
        assert_eq!(told("AUD-3", 2), ("AUD-302".to_owned(), "0000000302".to_owned()));
        assert_eq!(told("no digits", 100).1, "00000000100");
    }

    #[test]
    fn the_last_digits_of_a_number_stand_for_it() {
        assert_eq!(["AUD-17", "x", "2026/0042", "000", "7b"].map(super::tail), ["17", "", "42", "0", "7"]);
    }
}
