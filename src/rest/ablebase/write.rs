//! Audits made, changed and removed, by the domain's commands (contract ablebase 4.3 to 4.6).

use uuid::Uuid;

use super::body::{self, CHANGED, Kind, Member, NEW, NO_LEVEL, NO_STANDARD};
use super::forms::{LEVEL, STANDARD};
use super::read::Found;
use super::refusal::{ARCHIVED, DEFECT, Refusal, STALE};
use crate::domain::access;
use crate::domain::ask::{Expr, Test, Window};
use crate::domain::cell::Cell;
use crate::domain::command::{self, Act, Given, Order};
use crate::domain::cx::Cx;
use crate::domain::error::{Error, Fault};
use crate::rest::kit::{Call, Shape, Wanted, at};

/// A command of this interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Makes an audit.
    Begin,
    /// Changes one.
    Amend,
    /// Removes one.
    Remove,
}

impl Deed {
    fn act(self) -> Result<&'static Act, Refusal> {
        let name = match self {
            Self::Begin => "beginProductAudit",
            Self::Amend => "amendProductAudit",
            Self::Remove => "deleteAudit",
        };
        command::find(name).ok_or(DEFECT)
    }

    /// Refuses a caller who may not do it.
    pub fn permit(self, cx: &Cx) -> Result<(), Refusal> {
        let act = self.act()?;
        Ok(access::may(cx.caller()?, act.role, act.scope)?)
    }

    /// Carries it out; gives the audit's identifier.
    async fn run(self, cx: &Cx, order: Order, members: &[Member]) -> Result<Uuid, Refusal> {
        match command::execute(cx, self.act()?, order).await {
            Ok(done) => done.rows.first().copied().ok_or(DEFECT),
            Err(Error::Invalid(faults)) => Err(refused(members, faults)),
            Err(error) => Err(error.into()),
        }
    }
}

/// What is wrong with a body comes before what is wrong with the product.
fn refused(members: &[Member], faults: Vec<Fault>) -> Refusal {
    match body::worded(members, &faults) {
        Some(refusal) => refusal,
        None if faults.iter().any(|fault| fault.code == "ARCHIVED") => ARCHIVED,
        None => Error::Invalid(faults).into(),
    }
}

/// Makes an audit of a product.
pub async fn begin(cx: &Cx, call: &Call, product: Uuid) -> Result<Uuid, Refusal> {
    let object = if call.body.is_empty() { serde_json::Map::new() } else { body::object(call)? };
    let mut order = body::order(NEW, &object);
    order.values.insert("assetId", Given::One(Some(product)));
    Deed::Begin.run(cx, order, NEW).await
}

/// Changes an audit.
pub async fn amend(cx: &Cx, call: &Call, found: &Found) -> Result<Uuid, Refusal> {
    let expected_version = expected(call, found)?;
    let mut order = body::order(CHANGED, &body::object(call)?);
    look_up(cx, &mut order, found.standard).await?;
    Deed::Amend.run(cx, Order { target: Some(found.uuid), expected_version, ..order }, CHANGED).await
}

/// Removes an audit.
pub async fn remove(cx: &Cx, call: &Call, found: &Found) -> Result<(), Refusal> {
    let expected_version = expected(call, found)?;
    let order = Order { target: Some(found.uuid), expected_version, ..Order::default() };
    Deed::Remove.run(cx, order, &[]).await.map(|_| ())
}

/// The version that the client saw, if it named the present one; none where it named none.
fn expected(call: &Call, found: &Found) -> Result<Option<i64>, Refusal> {
    let mut lines = call.headers.get_all(axum::http::header::IF_MATCH).iter().peekable();
    if lines.peek().is_none() {
        return Ok(None);
    }
    let tag = etag(found.version);
    let named: Vec<&str> =
        lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).map(str::trim).collect();
    match named.as_slice() {
        ["*"] => Ok(None),
        named if named.contains(&tag.as_str()) => Ok(Some(found.version)),
        _ => Err(STALE),
    }
}

/// The entity tag of a version.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// Puts rows in place of the texts that name them.
async fn look_up(cx: &Cx, order: &mut Order, present: Option<Uuid>) -> Result<(), Refusal> {
    let mut standard = present;
    for member in CHANGED.iter().filter(|member| matches!(member.kind, Kind::Standard | Kind::Level)) {
        let row = match order.cell(member.entry) {
            None => continue,
            Some(Cell::Text(name)) => {
                let (found, rule) = if member.kind == Kind::Standard {
                    (standard_of(cx, name).await?, NO_STANDARD)
                } else {
                    (level_of(cx, name, standard).await?, NO_LEVEL)
                };
                let Some(found) = found else {
                    order.values.shift_remove(member.entry);
                    order.faults.push(Fault::field(member.entry, rule));
                    continue;
                };
                Some(found)
            }
            Some(_) => None,
        };
        order.values.insert(member.entry, Given::One(row));
        if member.kind == Kind::Standard {
            standard = row;
        }
    }
    Ok(())
}

/// That a row is named so, by its short name or its identifier.
fn is_named(shape: &Shape, field: &str, name: &str) -> Expr {
    let by_name = at(shape.noun, field, Test::Eq(name.into()));
    match Uuid::try_parse(name).ok().filter(|_| name.len() == 36) {
        Some(uuid) => Expr::Or(vec![by_name, at(shape.noun, "uuid", Test::Eq(uuid.into()))]),
        None => by_name,
    }
}

/// The rows that pass a condition, as what was read of each.
async fn rows(cx: &Cx, shape: &Shape, expr: Expr, count: usize) -> Result<Vec<Vec<Cell>>, Refusal> {
    let wanted = Wanted { expr, order: Vec::new(), window: Window::default(), total: false };
    let level = shape.read(cx, wanted).await?;
    let row = |row| (0..count).map(|index| shape.beside(&level, row, index).clone()).collect();
    Ok((0..level.rows.len()).map(row).collect())
}

/// The standard of a name: the organization's own before those that are built in, a short name before an identifier.
async fn standard_of(cx: &Cx, name: &str) -> Result<Option<Uuid>, Refusal> {
    if name.contains('\0') {
        return Ok(None);
    }
    let shape = Shape::of(&STANDARD);
    let mut found = rows(cx, &shape, is_named(&shape, "slug", name), 3).await?;
    found.sort_by_key(|row| {
        let text = |index: usize| row.get(index).and_then(Cell::as_str);
        (text(1) != Some(name), text(2) != Some("CUSTOM"))
    });
    Ok(found.first().and_then(|row| row.first()?.as_uuid()))
}

/// The level of a name that a standard has.
async fn level_of(cx: &Cx, name: &str, standard: Option<Uuid>) -> Result<Option<Uuid>, Refusal> {
    let Some(standard) = standard.filter(|_| !name.contains('\0')) else { return Ok(None) };
    let shape = Shape::of(&LEVEL);
    let of_standard = at(shape.noun, "standard.uuid", Test::Eq(standard.into()));
    let found = rows(cx, &shape, Expr::all([is_named(&shape, "code", name), of_standard]), 1).await?;
    Ok(found.first().and_then(|row| row.first()?.as_uuid()))
}
