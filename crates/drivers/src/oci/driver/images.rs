//! Which images are in use, and the removal of those that are not.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use stead_core::error::Result;
use tokio::task::AbortHandle;

use crate::oci::files;
use crate::oci::image::{Image, ImageStore};
use crate::oci::settings::ImageCleaning;

/// Which image an instance was prepared with: `image.json` in its directory, written before it is used.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PreparedImage {
    pub(super) reference: String,
    pub(super) image: Image,
}

/// Removes images that no instance was prepared with. Answers how many.
pub(super) async fn remove_unused(images: &ImageStore, instances: PathBuf, keep: Duration) -> Result<usize> {
    images
        .remove_unused(keep, move || {
            let mut used = BTreeSet::new();
            for directory in files::list(&instances)? {
                if let Some(prepared) = files::read_json::<PreparedImage>(&directory.join("image.json"))? {
                    used.insert(prepared.image.digest);
                }
            }
            Ok(used)
        })
        .await
}

/// Removes unused images once in a while, as long as it lives.
#[derive(Debug)]
pub(super) struct Cleaning(AbortHandle);

impl Drop for Cleaning {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Cleaning {
    pub(super) fn begin(images: &Arc<ImageStore>, instances: PathBuf, how: ImageCleaning) -> Self {
        let images = Arc::clone(images);
        let cleaning = tokio::spawn(async move {
            loop {
                tokio::time::sleep(how.every).await;
                match remove_unused(&images, instances.clone(), how.keep).await {
                    Ok(0) => {}
                    Ok(removed) => tracing::info!(images.removed = removed, "unused images were removed"),
                    Err(error) => {
                        tracing::warn!(error.inside = %error.inside(), "unused images stay for now: {error}");
                    }
                }
            }
        });
        Self(cleaning.abort_handle())
    }
}
