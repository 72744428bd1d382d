//! Places in the store's final order.

/// Everything up to here has been seen. A negative `xid`: still in the backlog of a rebase, by row id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    pub xid: i64,
    pub row: i64,
}

/// Before the first row of a backlog.
pub const BACKLOG: Cursor = Cursor { xid: -1, row: 0 };
/// Before the first row that transaction ids put in order.
pub const START: Cursor = Cursor { xid: 0, row: 0 };

impl Cursor {
    pub const fn is_in_backlog(self) -> bool {
        self.xid < 0
    }
}
