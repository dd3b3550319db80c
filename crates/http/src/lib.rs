//! HTTP: the public API, its OpenAPI document, the dashboard's files, and the way to previews.
//!
//! Owns no state beyond connections and rate limits: handlers extract, call one service of the control plane, convert.
//! [`endpoints`] lists every operation; [`app`] puts the layers in order; [`serve`] accepts connections.

pub mod app;
pub mod config;
pub mod endpoints;
pub mod extract;
pub mod layers;
pub mod openapi;
pub mod previews;
pub mod problem;
pub mod routes;
pub mod serve;
pub mod state;
pub mod stream;
pub mod ui;

pub use app::App;
pub use config::{HttpConfig, HttpLimits};
pub use serve::serve;
