//! Making and removing records by the domain's commands (contract auditcomply 2.8).

mod asset;
mod refused;
mod schedule;
mod table;

use serde_json::{Map, Value as Json};

pub use self::asset::{METADATA, MOST as VALUES, PROFILE};
pub use self::schedule::MOST as SCHEDULES;
pub use self::table::{MAKINGS, Recipe};
use super::body::{self, Sent};
use super::member::{self, Checked, Got, Member};
use super::reference::{self, Known};
use super::refusal::Refusal;
use super::resource::Ready;
use crate::domain::access;
use crate::domain::ask::Expr;
use crate::domain::cell::Cell;
use crate::domain::command::{self, Act, Done, Given, Order, Values};
use crate::domain::cx::Cx;
use crate::domain::error::Error;
use crate::domain::identity;
use crate::domain::session::Sessions;
use crate::rest::kit::{Call, Shape};

/// What was made.
pub struct Made {
    /// Identifiers of the records.
    pub rows: Vec<Cell>,
    /// Whether a list was sent, and so is answered.
    pub is_list: bool,
}

impl Made {
    fn of(done: &Done, is_list: bool) -> Self {
        Self { rows: done.rows.iter().copied().map(Cell::Uuid).collect(), is_list }
    }
}

/// The recipe of a resource.
pub fn recipe(ready: &Ready) -> Option<&'static Recipe> {
    recipe_of(ready.resource.segment)
}

/// The recipe of what is made at a first segment.
pub fn recipe_of(segment: &str) -> Option<&'static Recipe> {
    MAKINGS.iter().find(|recipe| recipe.segment == segment)
}

/// The command that makes one.
pub fn making(ready: &Ready) -> Option<&'static Act> {
    command::find(recipe(ready)?.act)
}

/// The command that removes one.
pub fn removal() -> Option<&'static Act> {
    command::find("deleteObservationStatus")
}

/// Whether the caller may carry a command out: checked before anything is read of the body, as the contract has it.
pub fn may(cx: &Cx, act: &Act) -> bool {
    cx.caller().is_ok_and(|caller| access::may(caller, act.role, act.scope).is_ok())
}

/// Makes what a call asks for.
pub async fn run(sessions: &dyn Sessions, cx: &Cx, call: &Call, ready: &Ready) -> Result<Made, Refusal> {
    let recipe = recipe(ready).ok_or(Refusal::Defect)?;
    let sent = body::read(call)?;
    member::whole(&sent.value)?;
    match recipe.segment {
        "asset" => asset::run(cx, call, recipe, sent).await,
        "schedules" => schedule::run(cx, recipe, sent).await,
        _ => {
            let values = checked(sessions, cx, recipe, &sent).await?;
            let done = execute(cx, recipe, values).await?;
            Ok(Made::of(&done, false))
        }
    }
}

/// Carries the recipe's command out.
async fn execute(cx: &Cx, recipe: &Recipe, values: Values) -> Result<Done, Refusal> {
    let order = Order { values, ..Order::default() };
    let act = command::find(recipe.act).ok_or(Refusal::Defect)?;
    command::execute(cx, act, order).await.map_err(|error| refused::worded(recipe.members, error))
}

/// Checks a body against a recipe: everything that is wrong with it at once.
async fn checked(sessions: &dyn Sessions, cx: &Cx, recipe: &Recipe, sent: &Sent) -> Result<Values, Refusal> {
    let mut checked = member::check(recipe.members, sent)?;
    (recipe.complete)(&mut checked);
    taken(cx, recipe, &mut checked).await?;
    let known = look_up(cx, [&checked]).await?;
    let mut values = values(recipe.members, checked, &known)?;
    if let Some(Given::Cell(Cell::Text(password))) = values.get("password") {
        let hash = sessions.password_hash(password.clone()).await?;
        values.insert("password", Given::Cell(hash.into()));
    }
    Ok(values)
}

/// Looks up all rows that objects name.
async fn look_up<'c>(cx: &Cx, checked: impl IntoIterator<Item = &'c Checked>) -> Result<Vec<Known>, Refusal> {
    let given = checked.into_iter().flat_map(|checked| &checked.given);
    let wanted = given.filter_map(|(_, got)| match got {
        Got::Row(target, wanted) => Some((*target, wanted)),
        Got::Cell(_) => None,
    });
    let wanted: Vec<_> = wanted.collect();
    Ok(reference::look_up(cx, wanted.into_iter()).await?)
}

/// Says where another record has the value already. The command would refuse it, too, but nothing else with it.
async fn taken(cx: &Cx, recipe: &Recipe, checked: &mut Checked) -> Result<(), Refusal> {
    let Some((key, text)) = recipe.unique else { return Ok(()) };
    let Some(value) = checked.text(key).map(str::to_owned) else { return Ok(()) };
    let is_taken = match recipe.segment {
        "users" | "contacts" => identity::standing(cx, &value).await?.is_some(),
        _ => super::resource::holds(cx, recipe.segment, (key, &value)).await?,
    };
    if is_taken {
        checked.fault(key, text);
    }
    Ok(())
}

/// The values of an object with its rows looked up, or everything that is wrong with it, in the order of its members.
fn values(members: &[Member], checked: Checked, known: &[Known]) -> Result<Values, Refusal> {
    faults_or_values(members, checked, known).map_err(Refusal::Invalid)
}

fn faults_or_values(members: &[Member], checked: Checked, known: &[Known]) -> Result<Values, Map<String, Json>> {
    let (mut values, mut faults) = (Values::new(), checked.faults);
    for (member, got) in checked.given {
        match got {
            Got::Cell(cell) => drop(values.insert(member.entry, Given::Cell(cell))),
            Got::Row(target, wanted) => match reference::resolve(&member, target, &wanted, known) {
                Ok(uuid) => drop(values.insert(member.entry, Given::One(uuid))),
                Err((key, fault)) => match faults.get_mut(&key).and_then(Json::as_array_mut) {
                    Some(texts) => texts.extend(fault.as_array().cloned().unwrap_or_default()),
                    None => drop(faults.insert(key, fault)),
                },
            },
        }
    }
    if faults.is_empty() {
        return Ok(values);
    }
    let place = |key: &str| {
        let is_named = |member: &Member| {
            member.key == key || matches!(member.kind, member::Kind::Either(_, id_key) if id_key == key)
        };
        members.iter().position(is_named).unwrap_or(members.len())
    };
    Err(sorted(faults, place))
}

/// Members in the order of their places.
fn sorted(members: Map<String, Json>, place: impl Fn(&str) -> usize) -> Map<String, Json> {
    let mut members: Vec<(String, Json)> = members.into_iter().collect();
    members.sort_by_key(|(key, _)| place(key));
    members.into_iter().collect()
}

/// Removes the record that passes a condition.
pub async fn remove(cx: &Cx, ready: &Ready, this: Expr) -> Result<(), Refusal> {
    let form = crate::rest::kit::Form::of("", ready.shape.noun.name).value("uuid", &["uuid"], super::write::TEXT);
    let level = Shape::of(&form).read_one(cx, this).await?;
    let target = level.rows.cell(0, 1).as_uuid();
    let order = Order { target, ..Order::default() };
    match command::execute(cx, removal().ok_or(Refusal::Defect)?, order).await {
        Ok(_) => Ok(()),
        Err(Error::Rule("REFERENCED", _) | Error::Conflict(_)) => Err(Refusal::InUse),
        Err(error) => Err(error.into()),
    }
}
