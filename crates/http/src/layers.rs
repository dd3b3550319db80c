//! What happens to every request before a handler sees it, one file per concern. [`crate::app`] puts them in order.

pub mod authenticate;
pub mod context;
pub mod deadline;
pub mod detach;
pub mod hosts;
pub mod rate_limit;
pub mod same_origin;
pub mod security_headers;
