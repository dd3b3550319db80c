//! The whole service: documents, tables, sockets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod audit;
mod bridge;
mod endpoints;
mod openapi;
mod scene;
mod service;
