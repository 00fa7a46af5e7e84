//! Objects, connections and lists of described nouns: what is asked of them, as a [`Select`] and a shape.

use async_graphql::parser::types::{Field as Asked, SelectionSet};
use chrono::{DateTime, Utc};
use indexmap::IndexMap;

use super::collect::{Collector, Merged, sets};
use super::shape::{ConnectionDraft, Draft, EdgeDraft, ObjectDraft, PageInfoPart, PartDraft};
use super::value::References;
use crate::domain::ask::{Ask, Many, One, Select, Window, named_order, order_of};
use crate::domain::describe::{Noun, Relation, Shape};
use crate::domain::error::{Error, Exceeded, Result};
use crate::domain::model::model;
use crate::graphql::input::{self, Arguments, FilterLimits, PageSizes};

/// Name of the interface of everything with a global id.
pub const NODE: &str = "Node";

/// Limits that depend on what is asked, not on how it is written.
#[derive(Clone, Copy, Debug)]
pub struct PlanLimits {
    /// Page sizes of root connections.
    pub root: PageSizes,
    /// Page sizes of connections within objects.
    pub nested: PageSizes,
    /// Rows that all connections together may give, page sizes multiplied.
    pub rows: u64,
    /// What one filter may hold.
    pub filter: FilterLimits,
    /// Steps of one order.
    pub order_fields: usize,
}

impl Default for PlanLimits {
    fn default() -> Self {
        Self {
            root: PageSizes { default: 25, most: 200 },
            nested: PageSizes { default: 10, most: 100 },
            rows: 10_000,
            filter: FilterLimits::default(),
            order_fields: 5,
        }
    }
}

/// Compiles one operation.
pub struct Compiler<'d> {
    /// The document.
    pub collector: Collector<'d>,
    /// The limits.
    pub limits: PlanLimits,
    /// Rows estimated so far.
    pub rows: u64,
    /// The instant the request is answered at.
    pub now: DateTime<Utc>,
    /// The instant that the root field is asked for; now without it.
    pub as_of: Option<DateTime<Utc>>,
}

fn untold(name: &str) -> Error {
    Error::invalid(name, "is not kept in the trail, so it cannot be told as of an instant")
}

fn unknown(name: &str, type_name: &str) -> Error {
    Error::invalid("query", format!("{type_name} has no field {name}"))
}

/// The first field of a key, which stands for the others where they must be alike.
pub fn first<'d>(fields: &Merged<'d>) -> Result<&'d Asked> {
    fields.first().copied().ok_or(Error::Internal)
}

impl<'d> Compiler<'d> {
    /// Adds rows to the estimate, which must stay within its limit.
    pub fn estimate(&mut self, rows: u64) -> Result<()> {
        self.rows = self.rows.saturating_add(rows);
        if self.rows > self.limits.rows {
            let found = self.rows;
            return Err(Error::TooLarge(Exceeded { limit: "estimated rows", value: self.limits.rows, found }));
        }
        Ok(())
    }

    /// The response keys of an object of a type that is no noun.
    pub fn keys(&self, fields: &Merged<'d>, type_name: &str) -> Result<IndexMap<&'d str, Merged<'d>>> {
        self.collector.collect(&sets(fields), type_name, &[])
    }

    /// What is asked of a row of `noun`, added to `select`.
    pub fn object(
        &mut self,
        noun: &'static Noun,
        selection: &[&'d SelectionSet],
        select: &mut Select,
        parents: u64,
    ) -> Result<ObjectDraft> {
        let interfaces: &[&str] = if noun.identified { &[NODE] } else { &[] };
        let keys = self.collector.collect(selection, noun.name, interfaces)?;
        let mut fields = Vec::with_capacity(keys.len());
        for (key, merged) in keys {
            let draft = self.field(noun, &merged, select, parents)?;
            fields.push((key.to_owned(), draft));
        }
        Ok(ObjectDraft { noun, fields })
    }

    fn field(&mut self, noun: &'static Noun, merged: &Merged<'d>, select: &mut Select, parents: u64) -> Result<Draft> {
        let asked = first(merged)?;
        let name = asked.name.node.as_str();
        if name == "__typename" {
            return Ok(Draft::Typename);
        }
        if name == "id" && noun.identified {
            let (uuid, _) = noun.find_field("uuid").ok_or(Error::Internal)?;
            return Ok(Draft::Id(select_field(select, uuid)));
        }
        if name == "changes" && noun.name == "ChangeEvent" {
            let (before, _) = noun.find_field("snapshotBefore").ok_or(Error::Internal)?;
            let (after, _) = noun.find_field("snapshotAfter").ok_or(Error::Internal)?;
            let shape = self.value(merged, "Change", &mut References::default())?;
            return Ok(Draft::Changes(select_field(select, before), select_field(select, after), shape));
        }
        if let Some((index, field)) = noun.find_field(name) {
            if !asked.arguments.is_empty() {
                return Err(Error::invalid(name, "takes no arguments"));
            }
            if self.as_of.is_some() && !field.is_told {
                return Err(untold(name));
            }
            return Ok(Draft::Cell(select_field(select, index), field));
        }
        let Some((index, relation)) = noun.find_relation(name) else {
            return Err(unknown(name, noun.name));
        };
        let target = model().noun(relation.target).ok_or(Error::Internal)?;
        if self.as_of.is_some() && !relation.is_told(target) {
            return Err(untold(name));
        }
        match relation.shape {
            Shape::One => self.one(index, target, merged, select, parents),
            Shape::List => self.list(index, target, merged, select, parents),
            Shape::Connection => {
                let many = self.connection(target, merged, parents, Some(relation))?;
                select.manys.push(Many { relation: index, ask: many.ask, select: many.select });
                Ok(Draft::Connection(select.manys.len() - 1, many.draft))
            }
        }
    }

    fn one(
        &mut self,
        relation: usize,
        target: &'static Noun,
        merged: &Merged<'d>,
        select: &mut Select,
        parents: u64,
    ) -> Result<Draft> {
        // The same row asked for under two names is joined once.
        let at = select.ones.iter().position(|one| one.relation == relation);
        let at = at.unwrap_or_else(|| {
            select.ones.push(One { relation, select: Select::default() });
            select.ones.len() - 1
        });
        let mut inner = select.ones.get_mut(at).map(|one| std::mem::take(&mut one.select)).unwrap_or_default();
        let draft = self.object(target, &sets(merged), &mut inner, parents)?;
        if let Some(one) = select.ones.get_mut(at) {
            one.select = inner;
        }
        Ok(Draft::One(at, draft))
    }

    fn list(
        &mut self,
        relation: usize,
        target: &'static Noun,
        merged: &Merged<'d>,
        select: &mut Select,
        parents: u64,
    ) -> Result<Draft> {
        let mut inner = Select::default();
        let draft = self.object(target, &sets(merged), &mut inner, parents)?;
        let ask = Ask {
            expr: crate::domain::ask::Expr::always(),
            order: order_of(target, &[]),
            window: Window::default(),
            rows: true,
            total: false,
            cursors: false,
        };
        select.manys.push(Many { relation, ask, select: inner });
        Ok(Draft::List(select.manys.len() - 1, draft))
    }

    /// What is asked of a connection of `noun`.
    pub fn connection(
        &mut self,
        noun: &'static Noun,
        merged: &Merged<'d>,
        parents: u64,
        nested: Option<&Relation>,
    ) -> Result<Connection> {
        let arguments = self.collector.arguments(first(merged)?)?;
        let sizes = if nested.is_some() { self.limits.nested } else { self.limits.root };
        let order = nested.map_or(&[][..], |relation| relation.order);
        self.connection_with(noun, merged, &arguments, parents, Paging { sizes, order })
    }

    /// The same with arguments that were read before.
    pub fn connection_with(
        &mut self,
        noun: &'static Noun,
        merged: &Merged<'d>,
        arguments: &Arguments,
        parents: u64,
        Paging { sizes, order: own }: Paging,
    ) -> Result<Connection> {
        let expr = match arguments.get("filter") {
            Some(value) => input::filter(noun, value, &self.limits.filter)?,
            None => crate::domain::ask::Expr::always(),
        };
        let mut order = input::order(noun, arguments.get("orderBy"), self.limits.order_fields)?;
        if order.is_empty() {
            order = named_order(noun, own);
        }
        let order = order_of(noun, &order);
        if self.as_of.is_some() {
            let mut steps = order.iter().filter_map(|step| noun.fields.get(step.field));
            let step = steps.find(|field| !field.is_told).map(|field| field.name);
            if let Some(name) = expr.untold(model(), noun).or(step) {
                return Err(untold(name));
            }
        }
        let window = input::window(noun, &order, arguments, sizes)?;
        let limit = window.limit.unwrap_or(sizes.default) as u64;
        let rows = parents.saturating_mul(limit.max(1));
        let mut select = Select::default();
        let mut ask = Ask { expr, order: order.clone(), window, rows: false, total: false, cursors: false };
        let mut parts = Vec::new();
        for (key, merged) in self.keys(merged, &format!("{}Connection", noun.name))? {
            let part = match first(&merged)?.name.node.as_str() {
                "__typename" => PartDraft::Typename,
                "totalCount" => {
                    ask.total = true;
                    PartDraft::TotalCount
                }
                "nodes" => {
                    ask.rows = true;
                    PartDraft::Nodes(self.object(noun, &sets(&merged), &mut select, rows)?)
                }
                "pageInfo" => {
                    ask.rows = true;
                    PartDraft::PageInfo(self.page_info(&merged, &mut ask)?)
                }
                "edges" => {
                    ask.rows = true;
                    PartDraft::Edges(self.edges(noun, &merged, &mut ask, &mut select, rows)?)
                }
                name => return Err(unknown(name, "connection")),
            };
            parts.push((key.to_owned(), part));
        }
        if ask.rows {
            self.estimate(rows)?;
        }
        let bounded = if ask.window.backward { ask.window.before.is_some() } else { ask.window.after.is_some() };
        let draft = ConnectionDraft { parts, order, backward: ask.window.backward, bounded, noun };
        Ok(Connection { ask, select, draft })
    }

    fn page_info(&self, merged: &Merged<'d>, ask: &mut Ask) -> Result<Vec<(String, PageInfoPart)>> {
        let mut parts = Vec::new();
        for (key, merged) in self.keys(merged, "PageInfo")? {
            let part = match first(&merged)?.name.node.as_str() {
                "__typename" => PageInfoPart::Typename,
                "hasNextPage" => PageInfoPart::HasNextPage,
                "hasPreviousPage" => PageInfoPart::HasPreviousPage,
                "startCursor" => PageInfoPart::StartCursor,
                "endCursor" => PageInfoPart::EndCursor,
                name => return Err(unknown(name, "PageInfo")),
            };
            ask.cursors |= matches!(part, PageInfoPart::StartCursor | PageInfoPart::EndCursor);
            parts.push((key.to_owned(), part));
        }
        Ok(parts)
    }

    fn edges(
        &mut self,
        noun: &'static Noun,
        merged: &Merged<'d>,
        ask: &mut Ask,
        select: &mut Select,
        rows: u64,
    ) -> Result<Vec<(String, EdgeDraft)>> {
        let mut parts = Vec::new();
        for (key, merged) in self.keys(merged, &format!("{}Edge", noun.name))? {
            let part = match first(&merged)?.name.node.as_str() {
                "__typename" => EdgeDraft::Typename,
                "cursor" => {
                    ask.cursors = true;
                    EdgeDraft::Cursor
                }
                "node" => EdgeDraft::Node(self.object(noun, &sets(&merged), select, rows)?),
                name => return Err(unknown(name, "edge")),
            };
            parts.push((key.to_owned(), part));
        }
        Ok(parts)
    }
}

/// How a connection is paged where nothing else is asked for.
#[derive(Clone, Copy)]
pub struct Paging {
    /// Sizes of a page.
    pub sizes: PageSizes,
    /// The order; the noun's own where it is empty.
    pub order: &'static [(&'static str, bool)],
}

impl From<PageSizes> for Paging {
    fn from(sizes: PageSizes) -> Self {
        Self { sizes, order: &[] }
    }
}

/// A compiled connection.
pub struct Connection {
    /// Which rows.
    pub ask: Ask,
    /// What of them.
    pub select: Select,
    /// The shape of the answer.
    pub draft: ConnectionDraft,
}

fn select_field(select: &mut Select, field: usize) -> usize {
    select.fields.iter().position(|known| *known == field).unwrap_or_else(|| {
        select.fields.push(field);
        select.fields.len() - 1
    })
}
