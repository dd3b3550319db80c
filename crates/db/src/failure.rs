//! Turns failures of the database into Stead's error. The text of a database error is inside text: it may hold data.

use sea_orm::DbErr;
use stead_core::{Error, Result};

use crate::dialect;

/// Says what was being done when the database failed.
pub(crate) trait Doing<T> {
    fn doing(self, what: &'static str) -> Result<T>;
}

impl<T> Doing<T> for std::result::Result<T, DbErr> {
    fn doing(self, what: &'static str) -> Result<T> {
        self.map_err(|failure| {
            if dialect::is_unreachable(&failure) {
                return Error::unavailable("database_unavailable", "The database does not answer.")
                    .next_step("Try again in a moment; the operator finds the reason in the server's log.")
                    .context(what)
                    .source_error(failure);
            }
            if dialect::is_unstorable_text(&failure) {
                return Error::invalid(
                    "text_invalid",
                    "A text holds a NUL character, which cannot be stored.",
                )
                .next_step("Remove it and try again.")
                .context(what)
                .source_error(failure);
            }
            Error::internal(what).source_error(failure)
        })
    }
}

/// Whether the transaction lost a race and may be run again from its beginning.
pub(crate) fn lost_a_race(error: &Error) -> bool {
    database_failure(error).is_some_and(dialect::is_lost_race)
}

/// Whether the row already exists (a unique index refused it).
#[must_use]
pub(crate) fn is_duplicate(error: &Error) -> bool {
    database_failure(error).is_some_and(|failure| {
        matches!(failure.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
    })
}

fn database_failure(error: &Error) -> Option<&DbErr> {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(failure) = inner.downcast_ref::<DbErr>() {
            return Some(failure);
        }
        source = inner.source();
    }
    None
}

/// A stored value that this version of Stead cannot read.
pub(crate) fn corrupt(what: &'static str) -> Error {
    Error::internal(format!("the database holds {what} that cannot be read"))
}
