//! Signing in with others: OpenID Connect, GitHub, directories.
//!
//! Owns tenants' sources, browsers on their way to one, and the accounts elsewhere that users have linked, and is the only writer of
//! these tables. Sources are of two sorts: those of the installation, which the operator configures and which are read at start
//! ([`InstalledSource`]), and those of tenants, which are rows. A tenant's source is reached like every address that a tenant names
//! ([`crate::outbound`]); one of the operator may be on a private network.
//!
//! `linking` decides whose account somebody gets; `arrive` writes it; every way ends in [`Identity::admit`].

mod arrive;
mod config;
mod directory;
mod flow;
mod id_token;
mod identities;
mod installed;
mod ldap;
mod ldap_stream;
mod linking;
mod oidc;
mod provider;
mod tenant;

use std::sync::Arc;

use stead_api::v1::accounts::AuthSource;
use stead_api::v1::sources::{GroupRole, SourceKind};
use stead_core::error::InternalContext as _;
use stead_core::ids::{SourceId, TenantId};
use stead_core::{Error, ErrorKind, Result};
use stead_db::sources::{self, Source};
use stead_db::{SystemScope, tenants};

use self::config::{Config, Settings};
use self::provider::Providers;
use super::{Identity, SignUpPolicy};
use crate::keys::{Keys, Owner};
use crate::outbound::{Outbound, OutboundSettings};

pub use self::flow::{Asked, Back, Begun, Lost, Outcome};
pub use self::installed::{InstalledSource, SourcesSettings};
pub(crate) use self::tenant::sources_giving;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Sources {
    inner: Arc<Inner>,
}

struct Inner {
    identity: Identity,
    system: SystemScope,
    keys: Keys,
    policy: SignUpPolicy,
    installed: Vec<Known>,
    /// Domains that are certain to be a tenant's.
    confirmed: Vec<(TenantId, String)>,
    /// For tenants' sources.
    guarded: Providers,
    /// For sources of the operator.
    trusted: Providers,
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Sources").finish_non_exhaustive()
    }
}

/// Whose source it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Installation,
    Tenant(TenantId),
}

/// A source as it is used.
#[derive(Debug, Clone)]
struct Known {
    id: String,
    name: String,
    kind: SourceKind,
    origin: Origin,
    /// Changes with every change; 0 for one of the installation.
    revision: i64,
    domains: Vec<String>,
    /// Of a tenant's source.
    role: String,
    group_roles: Vec<GroupRole>,
    config: Config,
}

/// What the keys know the secret of a source by.
fn context(id: &str) -> String {
    format!("source/{id}")
}

fn list<T: serde::de::DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    serde_json::from_str(text).internal("reading a source of sign-in")
}

fn kind_of(row: &Source) -> Result<SourceKind> {
    SourceKind::parse(&row.kind).ok_or_else(|| Error::internal("a source of an unknown kind"))
}

/// A source that is switched off is as good as none.
fn missing(source: &str) -> Error {
    Error::new(
        ErrorKind::NotFound,
        "source_not_found",
        format!("There is no source of sign-in {source} here."),
    )
    .next_step("`GET /v1/auth/methods` lists them; a tenant's own with `?tenant=`.")
}

impl Sources {
    /// # Errors
    /// `source_invalid` for what the operator wrote.
    pub fn new(
        identity: Identity,
        keys: Keys,
        policy: SignUpPolicy,
        outbound: Outbound,
        settings: &SourcesSettings,
    ) -> Result<Self> {
        let system = identity.inner.db.system("sources of sign-in");
        let inner = Inner {
            installed: installed::read(&settings.installed)?,
            confirmed: settings.confirmed_domains.clone(),
            guarded: Providers::new(outbound),
            trusted: Providers::new(Outbound::new(OutboundSettings::parse(["private"])?)?),
            identity,
            system,
            keys,
            policy,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The sources to choose from: those of the installation, and the tenant's own where one is named. An unknown tenant has none.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn offered(&self, tenant: Option<&str>) -> Result<Vec<AuthSource>> {
        let mut offered: Vec<AuthSource> =
            self.inner.installed.iter().map(|known| offer(&known.id, &known.name, known.kind)).collect();
        if let Some(tenant) = tenant.and_then(|text| text.parse::<TenantId>().ok())
            && self.is_there(tenant).await?
        {
            for row in sources::enabled_of(&self.inner.system, tenant).await? {
                offered.push(offer(&row.id, &row.name, kind_of(&row)?));
            }
        }
        Ok(offered)
    }

    async fn is_there(&self, tenant: TenantId) -> Result<bool> {
        let row = tenants::find(&self.inner.system, tenant).await?;
        Ok(row.is_some_and(|row| row.deleted_at.is_none() && row.erased_at.is_none()))
    }

    /// The source with this id, if people can sign in with it now.
    async fn known(&self, id: &str) -> Result<Known> {
        if let Some(found) = self.inner.installed.iter().find(|known| known.id == id) {
            return Ok(found.clone());
        }
        let not_there = || missing(id);
        let source: SourceId = id.parse().map_err(|_| not_there())?;
        let row = sources::find(&self.inner.system, source)
            .await?
            .filter(|row| row.enabled)
            .ok_or_else(not_there)?;
        let tenant: TenantId = row.tenant_id.parse().internal("reading a source's tenant")?;
        if !self.is_there(tenant).await? {
            return Err(not_there());
        }
        self.read(&row, tenant).await
    }

    async fn read(&self, row: &Source, tenant: TenantId) -> Result<Known> {
        let kind = kind_of(row)?;
        let mut settings: Settings =
            serde_json::from_str(&row.settings).internal("reading a source's settings")?;
        if let Some(secret) = self.secret(&self.inner.system, row, tenant).await? {
            settings.insert(config::secret_name(kind).to_owned(), secret);
        }
        Ok(Known {
            id: row.id.clone(),
            name: row.name.clone(),
            kind,
            origin: Origin::Tenant(tenant),
            revision: row.updated_at,
            domains: list(&row.domains)?,
            role: row.role.clone(),
            group_roles: list(&row.group_roles)?,
            config: config::parse(kind, &settings)?,
        })
    }

    async fn secret<A: stead_db::Access>(
        &self,
        access: &A,
        row: &Source,
        tenant: TenantId,
    ) -> Result<Option<String>> {
        let Some(sealed) = &row.sealed_secret else { return Ok(None) };
        let plain = self.inner.keys.open(access, Owner::Tenant(tenant), &context(&row.id), sealed).await?;
        String::from_utf8(plain.to_vec()).map(Some).internal("reading a source's secret")
    }

    fn providers(&self, origin: Origin) -> &Providers {
        match origin {
            Origin::Installation => &self.inner.trusted,
            Origin::Tenant(_) => &self.inner.guarded,
        }
    }

    /// The one address that a source may send people back to.
    fn callback_url(&self, id: &str) -> String {
        format!("{}/v1/auth/sources/{id}/callback", self.inner.identity.inner.base_url)
    }
}

fn offer(id: &str, name: &str, kind: SourceKind) -> AuthSource {
    AuthSource {
        id: id.to_owned(),
        name: name.to_owned(),
        kind: kind.as_str().to_owned(),
        begin_url: format!("/v1/auth/sources/{id}/begin"),
    }
}
