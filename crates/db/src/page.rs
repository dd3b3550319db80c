//! Pages of lists. A cursor is the id of the last row; ids sort by creation time, and lists show the newest first.

/// Which rows of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Only rows before this id.
    pub before: Option<String>,
    pub limit: u64,
}

impl PageRequest {
    pub const LARGEST: u64 = 200;
    pub const DEFAULT: u64 = 50;

    /// A limit outside 1 to [`Self::LARGEST`] is moved to its nearest bound.
    #[must_use]
    pub fn new(cursor: Option<String>, limit: Option<u32>) -> Self {
        Self { before: cursor, limit: limit.map_or(Self::DEFAULT, u64::from).clamp(1, Self::LARGEST) }
    }
}

/// Rows and the cursor of the next page, absent on the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<M> {
    pub rows: Vec<M>,
    pub next_cursor: Option<String>,
}

impl<M> Rows<M> {
    /// `rows` holds up to one row more than the limit, which tells that there is a next page.
    pub(crate) fn of(mut rows: Vec<M>, limit: u64, id: impl Fn(&M) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(id) } else { None };
        Self { rows, next_cursor }
    }
}
