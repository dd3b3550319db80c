//! The whole service: documents, tables, sockets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod audit;
mod audit_log;
mod bridge;
mod endpoints;
mod exports;
mod openapi;
mod peers;
mod proofs;
mod provider;
mod revocation;
mod roles;
mod scene;
mod service;
mod sources;
