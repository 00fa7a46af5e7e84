//! What is read: lists without pages, one audit, and what an address leads to (contract ablebase 4.1 and 4.2).

use std::sync::{Arc, LazyLock};

use super::forms::{AUDIT, FUTURE_AUDIT, ISSUE, LISTED_AUDIT, Made, PRODUCT, TARGET};
use super::refusal::{NO_AUDIT, NO_PRODUCT, Refusal};
use super::route::{Number, Slug};
use crate::domain::ask::{Expr, Level, Test, Window, named_order};
use crate::domain::cx::Cx;
use crate::domain::error::Error;
use crate::rest::kit::{Out, Shape, Terms, Wanted, at};

/// A list: the member it stands in, its form and its order.
pub struct List {
    /// The member that holds the rows.
    pub member: &'static str,
    /// The form of a row.
    pub form: &'static Made,
    /// The order, descending where true.
    pub order: &'static [(&'static str, bool)],
    shape: LazyLock<Shape>,
}

/// The audits of all products in use.
pub static AUDITS: List = List {
    member: "audits",
    form: &LISTED_AUDIT,
    order: &[("assetSequence", true), ("assetSlug", false)],
    shape: LazyLock::new(|| Shape::of(&LISTED_AUDIT)),
};
/// The audits of a product.
pub static PRODUCT_AUDITS: List = List {
    member: "audits",
    form: &AUDIT,
    order: &[("assetSequence", true)],
    shape: LazyLock::new(|| Shape::of(&AUDIT)),
};
/// The full audits that are to come.
pub static FUTURE_AUDITS: List = List {
    member: "futureAudits",
    form: &FUTURE_AUDIT,
    order: &[("nextAuditDate", false), ("assetSlug", false)],
    shape: LazyLock::new(|| Shape::of(&FUTURE_AUDIT)),
};
/// What an audit found.
pub static ISSUES: List =
    List { member: "issues", form: &ISSUE, order: &[("number", true)], shape: LazyLock::new(|| Shape::of(&ISSUE)) };

static ONE: LazyLock<Shape> = LazyLock::new(|| Shape::of(&AUDIT));
static FOUND: LazyLock<Shape> = LazyLock::new(|| Shape::of(&TARGET));
static PRODUCT_FOUND: LazyLock<Shape> = LazyLock::new(|| Shape::of(&PRODUCT));

/// An audit that is to be changed.
pub struct Found {
    /// Which.
    pub uuid: uuid::Uuid,
    /// In which version.
    pub version: i64,
    /// The standard it audits against.
    pub standard: Option<uuid::Uuid>,
}

impl List {
    /// Reads the rows that pass a condition: one statement, whatever their number.
    pub async fn read(&self, cx: &Cx, expr: Expr) -> Result<Arc<Level>, Error> {
        let order = named_order(self.shape.noun, self.order);
        self.shape.read(cx, Wanted { expr, order, window: Window::default(), total: false }).await
    }

    /// The body with the rows.
    pub fn write(&self, level: &Level, terms: &Terms) -> Vec<u8> {
        let mut out = Out::new(terms);
        out.raw("{");
        out.key(self.member);
        self.shape.write_all(level, &mut out);
        out.raw("}");
        out.bytes
    }
}

/// That what a path leads to is a product with this short name.
fn product(shape: &Shape, path: &str, slug: &str) -> Expr {
    let named = |field: &str, word: &str| at(shape.noun, &format!("{path}{field}"), Test::Eq(word.into()));
    Expr::all([named("slug", slug), named("kind", "PRODUCT")])
}

/// The audits of all products in use.
pub async fn audits(cx: &Cx) -> Result<Arc<Level>, Refusal> {
    let noun = AUDITS.shape.noun;
    let of_product = at(noun, "asset.kind", Test::Eq("PRODUCT".into()));
    Ok(AUDITS.read(cx, Expr::all([of_product, at(noun, "asset.archivedAt", Test::IsNull(true))])).await?)
}

/// The full audits that are to come.
pub async fn future_audits(cx: &Cx) -> Result<Arc<Level>, Refusal> {
    Ok(FUTURE_AUDITS.read(cx, Expr::always()).await?)
}

/// The audits of a product. Where there are none, the product is looked for.
pub async fn product_audits(cx: &Cx, slug: &Slug) -> Result<Arc<Level>, Refusal> {
    let name = slug.as_deref().ok_or(NO_PRODUCT)?;
    let level = PRODUCT_AUDITS.read(cx, product(&PRODUCT_AUDITS.shape, "asset.", name)).await?;
    if level.rows.is_empty() {
        find_product(cx, slug).await?;
    }
    Ok(level)
}

/// What an audit found. Where that is nothing, the audit is looked for.
pub async fn issues(cx: &Cx, slug: &Slug, number: Number) -> Result<Arc<Level>, Refusal> {
    let (Some(name), Some(sequence)) = (slug.as_deref(), number) else { return Err(missing(cx, slug).await) };
    let of_product = product(&ISSUES.shape, "audit.asset.", name);
    let numbered = at(ISSUES.shape.noun, "audit.assetSequence", Test::Eq(sequence.into()));
    let level = ISSUES.read(cx, Expr::all([of_product, numbered])).await?;
    if level.rows.is_empty() {
        find(cx, slug, number).await?;
    }
    Ok(level)
}

/// The identifier of a product.
pub async fn find_product(cx: &Cx, slug: &Slug) -> Result<uuid::Uuid, Refusal> {
    let name = slug.as_deref().ok_or(NO_PRODUCT)?;
    let level = PRODUCT_FOUND.read_one(cx, product(&PRODUCT_FOUND, "", name)).await.map_err(absent(NO_PRODUCT))?;
    PRODUCT_FOUND.beside(&level, 0, 0).as_uuid().ok_or(NO_PRODUCT)
}

/// The refusal of an audit that is not there: without its product, that of the product.
async fn missing(cx: &Cx, slug: &Slug) -> Refusal {
    find_product(cx, slug).await.err().unwrap_or(NO_AUDIT)
}

fn absent(refusal: Refusal) -> impl Fn(Error) -> Refusal {
    move |error| if let Error::NotFound(_) = error { refusal.clone() } else { error.into() }
}

async fn read_audit(cx: &Cx, shape: &Shape, slug: &Slug, number: Number) -> Result<Arc<Level>, Refusal> {
    let (Some(name), Some(sequence)) = (slug.as_deref(), number) else { return Err(missing(cx, slug).await) };
    let numbered = at(shape.noun, "assetSequence", Test::Eq(sequence.into()));
    match shape.read_one(cx, Expr::all([product(shape, "asset.", name), numbered])).await {
        Err(Error::NotFound(_)) => Err(missing(cx, slug).await),
        read => Ok(read?),
    }
}

/// An audit that is to be changed.
pub async fn find(cx: &Cx, slug: &Slug, number: Number) -> Result<Found, Refusal> {
    let level = read_audit(cx, &FOUND, slug, number).await?;
    let cell = |index| FOUND.beside(&level, 0, index);
    Ok(Found {
        uuid: cell(0).as_uuid().ok_or(NO_AUDIT)?,
        version: cell(1).as_int().ok_or(NO_AUDIT)?,
        standard: cell(2).as_uuid(),
    })
}

/// An audit as it is shown.
pub struct Shown {
    /// The body.
    pub body: Vec<u8>,
    /// The version.
    pub version: i64,
    /// The number among those of the product.
    pub number: i64,
}

/// An audit by its address.
pub async fn audit(cx: &Cx, (slug, number): (&Slug, Number), terms: &Terms) -> Result<Shown, Refusal> {
    Ok(shown(&*read_audit(cx, &ONE, slug, number).await?, terms))
}

/// An audit by its identifier.
pub async fn audit_of(cx: &Cx, uuid: uuid::Uuid, terms: &Terms) -> Result<Shown, Refusal> {
    let level = ONE.read_one(cx, at(ONE.noun, "uuid", Test::Eq(uuid.into()))).await.map_err(absent(NO_AUDIT))?;
    Ok(shown(&level, terms))
}

fn shown(level: &Level, terms: &Terms) -> Shown {
    let mut out = Out::new(terms);
    out.raw("{");
    out.key("audit");
    ONE.write(level, 0, &mut out);
    out.raw("}");
    let count = |index| ONE.beside(level, 0, index).as_int().unwrap_or_default();
    Shown { body: out.bytes, version: count(0), number: count(1) }
}
