//! Mails: how they are written ([`render`]) and sent ([`sender`]).
//!
//! One file per kind of notice in `templates/`: lines `subject:`, `button:` and `path:`, an empty line, then paragraphs with empty
//! lines between them; one that begins with `~` is small print. The file is cut into pieces before values are put in, so a value can
//! neither add a paragraph nor a line; text and HTML are made from the same pieces, the latter escaped. Links lead to the base
//! address of the installation and nowhere else; nothing is loaded from anywhere.

mod render;
#[cfg(test)]
mod render_tests;
pub(super) mod samples;
mod sender;

pub(super) use render::{Renderer, Written};
pub(super) use sender::{Envelope, Mailer};
pub use sender::{MailSettings, MailTls};
