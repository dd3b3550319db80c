//! Calls on exports.

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use reqwest::Method;

use super::{Client, ClientError};
use crate::v1::Page;
use crate::v1::exports::{CreateExport, Export};
use crate::v1::operations::Operation;

impl Client {
    /// Those of the caller, and of the tenant that they act in if they run it.
    ///
    /// # Errors
    /// See [`ClientError`]; so for every call below.
    pub async fn exports(&self) -> Result<Vec<Export>, ClientError> {
        self.get::<Page<Export>>(&["v1", "exports"], &[]).await.map(|page| page.items)
    }

    pub async fn create_export(&self, export: &CreateExport) -> Result<Operation, ClientError> {
        self.post(&["v1", "exports"], export).await
    }

    /// The archive as it comes.
    pub async fn download_export(
        &self,
        id: &str,
    ) -> Result<impl Stream<Item = Result<Bytes, ClientError>> + use<>, ClientError> {
        let request = self.request(Method::GET, &["v1", "exports", id, "download"]);
        let response = self.dispatch(request).await?;
        let broke = |error| ClientError::Protocol(format!("the download broke off: {error}"));
        Ok(response.bytes_stream().map(move |piece| piece.map_err(broke)))
    }
}
