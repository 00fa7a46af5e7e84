//! What an answer looks like: for each response key, where in the rows its value is.

use std::sync::Arc;

use super::value::ValueShape;
use crate::domain::ask::{OrderBy, Select};
use crate::domain::describe::{Field, Noun, Shape};

/// The fields of one object, in the order of the response.
#[derive(Debug)]
pub struct ObjectShape {
    /// The noun of the row.
    pub noun: &'static Noun,
    /// Response key and source of each.
    pub fields: Vec<(String, Out)>,
}

/// Where the value of one response key is.
#[derive(Debug)]
pub enum Out {
    /// The name of the type.
    Typename,
    /// The global id, from the uuid in this column.
    Id(usize),
    /// The value in this column.
    Cell(usize, &'static Field),
    /// The row joined from this column on; none where its id is null.
    One(usize, Arc<ObjectShape>),
    /// The rows of a list below, found by the parent's id in a column.
    Connection(ListAt, Arc<ConnectionShape>),
    /// The same as a plain list.
    List(ListAt, Arc<ObjectShape>),
    /// Worked out from columns of the row.
    Computed(Computed, Arc<ValueShape>),
}

/// A value worked out from a row.
#[derive(Clone, Copy, Debug)]
pub enum Computed {
    /// The differences of two snapshots, in these columns: before and after.
    Changes(usize, usize),
}

/// A list below a level.
#[derive(Clone, Copy, Debug)]
pub struct ListAt {
    /// Position among the level's lists.
    pub below: usize,
    /// Column of the parent's id.
    pub parent_at: usize,
}

/// The parts of a connection that are asked for.
#[derive(Debug)]
pub struct ConnectionShape {
    /// The noun of the rows.
    pub noun: &'static Noun,
    /// Response key and part of each.
    pub parts: Vec<(String, ConnectionPart)>,
    /// The order the cursors are made for.
    pub order: Vec<OrderBy>,
    /// Counted from the end.
    pub backward: bool,
    /// There is a place given on the side where the window begins.
    pub bounded: bool,
}

/// One part of a connection.
#[derive(Debug)]
pub enum ConnectionPart {
    /// The name of the type.
    Typename,
    /// The rows.
    Nodes(Arc<ObjectShape>),
    /// The rows with their cursors.
    Edges(Arc<Vec<(String, EdgePart)>>),
    /// About the page.
    PageInfo(Arc<Vec<(String, PageInfoPart)>>),
    /// The number of all rows.
    TotalCount,
}

/// One part of an edge.
#[derive(Debug)]
pub enum EdgePart {
    /// The name of the type.
    Typename,
    /// The place of the row.
    Cursor,
    /// The row.
    Node(Arc<ObjectShape>),
}

/// One part of a page's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageInfoPart {
    /// The name of the type.
    Typename,
    /// There are rows behind the page.
    HasNextPage,
    /// There are rows before the page.
    HasPreviousPage,
    /// The place of the first row.
    StartCursor,
    /// The place of the last row.
    EndCursor,
}

/// Where things are, before the columns are known: positions within the select of the object.
#[derive(Debug)]
pub enum Draft {
    /// See [`Out::Typename`].
    Typename,
    /// Position of the uuid among the fields.
    Id(usize),
    /// Position among the fields.
    Cell(usize, &'static Field),
    /// Position among the joined rows.
    One(usize, ObjectDraft),
    /// Position among the lists.
    Connection(usize, ConnectionDraft),
    /// Position among the lists.
    List(usize, ObjectDraft),
    /// Positions of the two snapshots among the fields.
    Changes(usize, usize, Arc<ValueShape>),
}

/// An object before the columns are known.
#[derive(Debug)]
pub struct ObjectDraft {
    /// The noun of the row.
    pub noun: &'static Noun,
    /// Response keys.
    pub fields: Vec<(String, Draft)>,
}

/// A connection before the columns are known. Its rows have a level of their own.
#[derive(Debug)]
pub struct ConnectionDraft {
    /// Response keys.
    pub parts: Vec<(String, PartDraft)>,
    /// The order.
    pub order: Vec<OrderBy>,
    /// Counted from the end.
    pub backward: bool,
    /// There is a place given where the window begins.
    pub bounded: bool,
    /// The noun of the rows.
    pub noun: &'static Noun,
}

/// One part of a connection before the columns are known.
#[derive(Debug)]
pub enum PartDraft {
    /// See [`ConnectionPart::Typename`].
    Typename,
    /// See [`ConnectionPart::Nodes`].
    Nodes(ObjectDraft),
    /// See [`ConnectionPart::Edges`].
    Edges(Vec<(String, EdgeDraft)>),
    /// See [`ConnectionPart::PageInfo`].
    PageInfo(Vec<(String, PageInfoPart)>),
    /// See [`ConnectionPart::TotalCount`].
    TotalCount,
}

/// One part of an edge before the columns are known.
#[derive(Debug)]
pub enum EdgeDraft {
    /// See [`EdgePart::Typename`].
    Typename,
    /// See [`EdgePart::Cursor`].
    Cursor,
    /// See [`EdgePart::Node`].
    Node(ObjectDraft),
}

impl ObjectDraft {
    /// Puts the columns in, for rows of a level of their own.
    pub fn place(self, select: &Select) -> Arc<ObjectShape> {
        self.place_at(select, 0, 0)
    }

    /// Puts the columns in, for a select that begins at column `offset` and whose lists begin at `lists`.
    fn place_at(self, select: &Select, offset: usize, lists: usize) -> Arc<ObjectShape> {
        let noun = self.noun;
        let fields = self
            .fields
            .into_iter()
            .filter_map(|(key, draft)| Some((key, place(draft, noun, select, offset, lists)?)))
            .collect();
        Arc::new(ObjectShape { noun, fields })
    }
}

fn place(draft: Draft, noun: &'static Noun, select: &Select, offset: usize, lists: usize) -> Option<Out> {
    Some(match draft {
        Draft::Typename => Out::Typename,
        Draft::Id(index) => Out::Id(select.field_at(offset, index)),
        Draft::Cell(index, field) => Out::Cell(select.field_at(offset, index), field),
        Draft::Changes(before, after, shape) => {
            Out::Computed(Computed::Changes(select.field_at(offset, before), select.field_at(offset, after)), shape)
        }
        Draft::One(index, draft) => {
            let before = select.ones.iter().take(index).map(|one| list_count(&one.select)).sum::<usize>();
            let one = select.ones.get(index)?;
            let at = select.one_at(offset, index);
            Out::One(at, draft.place_at(&one.select, at, lists + select.manys.len() + before))
        }
        Draft::Connection(index, draft) => {
            let many = select.manys.get(index)?;
            Out::Connection(ListAt { below: lists + index, parent_at: offset }, draft.place(&many.select))
        }
        Draft::List(index, draft) => {
            let many = select.manys.get(index)?;
            debug_assert!(noun.relations.get(many.relation).is_some_and(|relation| relation.shape == Shape::List));
            Out::List(ListAt { below: lists + index, parent_at: offset }, draft.place(&many.select))
        }
    })
}

fn list_count(select: &Select) -> usize {
    select.manys.len() + select.ones.iter().map(|one| list_count(&one.select)).sum::<usize>()
}

impl ConnectionDraft {
    /// Puts the columns in.
    pub fn place(self, select: &Select) -> Arc<ConnectionShape> {
        let parts = self
            .parts
            .into_iter()
            .map(|(key, part)| {
                let part = match part {
                    PartDraft::Typename => ConnectionPart::Typename,
                    PartDraft::Nodes(draft) => ConnectionPart::Nodes(draft.place(select)),
                    PartDraft::Edges(parts) => ConnectionPart::Edges(Arc::new(
                        parts
                            .into_iter()
                            .map(|(key, part)| {
                                let part = match part {
                                    EdgeDraft::Typename => EdgePart::Typename,
                                    EdgeDraft::Cursor => EdgePart::Cursor,
                                    EdgeDraft::Node(draft) => EdgePart::Node(draft.place(select)),
                                };
                                (key, part)
                            })
                            .collect(),
                    )),
                    PartDraft::PageInfo(parts) => ConnectionPart::PageInfo(Arc::new(parts)),
                    PartDraft::TotalCount => ConnectionPart::TotalCount,
                };
                (key, part)
            })
            .collect();
        Arc::new(ConnectionShape {
            noun: self.noun,
            parts,
            order: self.order,
            backward: self.backward,
            bounded: self.bounded,
        })
    }
}
