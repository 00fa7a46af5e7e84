//! The two writes: a body becomes one command, and what the command refuses is told in the contract's words (packagex
//! 2.4, 2.5 and 5).

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::body::{self, Value, decimal, elements, members, value};
use super::envelope::Success;
use super::filter::no_word;
use super::form::Grouping;
use super::input::{Input, count};
use super::listing::{Listing, Takes};
use super::refusal::Refusal;
use super::words::{STATES, state_word};
use super::{Packagex, ident};
use crate::domain::cell::Cell;
use crate::domain::command::{Given, Order, Values, execute, find};
use crate::domain::error::{Error, Fault};
use crate::rest::kit::{Answer, Call};

/// Longest feedback.
const FEEDBACK: usize = 10_000;

impl Packagex {
    /// Makes an audit.
    pub(super) async fn create(&self, call: &Call) -> Result<Answer, Refusal> {
        let members = self.body(call)?;
        let mut input = Input::of(&members);
        if input.get("location_id").is_none() {
            input.errors.push("location_id: is required".to_owned());
        }
        input.location();
        input.rows("item_ids", ident::ITEM, "itemIds");
        input.rows("layout_ids", ident::LAYOUT, "layoutIds");
        input.number();
        input.plan();
        input.metadata(false);
        input.order.values.insert("countStock", Given::Cell(true.into()));
        let uuid = self.done(call, "openInventoryAudit", input).await?;
        self.show(
            call,
            uuid,
            Grouping::None,
            Success {
                status: StatusCode::CREATED,
                message: "Audit created.",
                page: None,
                event: Some("audit.created"),
            },
        )
        .await
    }

    /// Changes one.
    pub(super) async fn update(&self, call: &Call, id: &str) -> Result<Answer, Refusal> {
        let members = self.body(call)?;
        let mut input = Input::of(&members);
        tasks(&mut input);
        status(&mut input);
        feedback(&mut input);
        input.plan();
        input.metadata(true);
        input.number();
        input.location();
        if !input.errors.is_empty() {
            return Err(Refusal::body(input.errors));
        }
        let uuid = ident::read(ident::AUDIT, id).flatten().ok_or_else(Refusal::no_audit)?;
        input.order.target = Some(uuid);
        let uuid = match self.done(call, "workInventoryAudit", input).await {
            // Whether there is such an audit comes before what else does not exist.
            Err(refusal) if refusal.code == "invalid_body" && !self.is_there(call, uuid).await? => {
                return Err(Refusal::no_audit());
            }
            done => done?,
        };
        self.show(
            call,
            uuid,
            Grouping::None,
            Success { status: StatusCode::OK, message: "Audit updated.", page: None, event: Some("audit.updated") },
        )
        .await
    }

    /// The members of the body, after what comes before them (1.6).
    fn body(&self, call: &Call) -> Result<body::Members, Refusal> {
        if !is_json(&call.headers) {
            return Err(Refusal::media_type());
        }
        let members = body::read(&call.body)?;
        Listing::read(&call.query, self.noun(), Takes::Nothing)?;
        members.map_err(|fault| Refusal::body(vec![fault]))
    }

    async fn is_there(&self, call: &Call, uuid: Uuid) -> Result<bool, Refusal> {
        let shape = self.shapes.of(Grouping::None);
        Ok(shape.count(&call.cx, super::identified(shape.noun, uuid)).await? > 0)
    }

    /// Carries out a command; gives the audit.
    async fn done(&self, call: &Call, act: &str, input: Input<'_>) -> Result<Uuid, Refusal> {
        if !input.errors.is_empty() {
            return Err(Refusal::body(input.errors));
        }
        let act = find(act).ok_or_else(Refusal::internal)?;
        let wanted = wanted(&input.order);
        let done = execute(&call.cx, act, input.order).await.map_err(|error| refused(error, wanted))?;
        done.rows.first().copied().ok_or_else(Refusal::internal)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(sent) = headers.get(CONTENT_TYPE) else { return true };
    let sent = sent.to_str().unwrap_or_default();
    sent.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

fn tasks(input: &mut Input<'_>) {
    let Some(sent) = input.get("tasks") else { return };
    let Value::List(raw) = sent else {
        input.errors.push("tasks: must be an array".to_owned());
        return;
    };
    let entries = elements(raw);
    if let Some(fault) = count(raw, entries.len()) {
        input.errors.push(format!("tasks: {fault}"));
        return;
    }
    let (mut items, mut seen): (Vec<Values>, Vec<Uuid>) = (Vec::new(), Vec::new());
    for (position, entry) in entries.into_iter().enumerate() {
        items.push(task(input, (position, entry), &mut seen));
    }
    input.order.values.insert("tasks", Given::Items(items));
}

fn task(input: &mut Input<'_>, (position, entry): (usize, &RawValue), seen: &mut Vec<Uuid>) -> Values {
    let path = format!("tasks[{position}]");
    let mut values = Values::default();
    let Value::Object(raw) = value(entry) else {
        input.errors.push(format!("{path}: must be an object"));
        return values;
    };
    let members = members(raw);
    let mut put = |name: &str, entry: &'static str, given: Result<Given, String>| match given {
        Ok(given) => _ = values.insert(entry, given),
        Err(fault) => input.errors.push(format!("{path}.{name}: {fault}")),
    };
    let row = |name: &str, prefix: &str| Some(body::row(prefix, &value(members.get(name)?)));
    let id = match row("id", ident::TASK) {
        None => Err("is required".to_owned()),
        Some(Ok(uuid)) if seen.contains(&uuid) => Err("given more than once".to_owned()),
        Some(read) => read.map(|uuid| {
            seen.push(uuid);
            Given::One(Some(uuid))
        }),
    };
    put("id", "id", id);
    if let Some(raw) = members.get("counted_qty") {
        match counted(&value(raw)) {
            Ok((entry, cell)) => put("counted_qty", entry, Ok(Given::Cell(cell))),
            Err(fault) => put("counted_qty", "countedQty", Err(fault)),
        }
    }
    if let Some(raw) = members.get("reason_code_id") {
        let given = match value(raw) {
            Value::Null => Ok(Given::One(None)),
            value => body::row(ident::REASON, &value).map(|uuid| Given::One(Some(uuid))),
        };
        put("reason_code_id", "reasonCodeId", given);
    }
    for (name, prefix, entry) in [("item_id", ident::ITEM, "itemId"), ("layout_id", ident::LAYOUT, "layoutId")] {
        if let Some(read) = row(name, prefix) {
            put(name, entry, read.map(|uuid| Given::One(Some(uuid))));
        }
    }
    values
}

/// A count, or what is added to it.
fn counted(sent: &Value<'_>) -> Result<(&'static str, Cell), String> {
    let no_number = || "must be a number or an array of one number".to_owned();
    match sent {
        Value::Null => Ok(("countedQty", Cell::Null)),
        Value::Number(text) => {
            let number = decimal(text)?;
            if number.is_sign_negative() && !number.is_zero() {
                return Err("must be at least 0".to_owned());
            }
            Ok(("countedQty", Cell::Decimal(number)))
        }
        Value::List(raw) => match elements(raw).as_slice() {
            [one] => match value(one) {
                Value::Number(text) => Ok(("add", Cell::Decimal(decimal(text)?))),
                _ => Err(no_number()),
            },
            _ => Err(no_number()),
        },
        _ => Err(no_number()),
    }
}

fn status(input: &mut Input<'_>) {
    let Some(sent) = input.get("status") else { return };
    let Value::Text(word) = sent else {
        input.errors.push("status: must be a string".to_owned());
        return;
    };
    match STATES.iter().find(|(known, _)| *known == word) {
        Some((_, states)) => {
            let target = states.first().copied().unwrap_or_default();
            input.order.values.insert("state", Given::Cell(target.into()));
            input.order.values.insert("unless", Given::Cell(states.join(" ").into()));
        }
        None => input.errors.push(format!("status: {}", no_word(&word, STATES.map(|(word, _)| word)))),
    }
}

fn feedback(input: &mut Input<'_>) {
    let Some(sent) = input.get("feedback") else { return };
    let given = match sent {
        Value::Null => Ok(Given::Cell("".into())),
        Value::Text(text) if text.chars().count() > FEEDBACK => Err(format!("at most {FEEDBACK} characters")),
        Value::Text(text) => Ok(Given::Cell(text.into())),
        _ => Err("must be a string".to_owned()),
    };
    input.put("feedback", "feedback", given);
}

/// The word of the state that a command is to take an audit to.
fn wanted(order: &Order) -> &'static str {
    order.text("state").map_or("", state_word)
}

/// The refusal of a command, in the contract's words.
fn refused(error: Error, wanted: &'static str) -> Refusal {
    let Error::Invalid(faults) = error else { return error.into() };
    let has = |code: &str| faults.iter().any(|fault| fault.code == code);
    let told = |code: &str, words: &str| -> Vec<String> {
        let about = faults.iter().filter(|fault| fault.code == code);
        about.map(|fault| format!("{}: {words}", path(&fault.path))).collect()
    };
    if let Some(fault) = faults.iter().find(|fault| fault.code == "TRANSITION_REFUSED") {
        let stands = fault.path.last().map_or("", String::as_str);
        return Refusal::transition(state_word(stands), wanted);
    }
    if has("AUDIT_LOCKED") {
        return Refusal::locked(told("AUDIT_LOCKED", "is locked"));
    }
    if has("UNCOUNTED_TASKS") {
        return Refusal::uncounted(told("UNCOUNTED_TASKS", "is required"));
    }
    if has("REASON_CODE_REQUIRED") {
        return Refusal::unexplained(told("REASON_CODE_REQUIRED", "is required"));
    }
    if has("INVENTORY_CONFLICT") {
        return Refusal::inventory(told("INVENTORY_CONFLICT", "conflicts with inventory"));
    }
    let errors: Vec<String> = faults.iter().filter_map(said).collect();
    if !errors.is_empty() {
        return Refusal::body(errors);
    }
    if has("TAKEN") {
        return Refusal::number();
    }
    if has("NO_ELIGIBLE_TASKS") { Refusal::no_tasks() } else { Refusal::too_many_tasks() }
}

/// What is wrong with a member; none where the whole is refused for it.
fn said(fault: &Fault) -> Option<String> {
    let words = match fault.code {
        "TAKEN" | "NO_ELIGIBLE_TASKS" | "TOO_MANY_TASKS" => return None,
        "NOT_FOUND" | "ARCHIVED" => "does not exist",
        "FIXED" => "cannot be changed",
        "NEGATIVE" => "result must be at least 0",
        "TOO_LARGE" => "must be less than 1000000000000",
        "TOO_MANY" => "at most 25 pairs",
        // An asset of another kind.
        _ if fault.path.first().is_some_and(|name| name == "assetId") => "does not exist",
        _ => "contains control characters",
    };
    Some(format!("{}: {words}", path(&fault.path)))
}

/// A path as this interface writes it: `tasks[2].counted_qty`, `tasks.audtsk_….counted_qty`.
fn path(parts: &[String]) -> String {
    let mut text = String::new();
    for part in parts {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            text.push_str(&format!("[{part}]"));
            continue;
        }
        if !text.is_empty() {
            text.push('.');
        }
        match Uuid::try_parse(part) {
            Ok(uuid) => text.push_str(&ident::write(ident::TASK, uuid)),
            Err(_) => text.push_str(member(part)),
        }
    }
    text
}

fn member(name: &str) -> &str {
    const NAMES: [(&str, &str); 10] = [
        ("assetId", "location_id"),
        ("itemIds", "item_ids"),
        ("layoutIds", "layout_ids"),
        ("auditorId", "assignee"),
        ("completeBy", "complete_at"),
        ("updateInventory", "update_inventory"),
        ("countedQty", "counted_qty"),
        ("reasonCodeId", "reason_code_id"),
        ("itemId", "item_id"),
        ("layoutId", "layout_id"),
    ];
    NAMES.iter().find(|(known, _)| *known == name).map_or(name, |(_, ours)| ours)
}
