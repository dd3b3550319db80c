//! Secrets: values that instances get at start, at the level of a user, a tenant or an instance.
//!
//! Owns the tables of secrets and their versions and is their only writer (rotation seals values anew). A value is sealed under the
//! key of the tenant, or of the user whose it is, and bound to its holder, name and version; it leaves here only towards the node
//! that starts an instance ([`Secrets::of_instance`]), over the link, and is written to no disk there. Nothing shows it again.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use stead_api::v1::Page;
use stead_api::v1::secrets as wire;
use stead_core::error::FieldError;
use stead_core::ids::{InstanceId, NodeId, SecretId, TenantId, UserId};
use stead_core::instance::secrets::{
    InstanceSecrets, MOST_SECRET_BYTES, SecretText, is_file_name, is_variable,
};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::secrets::{self, SecretRow, SecretVersionRow};
use stead_db::{Access, Db, Scope, SystemScope, TenantScope, Tx, instances, members, tenants};

use crate::identity::Caller;
use crate::keys::{Keys, Owner};
use crate::nodes::SecretsOfInstances;

/// Bytes of one value.
const LONGEST_VALUE: usize = 64 << 10;
/// Secrets of one tenant, user or instance.
const MOST: u64 = 200;
/// Versions that are kept.
const VERSIONS: i64 = 20;

/// Whose secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    User(UserId),
    Tenant(TenantId),
    Instance(TenantId, InstanceId),
}

impl Holder {
    fn id(self) -> String {
        match self {
            Self::User(id) => id.to_string(),
            Self::Tenant(id) => id.to_string(),
            Self::Instance(_, id) => id.to_string(),
        }
    }

    const fn owner(self) -> Owner {
        match self {
            Self::User(id) => Owner::User(id),
            Self::Tenant(id) | Self::Instance(id, _) => Owner::Tenant(id),
        }
    }
}

fn context(holder: &str, name: &str, version: i64) -> String {
    format!("secret/{holder}/{name}/{version}")
}

/// The service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Secrets {
    system: SystemScope,
    keys: Keys,
}

impl Secrets {
    #[must_use]
    pub fn new(db: &Db, keys: Keys) -> Self {
        Self { system: db.system("secrets"), keys }
    }

    /// # Errors
    /// A failure of the database.
    pub async fn list_of_tenant(&self, scope: &TenantScope) -> Result<Page<wire::Secret>> {
        list(scope, Holder::Tenant(scope.tenant_id())).await
    }

    /// # Errors
    /// A failure of the database.
    pub async fn list_of_instance(&self, scope: &TenantScope, id: InstanceId) -> Result<Page<wire::Secret>> {
        list(scope, Holder::Instance(scope.tenant_id(), id)).await
    }

    /// # Errors
    /// A failure of the database.
    pub async fn list_of_user(&self, caller: &Caller) -> Result<Page<wire::Secret>> {
        list(&self.system, Holder::User(caller.user())).await
    }

    /// # Errors
    /// `secret_invalid`, `too_many_secrets`.
    pub async fn put_of_tenant(
        &self,
        scope: &TenantScope,
        name: &str,
        input: &wire::PutSecret,
    ) -> Result<wire::Secret> {
        self.put_in_tenant(scope, Holder::Tenant(scope.tenant_id()), name, input).await
    }

    /// # Errors
    /// `secret_invalid`, `too_many_secrets`.
    pub async fn put_of_instance(
        &self,
        scope: &TenantScope,
        instance: InstanceId,
        name: &str,
        input: &wire::PutSecret,
    ) -> Result<wire::Secret> {
        self.put_in_tenant(scope, Holder::Instance(scope.tenant_id(), instance), name, input).await
    }

    async fn put_in_tenant(
        &self,
        scope: &TenantScope,
        holder: Holder,
        name: &str,
        input: &wire::PutSecret,
    ) -> Result<wire::Secret> {
        check(name, input)?;
        scope
            .transaction(|tx| async move {
                let row = self.put(&tx, holder, name, input).await?;
                audit::append(&tx, Entry::new("secret.put", &object(holder, name))).await?;
                view(&row)
            })
            .await
    }

    /// # Errors
    /// `secret_invalid`, `too_many_secrets`.
    pub async fn put_of_user(
        &self,
        caller: &Caller,
        name: &str,
        input: &wire::PutSecret,
    ) -> Result<wire::Secret> {
        check(name, input)?;
        let holder = Holder::User(caller.user());
        self.system
            .on_behalf_of(caller.actor())
            .transaction(|tx| async move {
                let row = self.put(&tx, holder, name, input).await?;
                let tenant = tenants::personal_of(&tx, caller.user()).await?;
                audit::append(&tx, Entry { tenant, ..Entry::new("secret.put", &object(holder, name)) })
                    .await?;
                view(&row)
            })
            .await
    }

    async fn put<S: Scope>(
        &self,
        tx: &Tx<S>,
        holder: Holder,
        name: &str,
        input: &wire::PutSecret,
    ) -> Result<SecretRow> {
        let id = holder.id();
        let known = secrets::find(tx, &id, name).await?;
        if known.is_none() && secrets::count(tx, &id).await? >= MOST {
            return Err(Error::new(
                ErrorKind::QuotaExceeded,
                "too_many_secrets",
                format!("There are {MOST} secrets at this level already."),
            )
            .next_step("Delete one that is not used any more."));
        }
        let now = tx.now().micros();
        let version = known.as_ref().map_or(0, |row| row.version) + 1;
        let by = tx.actor().map(|actor| actor.user.to_string());
        let inject = input.inject.as_ref();
        let mut row = known.clone().unwrap_or_else(|| SecretRow {
            id: tx.ambient().new_id::<SecretId>().to_string(),
            tenant_id: match holder {
                Holder::User(_) => None,
                Holder::Tenant(tenant) | Holder::Instance(tenant, _) => Some(tenant.to_string()),
            },
            user_id: match holder {
                Holder::User(user) => Some(user.to_string()),
                _ => None,
            },
            instance_id: match holder {
                Holder::Instance(_, instance) => Some(instance.to_string()),
                _ => None,
            },
            holder: id.clone(),
            name: name.to_owned(),
            version,
            inject_kind: ENV.to_owned(),
            inject_target: name.to_owned(),
            created_at: now,
            updated_at: now,
            updated_by: None,
        });
        (row.version, row.updated_at, row.updated_by) = (version, now, by.clone());
        if let Some(inject) = inject {
            row.inject_kind = match inject.kind {
                wire::InjectKind::Env => ENV,
                wire::InjectKind::File => FILE,
            }
            .to_owned();
            row.inject_target = inject.target.clone().unwrap_or_else(|| name.to_owned());
        }
        if row.inject_kind == ENV && !is_variable(&row.inject_target) {
            return Err(invalid("inject.target", "a variable's name has letters, digits and underscores"));
        }
        let context = context(&id, name, version);
        let sealed = self.keys.seal(tx, holder.owner(), &context, input.value.as_bytes()).await?;
        match known {
            None => secrets::insert(tx, row.clone()).await?,
            Some(_) => secrets::update(tx, row.clone()).await?,
        }
        let value = SecretVersionRow {
            secret_id: row.id.clone(),
            version,
            context,
            sealed_value: sealed,
            size_bytes: i64::try_from(input.value.len()).unwrap_or(i64::MAX),
            created_at: now,
            created_by: by,
        };
        secrets::insert_version(tx, value).await?;
        secrets::remove_versions_before(tx, &row.id, version - VERSIONS + 1).await?;
        Ok(row)
    }

    /// # Errors
    /// `secret_not_found`.
    pub async fn delete_of_tenant(&self, scope: &TenantScope, name: &str) -> Result<()> {
        delete_in_tenant(scope, Holder::Tenant(scope.tenant_id()), name).await
    }

    /// # Errors
    /// `secret_not_found`.
    pub async fn delete_of_instance(
        &self,
        scope: &TenantScope,
        instance: InstanceId,
        name: &str,
    ) -> Result<()> {
        delete_in_tenant(scope, Holder::Instance(scope.tenant_id(), instance), name).await
    }

    /// # Errors
    /// `secret_not_found`.
    pub async fn delete_of_user(&self, caller: &Caller, name: &str) -> Result<()> {
        let holder = Holder::User(caller.user());
        self.system
            .on_behalf_of(caller.actor())
            .transaction(|tx| async move {
                delete(&tx, holder, name).await?;
                let tenant = tenants::personal_of(&tx, caller.user()).await?;
                audit::append(&tx, Entry { tenant, ..Entry::new("secret.delete", &object(holder, name)) })
                    .await
            })
            .await
    }

    /// # Errors
    /// `secret_not_found`.
    pub async fn versions_of_tenant(
        &self,
        scope: &TenantScope,
        name: &str,
    ) -> Result<Page<wire::SecretVersion>> {
        versions(scope, Holder::Tenant(scope.tenant_id()), name).await
    }

    /// # Errors
    /// `secret_not_found`.
    pub async fn versions_of_instance(
        &self,
        scope: &TenantScope,
        instance: InstanceId,
        name: &str,
    ) -> Result<Page<wire::SecretVersion>> {
        versions(scope, Holder::Instance(scope.tenant_id(), instance), name).await
    }

    /// # Errors
    /// `secret_not_found`.
    pub async fn versions_of_user(&self, caller: &Caller, name: &str) -> Result<Page<wire::SecretVersion>> {
        versions(&self.system, Holder::User(caller.user()), name).await
    }

    /// Everything that an instance gets: of its own, its tenant's and its creator's, in this order of precedence by name. Two that
    /// go to one place are decided likewise. Somebody who has left the tenant gives nothing to it any more.
    ///
    /// # Errors
    /// `secrets_too_large`; a failure of the database, or a value that does not open.
    pub async fn of_instance(
        &self,
        tenant: TenantId,
        instance: InstanceId,
        created_by: UserId,
    ) -> Result<InstanceSecrets> {
        let mut found = InstanceSecrets::default();
        let mut holders = vec![Holder::Instance(tenant, instance), Holder::Tenant(tenant)];
        if members::find(&self.system, tenant, created_by).await?.is_some() {
            holders.push(Holder::User(created_by));
        }
        let ids: Vec<String> = holders.iter().copied().map(Holder::id).collect();
        let rows = secrets::newest(&self.system, &ids).await?;
        let mut taken: BTreeMap<&str, ()> = BTreeMap::new();
        for (holder, id) in holders.into_iter().zip(&ids) {
            for (row, value) in rows.iter().filter(|(row, _)| row.holder == *id) {
                if taken.insert(&row.name, ()).is_some() {
                    continue;
                }
                let context = context(id, &row.name, row.version);
                let plain =
                    self.keys.open(&self.system, holder.owner(), &context, &value.sealed_value).await?;
                let text = std::str::from_utf8(&plain)
                    .map_err(|_| Error::internal(format!("the secret {} is no text", row.id)))?;
                let place = if row.inject_kind == FILE { &mut found.files } else { &mut found.env };
                place.entry(row.inject_target.clone()).or_insert_with(|| SecretText::new(text.to_owned()));
            }
        }
        if found.bytes() > MOST_SECRET_BYTES {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "secrets_too_large",
                format!(
                    "The secrets of this instance are longer than {} KiB together.",
                    MOST_SECRET_BYTES >> 10
                ),
            )
            .next_step("Delete or shorten some, then start it again."));
        }
        Ok(found)
    }
}

#[async_trait]
impl SecretsOfInstances for Secrets {
    /// Only for the node that the instance is placed on.
    async fn of(&self, node: NodeId, instance: InstanceId) -> Result<InstanceSecrets> {
        let row = instances::find(&self.system, instance).await?;
        let row = row.filter(|row| row.node == Some(node));
        let row = row.ok_or_else(|| Error::not_found("instance", instance))?;
        self.of_instance(row.tenant, instance, row.created_by).await
    }
}

const ENV: &str = "env";
const FILE: &str = "file";

fn object(holder: Holder, name: &str) -> String {
    format!("{}/{name}", holder.id())
}

async fn list<A: Access>(access: &A, holder: Holder) -> Result<Page<wire::Secret>> {
    let rows = secrets::list(access, &holder.id()).await?;
    Ok(Page { items: rows.iter().map(view).collect::<Result<_>>()?, next_cursor: None })
}

async fn find<A: Access>(access: &A, holder: Holder, name: &str) -> Result<SecretRow> {
    secrets::find(access, &holder.id(), name).await?.ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> Error {
    Error::not_found("secret", name.chars().take(80).collect::<String>())
}

async fn versions<A: Access>(access: &A, holder: Holder, name: &str) -> Result<Page<wire::SecretVersion>> {
    let row = find(access, holder, name).await?;
    let items = secrets::versions(access, &row)
        .await?
        .into_iter()
        .map(|value| wire::SecretVersion {
            version: u64::try_from(value.version).unwrap_or(0),
            created_at: Timestamp::from_micros(value.created_at).to_string(),
            created_by: value.created_by,
        })
        .collect();
    Ok(Page { items, next_cursor: None })
}

async fn delete<S: Scope>(tx: &Tx<S>, holder: Holder, name: &str) -> Result<()> {
    if secrets::delete(tx, &holder.id(), name).await? { Ok(()) } else { Err(unknown(name)) }
}

async fn delete_in_tenant(scope: &TenantScope, holder: Holder, name: &str) -> Result<()> {
    scope
        .transaction(|tx| async move {
            delete(&tx, holder, name).await?;
            audit::append(&tx, Entry::new("secret.delete", &object(holder, name))).await
        })
        .await
}

fn view(row: &SecretRow) -> Result<wire::Secret> {
    let (level, kind) = (
        match (&row.user_id, &row.instance_id) {
            (Some(_), _) => wire::SecretLevel::User,
            (None, Some(_)) => wire::SecretLevel::Instance,
            (None, None) => wire::SecretLevel::Tenant,
        },
        match row.inject_kind.as_str() {
            ENV => wire::InjectKind::Env,
            FILE => wire::InjectKind::File,
            _ => return Err(Error::internal(format!("the secret {} goes to an unknown place", row.id))),
        },
    );
    Ok(wire::Secret {
        id: row.id.clone(),
        name: row.name.clone(),
        level,
        inject: wire::Inject { kind, target: Some(row.inject_target.clone()) },
        version: u64::try_from(row.version).unwrap_or(0),
        created_at: Timestamp::from_micros(row.created_at).to_string(),
        updated_at: Timestamp::from_micros(row.updated_at).to_string(),
        updated_by: row.updated_by.clone(),
    })
}

fn invalid(field: &str, message: &str) -> Error {
    Error::invalid("secret_invalid", "The secret cannot be stored like this.").field(FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
        line: None,
        column: None,
    })
}

fn check(name: &str, input: &wire::PutSecret) -> Result<()> {
    if !is_file_name(name) {
        return Err(invalid(
            "name",
            "use up to 128 letters, digits, `_`, `-` and `.`, beginning with a letter, digit or `_`",
        ));
    }
    if input.value.len() > LONGEST_VALUE {
        return Err(Error::new(ErrorKind::TooLarge, "secret_too_large", "The value is longer than 64 KiB.")
            .next_step("Store long data in the instance's files, encrypted by a key that is a secret."));
    }
    if input.value.contains('\0') {
        return Err(invalid("value", "a NUL character cannot be part of a variable or a text"));
    }
    let target = input.inject.as_ref().and_then(|inject| inject.target.as_deref());
    if target.is_some_and(|target| !is_file_name(target)) {
        return Err(invalid("inject.target", "use the name of a variable, or of a file without a path"));
    }
    Ok(())
}

/// What an instance created by this user in this tenant may get secrets from.
#[must_use]
pub fn holders(tenant: TenantId, instance: InstanceId, created_by: UserId) -> [String; 3] {
    [Holder::Instance(tenant, instance), Holder::Tenant(tenant), Holder::User(created_by)].map(Holder::id)
}

/// The service as nodes ask it.
#[must_use]
pub fn for_nodes(secrets: &Secrets) -> Arc<dyn SecretsOfInstances> {
    Arc::new(secrets.clone())
}
