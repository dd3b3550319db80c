//! The node of this machine: its drivers and its agent.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stead_core::ambient::Ambient;
use stead_core::error::InternalContext;
use stead_core::ids::NodeId;
use stead_core::{Error, Result};
use stead_drivers::DynDriver;
use stead_drivers::oci::{OciDriver, OciSettings};
use stead_drivers::sim::{SimDriver, SimMachine, SimSettings};
use stead_node::{Node, NodeConfig};

use super::settings::Settings;

/// An agent at work. Ending it ends no instance.
#[derive(Debug, Clone)]
pub struct Agent {
    pub node: Node,
    pub oci: Arc<OciDriver>,
    simulated: Option<Arc<SimMachine>>,
}

/// Who this machine is; written once.
#[derive(Debug, Serialize, Deserialize)]
struct NodeFile {
    node: NodeId,
}

impl Agent {
    /// Starts the agent. `id` is the one in its certificate; a machine that is its own server has one in its directory.
    ///
    /// # Errors
    /// When the node's directory cannot be used, or was another node's.
    pub async fn start(settings: &Settings, id: Option<NodeId>, ambient: &Ambient) -> Result<Self> {
        let directory = settings.node_dir();
        let id = own_id(&directory, id, ambient)?;
        let mut oci = OciSettings::new(directory.clone());
        oci.allow_private_networks = settings.allow_private_networks;
        oci.insecure_registries.clone_from(&settings.insecure_registries);
        let oci = Arc::new(OciDriver::open(oci, ambient.clone()).await?);
        let mut drivers: Vec<Arc<DynDriver>> = vec![Arc::clone(&oci) as Arc<DynDriver>];
        let mut simulated = None;
        let file = directory.join("simulated-machine.json");
        // Whoever starts it next, with or without the flag: what is simulated here already has to be looked after, and can be deleted.
        if settings.simulate || file.exists() {
            let machine = SimMachine::open(
                SimSettings { file: Some(file), ..SimSettings::lifelike() },
                ambient.clone(),
            )?;
            let machine = Arc::new(machine);
            drivers.push(Arc::new(SimDriver::new(Arc::clone(&machine))));
            simulated = Some(machine);
        }
        let config = NodeConfig::new(id, settings.node_name.clone(), directory);
        let node = Node::start(config, drivers, ambient.clone()).await?;
        Ok(Self { node, oci, simulated })
    }

    /// Ends the agent; instances run on, simulated ones in their file.
    pub async fn shutdown(&self) {
        self.node.shutdown().await;
        if let Some(machine) = &self.simulated
            && let Err(error) = machine.save().await
        {
            tracing::warn!(error.inside = %error.inside(), "the simulated machine was not saved: {error}");
        }
    }
}

fn own_id(directory: &Path, given: Option<NodeId>, ambient: &Ambient) -> Result<NodeId> {
    std::fs::create_dir_all(directory).internal("making the node's directory")?;
    let path = directory.join("node.json");
    let file: NodeFile = match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| {
            Error::invalid("node_file_damaged", format!("{} is damaged: {error}.", path.display()))
                .next_step("Restore it from a backup: without it, this machine is another node and does not know its instances.")
        })?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let file = NodeFile { node: given.unwrap_or_else(|| ambient.new_id()) };
            let text = serde_json::to_vec(&file).internal("writing the node's file")?;
            let temporary = path.with_extension("new");
            std::fs::write(&temporary, text).internal("writing the node's file")?;
            std::fs::rename(&temporary, &path).internal("writing the node's file")?;
            file
        }
        Err(error) => return Err(Error::internal("reading the node's file").source_error(error)),
    };
    match given {
        Some(given) if given != file.node => Err(Error::conflict(
            "another_node",
            format!(
                "{} is the directory of node {}, and the join file is for {given}.",
                directory.display(),
                file.node
            ),
        )
        .next_step("Use the join file of this node, or another data directory.")),
        _ => Ok(file.node),
    }
}
