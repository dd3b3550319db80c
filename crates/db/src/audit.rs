//! The audit log: appended in the transaction of the change, never altered.
//!
//! [`append`] collects; at the commit the rows of a transaction get their places in their trees, their leaves, and are written, so
//! that a tree is locked for moments only. What is personal is sealed under the key of the user it is about by what
//! [`Db::seal_audit_by`](crate::Db::seal_audit_by) was given; without that it stands open, with a salt of its own.
//!
//! Rows are written here alone, trees here and (their checkpoints) by `control::audit`, keys and sinks by `control::audit`.

mod checkpoints;
mod forgetting;
mod sinks;
mod trees;

use async_trait::async_trait;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde_json::{Value, json};
use stead_core::audit::row::{Forgettable, Row};
use stead_core::audit::tree::{Frontier, Hash, parse_hash};
use stead_core::audit::{INSTALLATION, hex};
use stead_core::ids::{AuditEventId, TenantId, UserId};
use stead_core::{Result, Timestamp};

use crate::entities::{audit_event, audit_tree};
use crate::failure::{Doing, corrupt};
use crate::page::{PageRequest, Rows};
use crate::scope::{Access, Scope, SystemScope, TenantAccess, TenantScope};
use crate::transaction::{Tx, on};

pub use crate::entities::audit_event::Model as AuditEvent;
pub use checkpoints::{Checkpoint, add_checkpoint, checkpoints, due_trees, newest_checkpoints};
pub use forgetting::{forget_open_texts, forget_tenant};
pub use sinks::{Sink, due_sinks, insert_sink, remove_sink, set_sink_status, sink, sinks, sinks_of};
pub(crate) use trees::write;

/// Longer names of clients are cut.
const LONGEST_USER_AGENT: usize = 300;

/// Seals personal values under the key of the user they are about. The control plane gives one to the database at its start; it is
/// called within the transaction of the change, once or twice for each row, so it has to be cheap once a user's key is known.
#[async_trait]
pub trait SealPersonal: std::fmt::Debug + Send + Sync {
    /// # Errors
    /// A failure of the keys; the change fails with it.
    async fn seal_in_tenant(
        &self,
        tx: &Tx<TenantScope>,
        user: UserId,
        context: &str,
        plain: &str,
    ) -> Result<String>;

    /// # Errors
    /// A failure of the keys; the change fails with it.
    async fn seal_in_system(
        &self,
        tx: &Tx<SystemScope>,
        user: UserId,
        context: &str,
        plain: &str,
    ) -> Result<String>;
}

/// Names and addresses of a user, for a row that cannot do without them. Sealed, and gone when the user is erased.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    pub user: UserId,
    pub values: &'a Value,
}

/// What happened to what. Who did it, in which request and from where comes from the transaction's scope.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Taken from the scope when absent.
    pub tenant: Option<TenantId>,
    /// Such as `instance.create`.
    pub action: &'a str,
    pub object: Option<&'a str>,
    /// Never a secret, and nothing personal: that goes to `about`. Changes are `{"before": …, "after": …}`.
    pub detail: Option<&'a Value>,
    pub about: Option<About<'a>>,
}

impl<'a> Entry<'a> {
    #[must_use]
    pub const fn new(action: &'a str, object: &'a str) -> Self {
        Self { tenant: None, action, object: Some(object), detail: None, about: None }
    }
}

/// A row that waits for the commit, all but its place.
#[derive(Debug)]
pub(crate) struct Pending {
    tenant: Option<String>,
    row: Row,
}

impl Pending {
    pub(crate) fn tree(&self) -> &str {
        &self.row.tree
    }
}

/// The context under which what a row holds of its actor is sealed.
#[must_use]
pub fn personal_context(id: &str) -> String {
    format!("audit/{id}/actor")
}

/// The context under which what a row holds of its subject is sealed.
#[must_use]
pub fn about_context(id: &str) -> String {
    format!("audit/{id}/subject")
}

/// # Errors
/// A failure of the database, or of the keys.
pub async fn append<S: Scope>(tx: &Tx<S>, entry: Entry<'_>) -> Result<()> {
    let actor = tx.actor();
    let id = tx.ambient().new_id::<AuditEventId>().to_string();
    let personal = match actor {
        Some(actor) if actor.ip.is_some() || actor.user_agent.is_some() => {
            let user_agent: Option<String> =
                actor.user_agent.as_ref().map(|text| text.chars().take(LONGEST_USER_AGENT).collect());
            let values = json!({"ip": actor.ip, "user_agent": user_agent});
            Some(seal(tx, actor.user, &personal_context(&id), values).await?)
        }
        _ => None,
    };
    let about = match entry.about {
        Some(about) => Some(seal(tx, about.user, &about_context(&id), about.values.clone()).await?),
        None => None,
    };
    let tenant = tx.tenant().or(entry.tenant).map(|id| id.to_string());
    let salt = random_text(tx);
    let row = Row {
        tree: tenant.clone().unwrap_or_else(|| INSTALLATION.to_owned()),
        index: 0,
        id,
        at: tx.now(),
        actor: actor.map(|actor| actor.user.to_string()),
        credential: actor.map(|actor| actor.credential.to_string()),
        action: entry.action.to_owned(),
        object: entry.object.map(str::to_owned),
        request_id: actor.and_then(|actor| actor.request).map(|id| id.to_string()),
        subject: entry.about.map(|about| about.user.to_string()),
        detail: Forgettable::new(&salt, entry.detail.map(ToString::to_string)),
        personal: Forgettable::new(&salt, personal),
        about: Forgettable::new(&salt, about),
        salt,
    };
    tx.audit(Pending { tenant, row });
    Ok(())
}

async fn seal<S: Scope>(tx: &Tx<S>, user: UserId, context: &str, mut values: Value) -> Result<String> {
    match tx.seals() {
        Some(seals) => S::seal(tx, seals.as_ref(), user, context, &values.to_string()).await,
        None => {
            if let Some(fields) = values.as_object_mut() {
                fields.insert("salt".to_owned(), random_text(tx).into());
            }
            Ok(values.to_string())
        }
    }
}

/// Whether a personal text stands open, as in rows from before there were keys.
#[must_use]
pub fn is_open(personal: &str) -> bool {
    personal.starts_with('{')
}

fn random_text<S: Scope>(tx: &Tx<S>) -> String {
    let mut bytes = [0; 16];
    tx.ambient().fill_random(&mut bytes);
    hex(&bytes)
}

impl AuditEvent {
    /// The row as evidence.
    ///
    /// # Errors
    /// When a stored value cannot be read, which is a sign of tampering or damage.
    pub fn row(&self) -> Result<Row> {
        let forgettable = |text: &Option<String>, digest: &Option<String>| -> Result<Forgettable> {
            let digest = match digest {
                Some(digest) => Some(parse_hash(digest).ok_or_else(|| corrupt("a digest of the audit log"))?),
                None => None,
            };
            Ok(Forgettable { text: text.clone(), digest })
        };
        Ok(Row {
            tree: self.tree.clone().unwrap_or_default(),
            index: self.leaf_index.and_then(|index| u64::try_from(index).ok()).unwrap_or(u64::MAX),
            id: self.id.clone(),
            at: Timestamp::from_micros(self.at),
            actor: self.actor.clone(),
            credential: self.credential.clone(),
            action: self.action.clone(),
            object: self.object.clone(),
            request_id: self.request_id.clone(),
            subject: self.subject.clone(),
            salt: self.salt.clone().unwrap_or_default(),
            detail: forgettable(&self.detail, &self.detail_digest)?,
            personal: forgettable(&self.personal, &self.personal_digest)?,
            about: forgettable(&self.about, &self.about_digest)?,
        })
    }

    /// The stored leaf.
    #[must_use]
    pub fn leaf(&self) -> Option<Hash> {
        parse_hash(self.leaf_hash.as_deref()?)
    }
}

/// Which rows of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Exact, or all that begin with what stands before a `*` at the end.
    pub action: Option<String>,
    pub actor: Option<String>,
    pub object: Option<String>,
    /// Inclusive.
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub to: Option<Timestamp>,
}

impl Filter {
    fn condition(&self) -> Condition {
        use audit_event::Column as C;
        let mut condition = Condition::all();
        if let Some(action) = &self.action {
            condition = match action.strip_suffix('*') {
                // A range: without characters that LIKE would read as patterns.
                Some(prefix) => {
                    condition.add(C::Action.gte(prefix)).add(C::Action.lt(format!("{prefix}{}", char::MAX)))
                }
                None => condition.add(C::Action.eq(action.as_str())),
            };
        }
        for (column, wanted) in [(C::Actor, &self.actor), (C::Object, &self.object)] {
            if let Some(wanted) = wanted {
                condition = condition.add(column.eq(wanted.as_str()));
            }
        }
        if let Some(from) = self.from {
            condition = condition.add(C::At.gte(from.micros()));
        }
        if let Some(to) = self.to {
            condition = condition.add(C::At.lt(to.micros()));
        }
        condition
    }
}

/// The audit log of the scope's tenant, newest first.
///
/// # Errors
/// A failure of the database.
pub async fn list(access: &impl TenantAccess, page: &PageRequest) -> Result<Rows<AuditEvent>> {
    search(access, &Filter::default(), page).await
}

/// What the filter leaves of the audit log of the scope's tenant, newest first.
///
/// # Errors
/// A failure of the database.
pub async fn search(
    access: &impl TenantAccess,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Rows<AuditEvent>> {
    let mut query = audit_event::Entity::find()
        .filter(audit_event::Column::TenantId.eq(access.scope().tenant_id().to_string()))
        .filter(filter.condition())
        .order_by_desc(audit_event::Column::Id)
        .limit(page.limit + 1);
    if let Some(before) = &page.before {
        query = query.filter(audit_event::Column::Id.lt(before.as_str()));
    }
    let rows = query.all(on(access)).await.doing("listing the audit log")?;
    Ok(Rows::of(rows, page.limit, |row| row.id.clone()))
}

/// Rows of a tree from a place on, in order of the tree. For Stead itself any tree, for a tenant its own alone.
///
/// # Errors
/// A failure of the database.
pub async fn leaves<A: Access>(
    access: &A,
    tree: &str,
    from: u64,
    filter: &Filter,
    limit: u64,
) -> Result<Vec<AuditEvent>> {
    let query: Select<audit_event::Entity> = audit_event::Entity::find()
        .filter(audit_event::Column::Tree.eq(visible(access, tree)))
        .filter(audit_event::Column::LeafIndex.gte(i64::try_from(from).unwrap_or(i64::MAX)))
        .filter(filter.condition())
        .order_by_asc(audit_event::Column::LeafIndex)
        .order_by_asc(audit_event::Column::Id)
        .limit(limit);
    query.all(on(access)).await.doing("reading the audit log")
}

/// The tree's frontier; `None` when nothing was appended yet.
///
/// # Errors
/// A failure of the database.
pub async fn frontier<A: Access>(access: &A, tree: &str) -> Result<Option<Frontier>> {
    let found = audit_tree::Entity::find_by_id(visible(access, tree))
        .one(on(access))
        .await
        .doing("reading an audit tree")?;
    found.map(|row| trees::parsed(&row)).transpose()
}

/// The tree that the access may see when it asks for this one.
fn visible<A: Access>(access: &A, tree: &str) -> String {
    access.tenant().map_or_else(|| tree.to_owned(), |tenant| tenant.to_string())
}
