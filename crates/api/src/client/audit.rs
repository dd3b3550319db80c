//! Calls on the audit log.

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use reqwest::Method;

use super::{Client, ClientError};
use crate::v1::Page;
use crate::v1::audit::{
    AuditCheckpoint, AuditEvent, AuditExportQuery, AuditQuery, AuditSink, AuditVerification, CreateAuditSink,
    CreatedAuditSink, VerifyAudit,
};

/// A whole log is read for it.
const VERIFICATION: std::time::Duration = std::time::Duration::from_secs(900);

impl Client {
    /// A page of the log.
    pub async fn audit(&self, query: &AuditQuery) -> Result<Page<AuditEvent>, ClientError> {
        self.answer(self.request(Method::GET, &["v1", "audit"]).query(query)).await
    }

    pub async fn audit_checkpoint(&self) -> Result<AuditCheckpoint, ClientError> {
        self.get(&["v1", "audit", "checkpoint"], &[]).await
    }

    pub async fn verify_audit(&self, input: &VerifyAudit) -> Result<AuditVerification, ClientError> {
        let request = self.request(Method::POST, &["v1", "audit", "verify"]).json(input);
        self.answer_within(request, VERIFICATION).await
    }

    /// The log as it comes.
    pub async fn export_audit(
        &self,
        query: &AuditExportQuery,
    ) -> Result<impl Stream<Item = Result<Bytes, ClientError>> + use<>, ClientError> {
        let request = self.request(Method::GET, &["v1", "audit", "export"]).query(query);
        let response = self.dispatch(request).await?;
        let broke = |error| ClientError::Protocol(format!("the export broke off: {error}"));
        Ok(response.bytes_stream().map(move |piece| piece.map_err(broke)))
    }

    /// Where the tenant's events are forwarded to.
    pub async fn audit_sinks(&self) -> Result<Vec<AuditSink>, ClientError> {
        self.get::<Page<AuditSink>>(&["v1", "audit", "sinks"], &[]).await.map(|page| page.items)
    }

    pub async fn add_audit_sink(&self, sink: &CreateAuditSink) -> Result<CreatedAuditSink, ClientError> {
        self.post(&["v1", "audit", "sinks"], sink).await
    }

    pub async fn remove_audit_sink(&self, id: &str) -> Result<(), ClientError> {
        self.send(self.request(Method::DELETE, &["v1", "audit", "sinks", id])).await.map(drop)
    }
}
