//! What is known of connected nodes while they are connected; in memory only.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use stead_core::Timestamp;
use stead_core::driver::Usage;
use stead_core::ids::{InstanceId, NodeId, TenantId};
use stead_link::NodeClient;

/// One measurement of a running instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageSample {
    pub at: Timestamp,
    /// Thousandths of a core over the last interval.
    pub cpu_millis: u32,
    pub usage: Usage,
}

#[derive(Debug)]
struct Live {
    client: NodeClient,
    session: u64,
    last_seen: Timestamp,
}

#[derive(Debug, Default)]
struct State {
    nodes: HashMap<NodeId, Live>,
    usage: HashMap<InstanceId, (NodeId, UsageSample)>,
    tenants: HashMap<InstanceId, (NodeId, TenantId)>,
    sessions: u64,
}

/// The live nodes of this server.
#[derive(Debug, Default)]
pub(super) struct Registry(RwLock<State>);

impl Registry {
    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Registers a connection and cuts the one before it: a node has one, and the newer one is the living one.
    pub(super) fn enter(&self, node: NodeId, client: NodeClient, now: Timestamp) -> u64 {
        self.write(|state| {
            state.sessions += 1;
            let session = state.sessions;
            if let Some(old) = state.nodes.insert(node, Live { client, session, last_seen: now }) {
                old.client.close();
            }
            session
        })
    }

    /// Forgets the connection, unless a newer one has taken its place. Says whether it was the present one.
    pub(super) fn leave(&self, node: NodeId, session: u64) -> bool {
        self.write(|state| {
            let present = state.nodes.get(&node).is_some_and(|live| live.session == session);
            if present {
                state.nodes.remove(&node);
                state.usage.retain(|_, (holder, _)| *holder != node);
                state.tenants.retain(|_, (holder, _)| *holder != node);
            }
            present
        })
    }

    pub(super) fn is_present(&self, node: NodeId, session: u64) -> bool {
        self.read(|state| state.nodes.get(&node).is_some_and(|live| live.session == session))
    }

    pub(super) fn client(&self, node: NodeId) -> Option<NodeClient> {
        self.read(|state| state.nodes.get(&node).map(|live| live.client.clone()))
            .filter(|client| !client.is_closed())
    }

    pub(super) fn last_seen(&self, node: NodeId) -> Option<Timestamp> {
        self.read(|state| {
            state.nodes.get(&node).filter(|live| !live.client.is_closed()).map(|live| live.last_seen)
        })
    }

    pub(super) fn seen(&self, node: NodeId, now: Timestamp) {
        self.write(|state| {
            if let Some(live) = state.nodes.get_mut(&node) {
                live.last_seen = now;
            }
        });
    }

    pub(super) fn usage(&self, instance: InstanceId) -> Option<UsageSample> {
        self.read(|state| state.usage.get(&instance).map(|(_, sample)| *sample))
    }

    /// Keeps a measurement of an instance that is known to be placed on the node; says whose it is.
    pub(super) fn measured(
        &self,
        node: NodeId,
        instance: InstanceId,
        sample: UsageSample,
    ) -> Option<TenantId> {
        self.write(|state| {
            let (holder, tenant) = *state.tenants.get(&instance)?;
            if holder != node {
                return None;
            }
            state.usage.insert(instance, (node, sample));
            Some(tenant)
        })
    }

    pub(super) fn know(&self, node: NodeId, instance: InstanceId, tenant: TenantId) {
        self.write(|state| {
            state.tenants.insert(instance, (node, tenant));
        });
    }

    pub(super) fn forget(&self, instance: InstanceId) {
        self.write(|state| {
            state.usage.remove(&instance);
            state.tenants.remove(&instance);
        });
    }

    pub(super) fn not_running(&self, instance: InstanceId) {
        self.write(|state| {
            state.usage.remove(&instance);
        });
    }
}
