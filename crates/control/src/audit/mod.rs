//! The audit log as people and other systems see it. Rows are appended by every domain in the transaction of its change
//! ([`stead_db::audit::append`]).

mod sealing;

pub(crate) use sealing::Sealing;
