//! A tenant's own sources: making, changing, removing them.

use std::sync::Arc;

use serde_json::json;
use stead_api::v1::Page;
use stead_api::v1::sources as wire;
use stead_api::v1::sources::{GroupRole, SourceKind};
use stead_core::error::{FieldError, InternalContext as _};
use stead_core::ids::SourceId;
use stead_core::rights::may_handle;
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::sources::{self, Source};
use stead_db::{Access, SystemScope, TenantAccess, TenantScope, Tx, identities};

use super::config::{self, Settings};
use super::{Sources, context, kind_of, list};
use crate::idempotency::{self, Mutation};
use crate::identity::Caller;
use crate::keys::Owner;
use crate::tenants::members::named;
use crate::tenants::not_personal;

/// Of one tenant.
const MOST: u64 = 20;
const MOST_GROUPS: usize = 100;
const LONGEST_GROUP: usize = 1_000;
const USUAL_ROLE: &str = "member";

fn at(micros: i64) -> String {
    Timestamp::from_micros(micros).to_string()
}

fn text<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).internal("writing a source of sign-in")
}

async fn find<A: Access>(access: &A, id: SourceId) -> Result<Source> {
    sources::find(access, id).await?.ok_or_else(|| Error::not_found("source", id))
}

fn wrong(field: &str, message: impl Into<String>) -> Error {
    Error::invalid("source_invalid", "The source of sign-in cannot be like this.").field(FieldError {
        field: field.to_owned(),
        message: message.into(),
        line: None,
        column: None,
    })
}

/// Nobody lets others in with more than they may do themselves.
async fn check_roles(
    tx: &Tx<TenantScope>,
    scope: &TenantScope,
    role: &str,
    groups: &[GroupRole],
) -> Result<()> {
    if groups.len() > MOST_GROUPS {
        return Err(wrong("group_roles", format!("at most {MOST_GROUPS}")));
    }
    for mapping in groups {
        let length = mapping.group.len();
        if length == 0 || length > LONGEST_GROUP || mapping.group.chars().any(char::is_control) {
            return Err(wrong(
                "group_roles",
                format!("groups have 1 to {LONGEST_GROUP} printable characters"),
            ));
        }
    }
    for role in groups.iter().map(|mapping| mapping.role.as_str()).chain([role]) {
        let grant = named(tx, scope.tenant_id(), role).await?;
        may_handle(scope.permissions(), &grant.permissions())?;
    }
    Ok(())
}

impl Sources {
    fn view(&self, row: Source) -> Result<wire::SignInSource> {
        let kind = kind_of(&row)?;
        let base = &self.inner.identity.inner.base_url;
        Ok(wire::SignInSource {
            kind,
            enabled: row.enabled,
            settings: serde_json::from_str(&row.settings).internal("reading a source's settings")?,
            has_secret: row.sealed_secret.is_some(),
            group_roles: list(&row.group_roles)?,
            domains: list(&row.domains)?,
            callback_url: (kind != SourceKind::Ldap).then(|| self.callback_url(&row.id)),
            sign_in_url: format!("{base}/sign-in?tenant={}", row.tenant_id),
            created_at: at(row.created_at),
            updated_at: at(row.updated_at),
            id: row.id,
            name: row.name,
            role: row.role,
        })
    }

    /// The tenant's sources, oldest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn list(&self, scope: &TenantScope) -> Result<Page<wire::SignInSource>> {
        let rows = sources::list(scope).await?;
        let items = rows.into_iter().map(|row| self.view(row)).collect::<Result<_>>()?;
        Ok(Page { items, next_cursor: None })
    }

    /// # Errors
    /// `source_not_found`.
    pub async fn get(&self, scope: &TenantScope, id: SourceId) -> Result<wire::SignInSource> {
        self.view(find(scope, id).await?)
    }

    /// Refuses settings that cannot be, and addresses that may not be called. Names are judged when they are resolved.
    fn check(&self, kind: SourceKind, settings: &Settings) -> Result<()> {
        config::parse(kind, settings)?;
        if kind == SourceKind::Ldap {
            return Ok(());
        }
        for name in ["issuer", "url"] {
            if let Some(address) = settings.get(name) {
                self.inner.guarded.outbound().check_url(address).map_err(|error| {
                    let message = error.message().to_owned();
                    let field = format!("settings.{name}");
                    error.field(FieldError { field, message, line: None, column: None })
                })?;
            }
        }
        Ok(())
    }

    /// Takes the secret out of the settings and seals it.
    async fn seal(
        &self,
        tx: &Tx<TenantScope>,
        scope: &TenantScope,
        id: &str,
        secret: Option<&String>,
    ) -> Result<Option<String>> {
        match secret {
            None => Ok(None),
            Some(secret) => {
                let owner = Owner::Tenant(scope.tenant_id());
                self.inner.keys.seal(tx, owner, &context(id), secret.as_bytes()).await.map(Some)
            }
        }
    }

    /// A new source, switched on.
    ///
    /// # Errors
    /// `step_up_required`; `personal_tenant`; `source_invalid`, `address_not_allowed`; `role_unknown`, `role_exceeds_yours`;
    /// `too_many_sources`.
    pub async fn create(
        &self,
        caller: &Caller,
        scope: &TenantScope,
        input: wire::CreateSignInSource,
        mutation: &Mutation,
    ) -> Result<wire::SignInSource> {
        self.inner.identity.require_recent(caller).await?;
        not_personal(scope, "has its user as the only member, who signs in as themselves")?;
        let kind = input.kind;
        let name = &config::check_name(&input.name)?;
        let domains = config::check_domains(&input.domains)?;
        config::check_bound(kind, &domains)?;
        let mut settings = config::clean(kind, &input.settings)?;
        self.check(kind, &settings)?;
        let secret = &settings.remove(config::secret_name(kind));
        let (settings, domains) = (&text(&settings)?, &text(&domains)?);
        let role = input.role.as_deref().unwrap_or(USUAL_ROLE);
        let groups = &input.group_roles;
        let once = idempotency::once(scope, mutation, |tx: Arc<Tx<TenantScope>>| async move {
            if sources::count(tx.as_ref()).await? >= MOST {
                return Err(Error::new(
                    ErrorKind::QuotaExceeded,
                    "too_many_sources",
                    format!("The tenant has {MOST} sources of sign-in already."),
                )
                .next_step("Delete one that is not needed any more."));
            }
            check_roles(&tx, scope, role, groups).await?;
            let id = tx.ambient().new_id::<SourceId>().to_string();
            let now = tx.now().micros();
            let row = Source {
                id: id.clone(),
                tenant_id: scope.tenant_id().to_string(),
                name: name.clone(),
                kind: kind.as_str().to_owned(),
                settings: settings.clone(),
                sealed_secret: self.seal(&tx, scope, &id, secret.as_ref()).await?,
                role: role.to_owned(),
                group_roles: text(groups)?,
                domains: domains.clone(),
                enabled: true,
                created_by: Some(scope.user_id().to_string()),
                created_at: now,
                updated_at: now,
            };
            sources::insert(tx.as_ref(), row).await?;
            let detail = json!({ "after": { "name": name, "kind": kind.as_str(), "role": role } });
            let entry = Entry { detail: Some(&detail), ..Entry::new("source.create", &id) };
            audit::append(tx.as_ref(), entry).await?;
            Ok(id)
        })
        .await?;
        let id = once.value.parse().internal("reading a source's id")?;
        self.get(scope, id).await
    }

    /// Changes what is named. Sign-ins that are on their way are void; switched off, sessions that began with it end.
    ///
    /// # Errors
    /// `step_up_required`; `source_not_found`; `source_invalid`, `address_not_allowed`; `role_unknown`, `role_exceeds_yours`.
    pub async fn update(
        &self,
        caller: &Caller,
        scope: &TenantScope,
        id: SourceId,
        input: wire::UpdateSignInSource,
    ) -> Result<wire::SignInSource> {
        self.inner.identity.require_recent(caller).await?;
        let input = &input;
        let row = scope
            .transaction(|tx| async move {
                let before = find(&tx, id).await?;
                let row = self.changed(&tx, scope, before.clone(), input).await?;
                check_roles(&tx, scope, &row.role, &list(&row.group_roles)?).await?;
                sources::update(&tx, row.clone()).await?;
                let shown = |row: &Source| json!({ "name": row.name, "role": row.role, "enabled": row.enabled });
                let detail = json!({
                    "before": shown(&before),
                    "after": shown(&row),
                    "settings_changed": before.settings != row.settings || before.sealed_secret != row.sealed_secret,
                });
                let entry = Entry { detail: Some(&detail), ..Entry::new("source.update", &row.id) };
                audit::append(&tx, entry).await?;
                Ok(row)
            })
            .await?;
        if !row.enabled {
            // Also when it was off before: a server may have died in between.
            self.end_sessions(&row.id, false).await?;
        }
        self.view(row)
    }

    async fn changed(
        &self,
        tx: &Tx<TenantScope>,
        scope: &TenantScope,
        mut row: Source,
        input: &wire::UpdateSignInSource,
    ) -> Result<Source> {
        let kind = kind_of(&row)?;
        if let Some(name) = &input.name {
            row.name = config::check_name(name)?;
        }
        if let Some(domains) = &input.domains {
            let domains = config::check_domains(domains)?;
            config::check_bound(kind, &domains)?;
            row.domains = text(&domains)?;
        }
        if let Some(given) = &input.settings {
            let mut settings = config::clean(kind, given)?;
            let name = config::secret_name(kind);
            let new = settings.contains_key(name);
            if !new && let Some(kept) = self.secret(tx, &row, scope.tenant_id()).await? {
                // Where it is sent to is chosen with it: a secret that was kept does not go to another address.
                self.check_same_place(&row, &settings)?;
                settings.insert(name.to_owned(), kept);
            }
            self.check(kind, &settings)?;
            let secret = settings.remove(name);
            if new {
                row.sealed_secret = self.seal(tx, scope, &row.id, secret.as_ref()).await?;
            }
            row.settings = text(&settings)?;
        }
        if let Some(role) = &input.role {
            row.role.clone_from(role);
        }
        if let Some(groups) = &input.group_roles {
            row.group_roles = text(groups)?;
        }
        if let Some(enabled) = input.enabled {
            row.enabled = enabled;
        }
        row.updated_at = tx.now().micros().max(row.updated_at + 1);
        Ok(row)
    }

    fn check_same_place(&self, row: &Source, settings: &Settings) -> Result<()> {
        let before: Settings = serde_json::from_str(&row.settings).internal("reading a source's settings")?;
        for name in ["issuer", "url", "start_tls", "ca", "bind_dn"] {
            if before.get(name) != settings.get(name) {
                let secret = config::secret_name(kind_of(row)?);
                return Err(wrong(
                    &format!("settings.{secret}"),
                    format!("has to be given again with another {name}"),
                ));
            }
        }
        Ok(())
    }

    /// Removes it with what is linked by it; sessions that began with it end. Members stay members.
    ///
    /// # Errors
    /// `step_up_required`; `source_not_found`.
    pub async fn delete(&self, caller: &Caller, scope: &TenantScope, id: SourceId) -> Result<()> {
        self.inner.identity.require_recent(caller).await?;
        let found = find(scope, id).await?;
        let (source, tenant) = (found.id.as_str(), Some(scope.tenant_id()));
        self.inner
            .system
            .on_behalf_of(caller.actor())
            .transaction(|tx| async move {
                if !sources::delete(&tx, id).await? {
                    return Err(Error::not_found("source", id));
                }
                audit::append(&tx, Entry { tenant, ..Entry::new("source.delete", source) }).await?;
                end_and_unlink(&tx, source, true).await
            })
            .await?;
        // Nobody comes in by it from here on; who came in meanwhile goes too.
        self.end_sessions(source, true).await
    }

    async fn end_sessions(&self, source: &str, unlink: bool) -> Result<()> {
        let system = &self.inner.system;
        system.transaction(|tx| async move { end_and_unlink(&tx, source, unlink).await }).await?;
        self.inner.identity.rights_ended();
        Ok(())
    }
}

/// Ends the sessions of the source's people that began with a source, and unlinks them with `unlink`.
async fn end_and_unlink(tx: &Tx<SystemScope>, source: &str, unlink: bool) -> Result<()> {
    for user in identities::users_of_source(tx, source).await? {
        super::identities::end_begun_with_sources(tx, user, None).await?;
    }
    if unlink {
        identities::delete_of_source(tx, source).await?;
    }
    Ok(())
}

/// Names of the tenant's sources that give the role, to everybody or to a group.
///
/// # Errors
/// A failure of the database.
pub(crate) async fn sources_giving(access: &impl TenantAccess, role: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for row in sources::list(access).await? {
        let by_group = list::<GroupRole>(&row.group_roles)?.iter().any(|mapping| mapping.role == role);
        if row.role == role || by_group {
            names.push(row.name);
        }
    }
    Ok(names)
}
