//! What is worked out when it is asked for and never stored (domain model, derived).

use crate::domain::acquisition::Kind as Acquisition;
use crate::domain::ask::Sql;
use crate::domain::db::Store;

/// First and last name; the username when both are empty.
pub fn person_name(sql: &mut Sql, alias: &str) {
    sql.push("COALESCE(NULLIF(trim(").column(alias, "first_name").push(" || ' ' || ");
    sql.column(alias, "last_name").push("), ''), ").column(alias, "username").push(")");
}

/// Twelve asterisks where a PIN is set (contract action_audit 4.2).
pub fn masked_pincode(sql: &mut Sql, alias: &str) {
    sql.push("CASE WHEN ").column(alias, "pincode_hash").push(" IS NULL THEN NULL ELSE '************' END");
}

/// Out of use.
pub fn archived(sql: &mut Sql, alias: &str) {
    sql.column(alias, "archived_at").push(" IS NOT NULL");
}

/// Names from the root to the asset itself (contract auditcomply 2.7).
pub fn breadcrumb(sql: &mut Sql, alias: &str) {
    way_down(sql, alias, ["string_agg(above.name, ' > ' ORDER BY above.path)", "group_concat(above.name, ' > ')"]);
}

/// The same with a separator that no name holds, for those who write another one.
pub fn names_down(sql: &mut Sql, alias: &str) {
    way_down(sql, alias, ["string_agg(above.name, chr(31) ORDER BY above.path)", "group_concat(above.name, char(31))"]);
}

/// What is made of the assets from the root to the asset itself, on PostgreSQL and on SQLite.
fn way_down(sql: &mut Sql, alias: &str, [postgres, sqlite]: [&str; 2]) {
    let above = sql.alias();
    let made = if sql.store() == Store::Postgres { postgres } else { sqlite };
    sql.push("SELECT ").push(made);
    sql.push(" FROM (SELECT ").column(&above, "name").push(" AS name, ").column(&above, "path").push(" AS path");
    sql.push(" FROM ").table("asset").push(" ").push(&above).push(" WHERE ");
    sql.column(&above, "organization_id").push(" = ").column(alias, "organization_id").push(" AND ");
    sql.column(&above, "path").push(" = substr(").column(alias, "path").push(", 1, length(");
    sql.column(&above, "path").push(")) ORDER BY ").column(&above, "path").push(") AS above");
}

/// The product that an asset is, or else the nearest one above it (contract ablebase 3.4).
pub fn product_of(sql: &mut Sql, alias: &str) {
    let above = sql.alias();
    sql.push("SELECT ").column(&above, "uuid").push(" FROM ").table("asset").push(" ").push(&above).push(" WHERE ");
    sql.column(&above, "organization_id").push(" = ").column(alias, "organization_id").push(" AND ");
    sql.column(&above, "kind")
        .push(" = 'PRODUCT' AND ")
        .column(&above, "path")
        .push(" = substr(")
        .column(alias, "path")
        .push(", 1, length(");
    sql.column(&above, "path").push(")) ORDER BY ").column(&above, "path").push(" DESC LIMIT 1");
}

/// Short name of the asset that an audit stands on.
pub fn asset_slug(sql: &mut Sql, alias: &str) {
    sql.push("SELECT c.\"slug\" FROM ").table("asset").push(" c WHERE ").column("c", "organization_id").push(" = ");
    sql.column(alias, "organization_id").push(" AND ").column("c", "id").push(" = ").column(alias, "asset_id");
}

/// Assets directly below.
pub fn child_count(sql: &mut Sql, alias: &str) {
    count(sql, "asset", "parent_id", alias, "");
}

/// Assets in use directly below (contract auditcomply 2.7, numchild).
pub fn used_child_count(sql: &mut Sql, alias: &str) {
    count(sql, "asset", "parent_id", alias, " AND c.\"archived_at\" IS NULL");
}

/// Nonconformances of an audit, any status (contract auditcomply 2.5, nc_count).
pub fn nonconformance_count(sql: &mut Sql, alias: &str) {
    count(sql, "issue", "audit_id", alias, " AND c.\"kind\" = 'NONCONFORMANCE'");
}

fn count(sql: &mut Sql, table: &str, column: &str, alias: &str, condition: &str) {
    sql.push("SELECT COUNT(*) FROM ").table(table).push(" c WHERE ").column("c", "organization_id").push(" = ");
    sql.column(alias, "organization_id").push(" AND ").column("c", column).push(" = ").column(alias, "id");
    sql.push(condition);
}

/// The one definition of an overdue audit (contract packagex 2.3): a late approval stays late.
pub fn audit_overdue(sql: &mut Sql, alias: &str) {
    sql.column(alias, "complete_by").push(" IS NOT NULL AND ").column(alias, "state").push(" <> 'CANCELED' AND ");
    sql.column(alias, "complete_by").push(" < COALESCE(").column(alias, "finished_at").push(", ").now().push(")");
}

/// The one definition of an overdue issue (contract auditcomply 2.6).
pub fn issue_overdue(sql: &mut Sql, alias: &str) {
    sql.column(alias, "complete_by").push(" IS NOT NULL AND ").column(alias, "complete_by").push(" < ").today();
    sql.push(" AND ").column(alias, "status").push(" NOT IN ('DRAFT', 'CLOSED')");
}

/// The one definition of an overdue schedule (contract auditcomply 2.7).
pub fn schedule_overdue(sql: &mut Sql, alias: &str) {
    sql.column(alias, "status").push(" = 'PENDING' AND ").column(alias, "when").push(" < ").midnight();
}

/// The status of an issue, with OVERDUE in place of what waits too long (contract auditcomply 2.6).
pub fn issue_status(sql: &mut Sql, alias: &str) {
    sql.push("CASE WHEN ");
    issue_overdue(sql, alias);
    sql.push(" AND ").column(alias, "status").push(" IN ('OPEN', 'INPROGRESS', 'REOPENED') THEN 'OVERDUE' ELSE ");
    sql.column(alias, "status").push(" END");
}

/// The status of a schedule, with OVERDUE in place of what waits too long (contract auditcomply 2.7).
pub fn schedule_status(sql: &mut Sql, alias: &str) {
    sql.push("CASE WHEN ");
    schedule_overdue(sql, alias);
    sql.push(" THEN 'OVERDUE' ELSE ").column(alias, "status").push(" END");
}

/// No edition of the same name is later (contract auditcomply 2.7).
pub fn latest_edition(sql: &mut Sql, alias: &str) {
    sql.push("NOT EXISTS (SELECT 1 FROM ").table("program_template").push(" c WHERE ");
    sql.column("c", "organization_id").push(" = ").column(alias, "organization_id").push(" AND ");
    sql.column("c", "name").push(" = ").column(alias, "name").push(" AND ");
    sql.column("c", "edition").push(" > ").column(alias, "edition").push(")");
}

/// Id, name and edition of the templates that the phases of a row name (contract auditcomply 2.4).
pub fn phase_templates(sql: &mut Sql, alias: &str) {
    let (open, close, named) = match sql.store() {
        Store::Postgres => (
            "SELECT json_agg(json_build_object('id', c.\"id\", 'name', c.\"name\", 'edition', c.\"edition\"))",
            " AND EXISTS (SELECT 1 FROM json_array_elements(CASE json_typeof(",
            ") p CROSS JOIN LATERAL json_array_elements_text(CASE json_typeof(p.value -> 'template_ids') WHEN 'array' \
             THEN p.value -> 'template_ids' ELSE '[]' END) n WHERE n.value = CAST(c.\"id\" AS TEXT))",
        ),
        Store::Sqlite => (
            "SELECT json_group_array(json_object('id', c.\"id\", 'name', c.\"name\", 'edition', c.\"edition\"))",
            " AND EXISTS (SELECT 1 FROM json_each(",
            ") p, json_each(p.value, '$.template_ids') n WHERE p.type = 'object' AND n.value = c.\"id\")",
        ),
    };
    sql.push(open).push(" FROM ").table("template").push(" c WHERE ");
    sql.column("c", "organization_id").push(" = ").column(alias, "organization_id").push(close);
    sql.column(alias, "phases");
    if sql.store() == Store::Postgres {
        sql.push(") WHEN 'array' THEN ").column(alias, "phases").push(" ELSE '[]' END");
    }
    sql.push(named);
}

/// Whether somebody can sign in as the person.
pub fn has_password(sql: &mut Sql, alias: &str) {
    sql.column(alias, "password_hash").push(" IS NOT NULL");
}

/// Whether the person was given access to the documented interfaces in the active organization.
pub fn api_access(sql: &mut Sql, alias: &str) {
    let member = sql.alias();
    sql.push("EXISTS (SELECT 1 FROM \"membership\" ").push(&member).push(" WHERE ");
    sql.column(&member, "user_id").push(" = ").column(alias, "id").push(" AND ");
    sql.column(&member, "organization_id").push(" = ").organization().push(" AND ");
    sql.column(&member, "api_access").push(")");
}

/// The score of an audit: as set, else the mean of its scored activities, weighted (domain model, derived).
pub fn audit_score(sql: &mut Sql, alias: &str) {
    let (mean, end) = match sql.store() {
        Store::Postgres => (POSTGRES_WEIGHTED_MEAN, "))"),
        Store::Sqlite => (SQLITE_WEIGHTED_MEAN, ")) WHERE weights <> 0))"),
    };
    sql.push("COALESCE(").column(alias, "score_main").push(", (").push(mean);
    sql.push(" FROM ").table("activity").push(" c WHERE c.\"score\" IS NOT NULL AND ");
    sql.column("c", "organization_id").push(" = ").column(alias, "organization_id").push(" AND ");
    sql.column("c", "audit_id").push(" = ").column(alias, "id").push(end);
}

const POSTGRES_WEIGHTED_MEAN: &str = "SELECT CAST(round(sum(c.\"score\" * COALESCE(c.\"weight\", 1)) \
     / NULLIF(sum(COALESCE(c.\"weight\", 1)), 0), 6) AS NUMERIC(18,6))";

/// In millionths, rounded half away from zero like PostgreSQL's numeric. A product or sum that runs over 64 bits is an
/// error or a double, so products are summed in two parts; where the whole would run over, the nearest double has to do.
const SQLITE_WEIGHTED_MEAN: &str = "SELECT CASE WHEN size < 4e18 AND weights < 9e15 \
     THEN sign(whole) * ((2 * abs(whole) + CAST(weights AS INTEGER)) / (2 * CAST(weights AS INTEGER))) \
     ELSE CAST(round(near / weights) AS INTEGER) END \
     FROM (SELECT sum(p / 1000000) * 1000000 + sum(p % 1000000) AS whole, total(abs(1.0 * p)) AS size, \
     total(1.0 * p) AS near, total(w) AS weights \
     FROM (SELECT c.\"score\" * COALESCE(c.\"weight\", 1000000) AS p, COALESCE(c.\"weight\", 1000000) AS w";

/// Mean progress of an audit's activities, cut to whole percents (contract action_audit 4.10).
pub fn audit_progress(sql: &mut Sql, alias: &str) {
    sql.push("COALESCE((SELECT ");
    sql.push(match sql.store() {
        Store::Postgres => "CAST(floor(avg(c.\"progress\")) AS BIGINT)",
        Store::Sqlite => "sum(c.\"progress\") / count(*)",
    });
    sql.push(" FROM ").table("activity").push(" c WHERE ").column("c", "organization_id").push(" = ");
    sql.column(alias, "organization_id").push(" AND ").column("c", "audit_id").push(" = ").column(alias, "id");
    sql.push(" HAVING count(*) > 0), CASE WHEN ").column(alias, "state");
    sql.push(" IN ('CLOSED', 'CANCELED') THEN 100 ELSE 0 END)");
}

/// What [`time_progress`] is, for the API's reader.
pub const TIME_PROGRESS: &str = "Planned days that have passed, in percent, by the calendar of the organization's time \
                                 zone: 100 once it is finished, 0 without both planned days.";

/// The share of the days from the start to the due date that has passed (contract action_audit 4.10).
pub fn time_progress(sql: &mut Sql, alias: &str) {
    sql.push("SELECT CASE WHEN ").column(alias, "finish_date").push(" IS NOT NULL THEN 100 WHEN ");
    share(sql, alias);
    sql.today_there(alias).push(" AS day) AS there");
}

/// The same for an activity: work that is over stays at the day it was last changed.
pub fn activity_time_progress(sql: &mut Sql, alias: &str) {
    sql.push("SELECT CASE WHEN ");
    share(sql, alias);
    sql.push("CASE WHEN ").column(alias, "finished_at").push(" IS NULL THEN ").today_there(alias).push(" ELSE ");
    sql.day_there(alias, "updated_at").push(" END AS day) AS there");
}

/// What has passed of the planned days on `there.day`, up to the words that say which day that is.
fn share(sql: &mut Sql, alias: &str) {
    sql.column(alias, "start_date").push(" IS NULL OR ").column(alias, "due_date").push(" IS NULL THEN 0 WHEN ");
    sql.column(alias, "due_date").push(" < ").column(alias, "start_date").push(" THEN 100 WHEN there.day < ");
    sql.column(alias, "start_date")
        .push(" THEN 0 WHEN there.day > ")
        .column(alias, "due_date")
        .push(" THEN 100 ELSE 100 * ");
    days(sql, |sql| sql.push("there.day"), |sql| sql.column(alias, "start_date"));
    sql.push(" / (");
    days(sql, |sql| sql.column(alias, "due_date"), |sql| sql.column(alias, "start_date"));
    sql.push(" + 1) END FROM (SELECT ");
}

/// The stage of an audit, as action plans and ideas have one (domain model, one state, many words).
pub fn audit_stage(sql: &mut Sql, alias: &str) {
    sql.push("CASE ").column(alias, "state").push(
        " WHEN 'CREATED' THEN 'planned' WHEN 'IN_REVIEW' THEN 'in_review' WHEN 'READY_TO_CLOSE' THEN 'in_review' \
         WHEN 'CLOSED' THEN 'executed' WHEN 'CANCELED' THEN 'rejected' ELSE 'executing' END",
    );
    by_code_point(sql);
}

/// Whether an audit is in use, in the words of action plans and ideas: no surface archives one.
pub fn audit_standing(sql: &mut Sql, _: &str) {
    sql.push("CAST('active' AS TEXT)");
    by_code_point(sql);
}

/// A text made of words in the statement has no order of its own.
fn by_code_point(sql: &mut Sql) {
    if sql.store() == Store::Postgres {
        sql.push(" COLLATE \"C\"");
    }
}

/// The title of an audit, else its name.
pub fn audit_subject(sql: &mut Sql, alias: &str) {
    sql.push("COALESCE(").column(alias, "title").push(", ").column(alias, "name").push(")");
}

/// A decimal as the nearest whole number, halves away from zero.
fn rounded(sql: &mut Sql, value: impl Fn(&mut Sql)) {
    sql.push(match sql.store() {
        Store::Postgres => "SELECT CAST(round(exact.value) AS BIGINT) FROM (SELECT ",
        Store::Sqlite => "SELECT sign(exact.value) * ((abs(exact.value) + 500000) / 1000000) FROM (SELECT ",
    });
    value(sql);
    sql.push(" AS value) AS exact");
}

/// [`audit_score`] as a whole number.
pub fn rounded_audit_score(sql: &mut Sql, alias: &str) {
    rounded(sql, |sql| audit_score(sql, alias));
}

/// The second score of an audit as a whole number.
pub fn rounded_alternative(sql: &mut Sql, alias: &str) {
    rounded(sql, |sql| {
        sql.column(alias, "score_alternative");
    });
}

/// The score of an activity as a whole number.
pub fn rounded_score(sql: &mut Sql, alias: &str) {
    rounded(sql, |sql| {
        sql.column(alias, "score");
    });
}

/// The weight of an activity's score as a whole number.
pub fn rounded_weight(sql: &mut Sql, alias: &str) {
    rounded(sql, |sql| {
        sql.column(alias, "weight");
    });
}

/// A text, empty where there is none.
fn text_or_empty(sql: &mut Sql, alias: &str, column: &str) {
    sql.push("COALESCE(").column(alias, column).push(", '')");
}

/// The mail address, or an empty text.
pub fn email_or_empty(sql: &mut Sql, alias: &str) {
    text_or_empty(sql, alias, "email");
}

/// The remarks, or an empty text.
pub fn remarks_or_empty(sql: &mut Sql, alias: &str) {
    text_or_empty(sql, alias, "remarks");
}

/// The description, or an empty text.
pub fn description_or_empty(sql: &mut Sql, alias: &str) {
    text_or_empty(sql, alias, "description");
}

/// One of two columns, where both are there: a picture is of no use without its address, nor without its type.
fn with_both(sql: &mut Sql, alias: &str, [shown, other]: [&str; 2]) {
    sql.push("CASE WHEN ").column(alias, other).push(" IS NULL THEN NULL ELSE ").column(alias, shown).push(" END");
}

/// Media type of a portrait that has an address.
pub fn portrait_type(sql: &mut Sql, alias: &str) {
    with_both(sql, alias, ["avatar_content_type", "avatar_url"]);
}

/// Address of a portrait that has a media type.
pub fn portrait_url(sql: &mut Sql, alias: &str) {
    with_both(sql, alias, ["avatar_url", "avatar_content_type"]);
}

/// Media type of a unit's picture that has an address.
pub fn picture_type(sql: &mut Sql, alias: &str) {
    with_both(sql, alias, ["photo_content_type", "photo_url"]);
}

/// Address of a unit's picture that has a media type.
pub fn picture_url(sql: &mut Sql, alias: &str) {
    with_both(sql, alias, ["photo_url", "photo_content_type"]);
}

/// The person's first record as a worker of the active organization.
pub fn worker_uuid(sql: &mut Sql, alias: &str) {
    sql.push("SELECT c.\"uuid\" FROM ").table("worker").push(" c WHERE ");
    sql.column("c", "organization_id").push(" = ").organization().push(" AND ");
    sql.column("c", "user_id").push(" = ").column(alias, "id").push(" ORDER BY c.\"id\" LIMIT 1");
}

/// Days from the second to the first.
fn days(sql: &mut Sql, last: impl Fn(&mut Sql) -> &mut Sql, first: impl Fn(&mut Sql) -> &mut Sql) {
    let (open, middle, end) = match sql.store() {
        Store::Postgres => ("(", " - ", ")"),
        Store::Sqlite => ("CAST(julianday(", ") - julianday(", ") AS INTEGER)"),
    };
    sql.push(open);
    last(sql).push(middle);
    first(sql).push(end);
}

/// Absolute difference of count and stock (contract packagex 2.3).
pub fn discrepancy(sql: &mut Sql, alias: &str) {
    sql.push("abs(").column(alias, "counted_qty").push(" - ").column(alias, "total_qty").push(")");
}

/// When an asset's next audit is due (contract ablebase 4.2): the rule is the view's.
pub fn next_audit(sql: &mut Sql, alias: &str) {
    sql.push("SELECT n.\"next_audit_date\" FROM \"next_audit\" n WHERE ");
    sql.column("n", "organization_id").push(" = ").column(alias, "organization_id").push(" AND ");
    sql.column("n", "id").push(" = ").column(alias, "id");
}

/// Whether an audit that is to come should have been (contract ablebase 3.2).
pub fn future_audit_overdue(sql: &mut Sql, alias: &str) {
    sql.column(alias, "next_audit_date").push(" < ").now();
}

/// A record as an event leaves it; for a deletion, as it was last.
pub fn snapshot(sql: &mut Sql, alias: &str) {
    sql.push("COALESCE(").column(alias, "snapshot_after").push(", ").column(alias, "snapshot_before").push(")");
}

/// Of a record of another system as an event leaves it; of a record of ours, for a deletion, as it was last (contract
/// folio 2.2).
pub fn vendor_snapshot(sql: &mut Sql, alias: &str) {
    sql.push("CASE WHEN ").column(alias, "entity_type").push(" = 'asset' THEN ");
    snapshot(sql, alias);
    sql.push(" ELSE ").column(alias, "snapshot_after").push(" END");
}

/// A record of another system as it was before (contract folio 2.2).
pub fn vendor_before(sql: &mut Sql, alias: &str) {
    sql.push("CASE WHEN ").column(alias, "entity_type").push(" <> 'asset' THEN ");
    sql.column(alias, "snapshot_before").push(" END");
}

/// The one definition of a supplier's event (contract folio 4.1).
pub fn is_of_supplier(sql: &mut Sql, alias: &str) {
    sql.column(alias, "entity_type").push(" = 'asset' AND (");
    snapshot(sql, alias);
    sql.push(") ->> 'kind' = 'SUPPLIER'");
}

/// The one definition of a status change of a piece (contract folio 3.3): what changes is told by the event before, in
/// the order of the dates of the actions, whatever is asked for.
pub fn changes_receipt(sql: &mut Sql, alias: &str) {
    let before = sql.alias();
    sql.push("COALESCE((SELECT ");
    told(sql, alias, STATUS);
    sql.push(" IS DISTINCT FROM before.status OR ");
    told(sql, alias, CLAIM);
    sql.push(" IS DISTINCT FROM before.claim FROM (SELECT ");
    told(sql, &before, STATUS);
    sql.push(" AS status, ");
    told(sql, &before, CLAIM);
    sql.push(" AS claim FROM ").table("change_event").push(" ").push(&before).push(" WHERE ");
    for column in ["organization_id", "entity_type", "entity_uuid"] {
        sql.column(&before, column).push(" = ").column(alias, column).push(" AND ");
    }
    // Which the index by date has.
    sql.column(&before, "entity_type").push(" = '").push(Acquisition::Piece.entity_type()).push("' AND ");
    sql.push("(").column(&before, "action_date").push(", ").column(&before, "uuid").push(") < (");
    sql.column(alias, "action_date").push(", ").column(alias, "uuid").push(") ORDER BY ");
    sql.column(&before, "action_date").push(" DESC, ").column(&before, "uuid").push(" DESC LIMIT 1) AS before), ");
    told(sql, alias, STATUS);
    sql.push(" IS NOT NULL OR ");
    told(sql, alias, CLAIM);
    sql.push(" IS NOT NULL)");
}

const STATUS: &str = "receivingStatus";
const CLAIM: &str = "claimingInterval";

/// A member of the record as it was afterwards, as text: a number and the same digits in quotes are equal, and null is
/// as nothing.
fn told(sql: &mut Sql, alias: &str, member: &str) {
    let (store, column) = (sql.store(), format!("{alias}.\"snapshot_after\""));
    sql.push(&match store {
        Store::Postgres => format!("({column} ->> '{member}')"),
        Store::Sqlite => format!(
            "(CASE json_type({column}, '$.{member}') WHEN 'text' THEN {column} ->> '$.{member}' ELSE NULLIF({column} -> \
             '$.{member}', 'null') END)"
        ),
    });
}

/// Identifier of the active organization, which every object of some interfaces repeats.
pub fn own_organization(sql: &mut Sql, _: &str) {
    sql.push("SELECT o.\"uuid\" FROM \"organization\" o WHERE o.\"id\" = ").organization();
}

/// The key that an audit was created with (contract packagex 2.3): its identifier is no secret, unlike its settings.
pub fn created_by_key(sql: &mut Sql, alias: &str) {
    key_uuid(sql, alias, "created_by_key_id");
}

/// The key that an audit was last changed with.
pub fn updated_by_key(sql: &mut Sql, alias: &str) {
    key_uuid(sql, alias, "updated_by_key_id");
}

fn key_uuid(sql: &mut Sql, alias: &str, column: &str) {
    sql.push("SELECT k.\"uuid\" FROM \"api_key\" k WHERE k.\"id\" = ").column(alias, column);
    sql.push(" AND k.\"organization_id\" = ").column(alias, "organization_id");
}
