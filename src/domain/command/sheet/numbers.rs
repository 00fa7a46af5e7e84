//! Numbers that are given once: of audits, issues, action plans and ideas.

use super::super::desk::Desk;
use crate::domain::db::Arg;
use crate::domain::error::{Error, Result};

/// The next number of a counter of the organization.
pub async fn of_organization(desk: &mut Desk<'_>, counter: &str) -> Result<i64> {
    let sql =
        format!("UPDATE organization SET {counter} = {counter} + 1 WHERE id = $1 RETURNING CAST({counter} AS BIGINT)");
    desk.number(&sql, vec![Arg::long(desk.organization_id)]).await?.ok_or(Error::Internal)
}

/// The next number of a counter of an asset.
pub async fn of_asset(desk: &mut Desk<'_>, counter: &str, asset_id: i64) -> Result<i64> {
    let sql = format!(
        "UPDATE asset SET {counter} = {counter} + 1 WHERE organization_id = $1 AND id = $2 RETURNING CAST({counter} AS BIGINT)"
    );
    desk.number(&sql, vec![Arg::long(desk.organization_id), Arg::long(asset_id)]).await?.ok_or(Error::Internal)
}

/// The last run of digits of a number, without leading zeros (contract packagex 4.5): what searches compare.
pub fn tail(number: &str) -> String {
    let run = number.split(|letter: char| !letter.is_ascii_digit()).rfind(|run| !run.is_empty()).unwrap_or_default();
    let significant = run.trim_start_matches('0');
    if significant.is_empty() && !run.is_empty() { "0".to_owned() } else { significant.to_owned() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_last_digits_of_a_number_stand_for_it() {
        assert_eq!(["AUD-17", "x", "2026/0042", "000", "7b"].map(super::tail), ["17", "", "42", "0", "7"]);
    }
}
