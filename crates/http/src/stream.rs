//! What lasts: WebSockets of frames, and server-sent events.

pub mod bridge;
pub mod frames;
pub mod revocation;
pub mod socket;
pub mod text;
