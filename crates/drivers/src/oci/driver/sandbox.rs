//! From the plan of a run to the description of its sandbox.

use std::collections::BTreeMap;

use stead_core::driver::RunPlan;
use stead_core::error::{Error, Result};
use stead_core::ids::InstanceId;
use stead_core::instance::Rootfs;
use stead_shim::sandbox::{ExtraMount, IdsSpec, NetworkSpec, RootfsSpec, SandboxSpec};

use super::{OciDriver, PreparedImage, etc_directory};
use crate::oci::disk::Disks;
use crate::oci::files;
use crate::oci::image::Image;

/// Each instance gets this many user ids of the host.
const IDS_PER_INSTANCE: u32 = 65_536;
const SMALLEST_TMP: u64 = 64 << 20;
const LARGEST_TMP: u64 = 2 << 30;
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl OciDriver {
    pub(super) fn volume_missing(instance: InstanceId) -> Error {
        Error::conflict("instance_not_prepared", format!("The volume of {instance} is not there."))
            .next_step("Prepare the instance before it is started.")
    }

    fn rootfs(&self, plan: &RunPlan) -> Result<(RootfsSpec, Option<Image>)> {
        match &plan.rootfs {
            Rootfs::HostUserland => {
                let extra_mounts = self
                    .toolchains
                    .iter()
                    .filter(|toolchain| toolchain.source.is_dir())
                    .map(|toolchain| ExtraMount {
                        source: toolchain.source.clone(),
                        target: toolchain.target.clone(),
                    })
                    .collect();
                let etc_dir = etc_directory(&self.settings.directory);
                Ok((RootfsSpec::HostUserland { etc_dir, extra_mounts }, None))
            }
            Rootfs::Image { reference } => {
                let prepared: Option<PreparedImage> =
                    files::read_json(&self.directory(plan.instance).join("image.json"))?;
                let image = prepared
                    .filter(|prepared| prepared.reference == *reference)
                    .map(|prepared| prepared.image);
                let image = image.ok_or_else(|| {
                    Error::conflict(
                        "instance_not_prepared",
                        format!("The image {reference} was not brought in."),
                    )
                    .next_step("Prepare the instance before it is started.")
                })?;
                Ok((RootfsSpec::Layers { lower: self.images.layers(&image) }, Some(image)))
            }
        }
    }

    pub(super) fn sandbox(&self, plan: &RunPlan, slot: u32) -> Result<SandboxSpec> {
        let volume =
            Disks::find(&self.directory(plan.instance)).ok_or_else(|| Self::volume_missing(plan.instance))?;
        let (rootfs, image) = self.rootfs(plan)?;
        let config = image.map(|image| image.config).unwrap_or_default();
        let mut env: BTreeMap<String, String> = config.env.clone();
        if matches!(rootfs, RootfsSpec::Layers { .. }) {
            env.entry("PATH".to_owned()).or_insert_with(|| DEFAULT_PATH.to_owned());
        }
        // What the instance itself says wins over what it shares with others.
        env.extend(plan.secrets.env.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())));
        env.extend(plan.env.clone());
        let network = if self.capabilities.outbound_network {
            self.network.spec(slot)
        } else {
            NetworkSpec::LoopbackOnly
        };
        let ids = if self.machine.root {
            let base = self.settings.first_user_id.saturating_add(slot.saturating_mul(IDS_PER_INSTANCE));
            IdsSpec::Range { base, count: IDS_PER_INSTANCE }
        } else {
            IdsSpec::SelfOnly
        };
        Ok(SandboxSpec {
            instance: plan.instance,
            run: plan.run,
            hostname: plan.name.clone(),
            rootfs,
            volume,
            ids,
            resources: plan.resources,
            cgroup: self.machine.control_groups.then(|| self.cgroup(plan.instance)),
            network,
            dns: if self.capabilities.outbound_network {
                self.network.servers().to_vec()
            } else {
                Vec::new()
            },
            env,
            secret_files: plan.secrets.files.clone(),
            command: plan.command.clone().or_else(|| config.command()),
            user: config.user.clone(),
            working_directory: config.working_directory,
            tmp_bytes: (plan.resources.memory_bytes / 4).clamp(SMALLEST_TMP, LARGEST_TMP),
        })
    }
}
