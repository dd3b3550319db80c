//! The preview gateway: `http://{port}--{label}.{base host}/` shows what listens on a port inside an instance.
//!
//! It owns the connections it keeps to instances (`pool`) and the pages it answers with when there is nothing to show
//! ([`pages`]). Where an instance is, who may see it and how to reach it comes through [`Routes`]; nothing here knows of
//! databases or nodes.
//!
//! ## What an app behind it sees
//! * `Host` is the preview's own host, as the browser sent it, so that origin checks, cookies and absolute addresses of the app
//!   hold without being rewritten. Development servers that check hosts accept `*.localhost` by default; with another base
//!   address, the preview's domain has to be in the app's list of allowed hosts.
//! * `X-Forwarded-For`, `-Host`, `-Proto` and `-Port` are set by the gateway; those of the client are dropped.
//! * Stead's cookies never reach the app, and the app cannot set them. A `Domain` attribute in the app's cookies is removed:
//!   each preview keeps its cookies to itself.
//! * Paths below `/.stead/` belong to the gateway.
//!
//! ## Requests from elsewhere
//! The gateway adds no CORS headers; those of the app pass. A **private** preview answers, besides navigation, only requests
//! that come from its own origin or from another port of the same instance: the pages of other previews cannot use a viewer's
//! admission. Browsers do not send the admission along with preflights, so an API on another port that needs them has to be
//! public or be reached through the port of the page.

pub mod cookies;
pub mod gateway;
pub mod headers;
pub mod host;
pub mod origin;
pub mod pages;
mod pool;
pub mod routes;
mod tunnel;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;

pub use gateway::{Client, Gateway, GatewayConfig, Limits};
pub use host::{PreviewDomain, PreviewHost};
pub use routes::{Admission, NOT_LISTENING, Pass, Presence, Routes, Target};

pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
/// The body of requests to instances and of the gateway's answers.
pub type Body = UnsyncBoxBody<Bytes, BoxError>;
