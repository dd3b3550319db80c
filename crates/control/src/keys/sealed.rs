//! Where sealed text lives: every column, of every domain. Rotation re-seals what is listed here and counts it before it removes a
//! key, so a column that is missing would be lost with its key. Therefore `seal` refuses a context whose first part is not listed,
//! and a test refuses a column named `sealed_*` that is not.
//!
//! A domain that seals adds a row: table, key, the column (named `sealed_…`), and how the context is made from the row.

use stead_db::sealed_columns::Column::{Integer, Text};
use stead_db::sealed_columns::SealedColumn;

pub(super) const SEALED: &[SealedColumn] = &[
    SealedColumn {
        table: "signing_keys",
        key: &[Text("id")],
        column: "sealed_seed",
        context_of: &[Text("purpose"), Text("id")],
        context: |parts| format!("signing/{}", parts.join("/")),
        context_kind: "signing",
        may_be_resealed: true,
    },
    SealedColumn {
        table: "secret_versions",
        key: &[Text("secret_id"), Integer("version")],
        column: "sealed_value",
        context_of: &[Text("context")],
        context: |parts| parts.concat(),
        context_kind: "secret",
        may_be_resealed: true,
    },
    SealedColumn {
        table: "audit_sinks",
        key: &[Text("id")],
        column: "sealed_token",
        context_of: &[Text("id")],
        context: |parts| format!("audit_sink/{}", parts.concat()),
        context_kind: "audit_sink",
        may_be_resealed: true,
    },
    // The log commits to these texts, so they stay as they are and their keys stay with them.
    SealedColumn {
        table: "audit_events",
        key: &[Text("id")],
        column: "personal",
        context_of: &[Text("id")],
        context: |parts| stead_db::audit::personal_context(&parts.concat()),
        context_kind: "audit",
        may_be_resealed: false,
    },
    SealedColumn {
        table: "audit_events",
        key: &[Text("id")],
        column: "about",
        context_of: &[Text("id")],
        context: |parts| stead_db::audit::about_context(&parts.concat()),
        context_kind: "audit",
        may_be_resealed: false,
    },
    SealedColumn {
        table: "notices",
        key: &[Text("id")],
        column: "sealed_body",
        context_of: &[Text("id")],
        context: |parts| format!("notice/{}", parts.concat()),
        context_kind: "notice",
        may_be_resealed: true,
    },
    SealedColumn {
        table: "webhooks",
        key: &[Text("id")],
        column: "sealed_config",
        context_of: &[Text("id")],
        context: |parts| format!("webhook/{}", parts.concat()),
        context_kind: "webhook",
        may_be_resealed: true,
    },
    SealedColumn {
        table: "sources",
        key: &[Text("id")],
        column: "sealed_secret",
        context_of: &[Text("id")],
        context: |parts| format!("source/{}", parts.concat()),
        context_kind: "source",
        may_be_resealed: true,
    },
    SealedColumn {
        table: "totps",
        key: &[Text("user_id")],
        column: "sealed_secret",
        context_of: &[Text("user_id")],
        context: |parts| format!("totp/{}", parts.concat()),
        context_kind: "totp",
        may_be_resealed: true,
    },
    SealedColumn {
        table: "passkey_ceremonies",
        key: &[Text("secret_hash")],
        column: "sealed_state",
        context_of: &[Text("secret_hash")],
        context: |parts| format!("passkey_ceremony/{}", parts.concat()),
        context_kind: "passkey_ceremony",
        may_be_resealed: true,
    },
];
