//! What people are told: inbox, preferences, the installation's mails.

use super::Access::{Account, Operator};
use super::Endpoint;
use super::Verb::{Get, Post, Put};

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("list_notifications", Get, "/v1/notifications", Account(P::AccountRead)),
    Endpoint::new("read_notifications", Post, "/v1/notifications/read", Account(P::AccountWrite)),
    Endpoint::new(
        "get_notification_preferences",
        Get,
        "/v1/notification-preferences",
        Account(P::AccountRead),
    ),
    Endpoint::new(
        "set_notification_preferences",
        Put,
        "/v1/notification-preferences",
        Account(P::AccountWrite),
    )
    .audited(),
    Endpoint::new("list_mails", Get, "/v1/operator/mails", Operator(P::OperatorRead)),
    Endpoint::new("list_mail_templates", Get, "/v1/operator/mail-templates", Operator(P::OperatorRead)),
    Endpoint::new(
        "preview_mail_template",
        Get,
        "/v1/operator/mail-templates/{template}/preview",
        Operator(P::OperatorRead),
    ),
];
