//! What an export holds: what the API would show to who asked for it, page by page.

use futures::StreamExt as _;
use serde::Serialize;
use serde_json::json;
use stead_api::v1::audit::AuditExportQuery;
use stead_api::v1::instances::InstanceQuery;
use stead_api::v1::notifications::InboxQuery;
use stead_api::v1::operations::OperationQuery;
use stead_api::v1::tenants::TenantsQuery;
use stead_api::v1::{Page, PageQuery};
use stead_core::access::Permission;
use stead_core::error::InternalContext as _;
use stead_core::ids::TenantId;
use stead_core::instance::Progress;
use stead_core::{ErrorKind, Result};
use stead_db::TenantScope;

use super::Exports;
use super::archive::Archive;
use crate::engine::StepContext;
use crate::identity::Caller;

/// Rows of a page.
const LIMIT: Option<u32> = Some(200);

/// Writes every page of a list to a file; what `keep` refuses is left out.
macro_rules! pages {
    ($archive:expr, $name:expr, $what:expr, |$cursor:ident| $page:expr, $keep:expr) => {{
        let mut writing = $archive.open($name, $what)?;
        let mut $cursor: Option<String> = None;
        loop {
            let Page { items, next_cursor } = $page;
            for item in items.iter().filter($keep) {
                writing.line(item)?;
            }
            match next_cursor {
                Some(next) => $cursor = Some(next),
                None => break,
            }
        }
        $archive.close(writing)?;
    }};
}

#[derive(Serialize)]
struct Left<'a> {
    tenant: &'a str,
    reason: String,
}

async fn tell(context: &StepContext, label: &str) -> Result<()> {
    context.progress(Progress { label: label.to_owned(), done: None, total: None }).await
}

impl Exports {
    pub(super) async fn collect_user(
        &self,
        caller: &Caller,
        personal: TenantId,
        mut archive: Archive,
        context: &StepContext,
    ) -> Result<Archive> {
        let from = &self.inner.from;
        tell(context, "Collecting the account").await?;
        let me = from.identity.me(caller, Some(personal)).await?;
        let preferences = from.notifications.preferences(caller).await?;
        archive.one("profile.json", "Your account.", &me.user)?;
        archive.one(
            "factors.json",
            "How you prove who you are, without secrets.",
            &from.factors.list(caller).await?,
        )?;
        archive.one("notification-preferences.json", "What you want to be told, and how.", &preferences)?;
        let page = PageQuery::default();
        archive.lines(
            "sessions.jsonl",
            "Where you are signed in.",
            &from.identity.sessions(caller, &page).await?.items,
        )?;
        archive.lines(
            "tokens.jsonl",
            "Your API tokens, without their secrets.",
            &from.identity.tokens(caller, &page).await?.items,
        )?;
        archive.lines(
            "secrets.jsonl",
            "Names of your own secrets, never their values.",
            &from.secrets.list_of_user(caller).await?.items,
        )?;
        let mut writing = archive.open("notifications.jsonl", "What you were told.")?;
        let mut cursor = None;
        loop {
            let inbox =
                from.notifications.inbox(caller, InboxQuery { cursor, limit: LIMIT, unread: None }).await?;
            for item in &inbox.items {
                writing.line(item)?;
            }
            cursor = inbox.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        archive.close(writing)?;

        let mut tenants = Vec::new();
        pages!(
            archive,
            "memberships.jsonl",
            "The tenants that you belong to, with your role.",
            |cursor| {
                let query = TenantsQuery { cursor, limit: LIMIT, deleted: None };
                let page = from.tenants.list(caller, &query).await?;
                tenants.extend(page.items.iter().map(|tenant| tenant.id.clone()));
                page
            },
            |_| true
        );
        let user = caller.user().to_string();
        let mut instances = archive.open("instances.jsonl", "Instances that you made.")?;
        let mut operations = archive.open("operations.jsonl", "Operations that you began.")?;
        let mut acts = archive
            .open("audit.jsonl", "The audit log of your personal tenant, and what you did in others.")?;
        for id in &tenants {
            tell(context, "Collecting what you made and did").await?;
            let tenant: TenantId = id.parse().internal("reading a tenant's id")?;
            let scope = match from.identity.scope_of_work(caller, tenant, Permission::TenantRead).await {
                Ok(scope) => scope,
                // Left or deleted since the list was read.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) if error.kind() == ErrorKind::Forbidden => {
                    archive.leave_out(json!(Left { tenant: id, reason: error.to_string() }).to_string());
                    continue;
                }
                Err(error) => return Err(error),
            };
            let own = tenant == personal;
            self.instances(&scope, |instance| own || instance.created_by == user, &mut instances).await?;
            self.operations(&scope, |operation| own || operation.created_by == user, &mut operations).await?;
            let actor = (!own).then(|| user.clone());
            self.audit(&scope, AuditExportQuery { actor, ..AuditExportQuery::default() }, &mut acts).await?;
        }
        for writing in [instances, operations, acts] {
            archive.close(writing)?;
        }
        Ok(archive)
    }

    pub(super) async fn collect_tenant(
        &self,
        caller: &Caller,
        tenant: TenantId,
        mut archive: Archive,
        context: &StepContext,
    ) -> Result<Archive> {
        let from = &self.inner.from;
        // Who has lost the right to it meanwhile gets nothing.
        let scope = from.identity.scope_of_work(caller, tenant, Permission::TenantWrite).await?;
        tell(context, "Collecting the tenant").await?;
        archive.one("tenant.json", "The tenant.", &from.tenants.get(&scope))?;
        archive.one("security.json", "What it asks of its members.", &from.tenants.security(&scope))?;
        archive.one("quotas.json", "What it uses and may use.", &from.tenants.quotas(&scope).await?)?;
        pages!(
            archive,
            "members.jsonl",
            "Its members and their roles.",
            |cursor| from.tenants.members(&scope, &PageQuery { cursor, limit: LIMIT }).await?,
            |_| true
        );
        pages!(
            archive,
            "invites.jsonl",
            "Invitations, without their secrets.",
            |cursor| from.tenants.invites(&scope, &PageQuery { cursor, limit: LIMIT }).await?,
            |_| true
        );
        archive.lines(
            "roles.jsonl",
            "Roles and their permissions.",
            &from.tenants.roles(&scope).await?.items,
        )?;
        archive.lines(
            "webhooks.jsonl",
            "Webhooks, without their secrets.",
            &from.notifications.webhooks(&scope).await?.items,
        )?;
        archive.lines(
            "audit-sinks.jsonl",
            "Where audit events are forwarded to.",
            &from.audit.sinks(&scope).await?.items,
        )?;
        let mut instances = archive.open("instances.jsonl", "Its instances.")?;
        let mut ids = Vec::new();
        self.instances(
            &scope,
            |instance| {
                ids.push(instance.id.clone());
                true
            },
            &mut instances,
        )
        .await?;
        archive.close(instances)?;
        let mut secrets = archive.open("secrets.jsonl", "Names of secrets, never their values.")?;
        for secret in from.secrets.list_of_tenant(&scope).await?.items {
            secrets.line(&secret)?;
        }
        for id in &ids {
            let instance = id.parse().internal("reading an instance's id")?;
            for secret in from.secrets.list_of_instance(&scope, instance).await?.items {
                let mut value = serde_json::to_value(&secret).internal("writing an export")?;
                value["instance"] = json!(id);
                secrets.line(&value)?;
            }
        }
        archive.close(secrets)?;
        let mut operations = archive.open("operations.jsonl", "Operations.")?;
        self.operations(&scope, |_| true, &mut operations).await?;
        archive.close(operations)?;
        tell(context, "Collecting the audit log").await?;
        let mut log = archive.open("audit.jsonl", "The audit log, whole: it can be verified.")?;
        self.audit(&scope, AuditExportQuery::default(), &mut log).await?;
        archive.close(log)?;
        let point = from.audit.checkpoint(&scope).await?;
        archive.one("audit-checkpoint.json", "A signed checkpoint of the audit log.", &point)?;
        Ok(archive)
    }

    async fn instances(
        &self,
        scope: &TenantScope,
        mut keep: impl FnMut(&stead_api::v1::instances::Instance) -> bool,
        to: &mut super::archive::Writing,
    ) -> Result<()> {
        let mut cursor = None;
        loop {
            let query = InstanceQuery { cursor, limit: LIMIT, q: None };
            let page = self.inner.from.instances.list(scope, &query).await?;
            for instance in page.items.iter().filter(|instance| keep(instance)) {
                to.line(instance)?;
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    async fn operations(
        &self,
        scope: &TenantScope,
        keep: impl Fn(&stead_api::v1::operations::Operation) -> bool,
        to: &mut super::archive::Writing,
    ) -> Result<()> {
        let mut cursor = None;
        loop {
            let query = OperationQuery { cursor, limit: LIMIT, ..OperationQuery::default() };
            let page = self.inner.from.operations.list(scope, &query).await?;
            for operation in page.items.iter().filter(|operation| keep(operation)) {
                to.line(operation)?;
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    async fn audit(
        &self,
        scope: &TenantScope,
        query: AuditExportQuery,
        to: &mut super::archive::Writing,
    ) -> Result<()> {
        let (_, batches) = self.inner.from.audit.export(scope, &query).await?;
        let mut batches = std::pin::pin!(batches);
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let rows = batch.iter().filter(|byte| **byte == b'\n').count();
            to.text(&batch, u64::try_from(rows).unwrap_or(0))?;
        }
        Ok(())
    }
}
