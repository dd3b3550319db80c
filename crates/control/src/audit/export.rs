//! The log as a file: JSON Lines that can be verified, or CEF for SIEM systems. Read in batches as the receiver takes them.

use bytes::Bytes;
use futures::{Stream, stream};
use stead_api::v1::audit as wire;
use stead_core::Result;
use stead_core::audit::cef;
use stead_core::audit::tree::Frontier;
use stead_db::TenantScope;
use stead_db::audit::Filter;

use super::{Audit, BATCH, encoded, filter, wrong_field};

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    JsonLines,
    Cef,
}

impl Format {
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::JsonLines => "application/jsonl",
            Self::Cef => "text/plain; charset=utf-8",
        }
    }

    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::JsonLines => "audit.jsonl",
            Self::Cef => "audit.cef",
        }
    }
}

struct Reading {
    audit: Audit,
    scope: TenantScope,
    filter: Filter,
    format: Format,
    from: u64,
    /// The log's size when it began.
    end: u64,
}

impl Audit {
    /// The tenant's log in order, up to the row that is the newest now.
    ///
    /// # Errors
    /// `input_invalid` for an unknown format or a time that is none. Later failures end the stream.
    pub async fn export(
        &self,
        scope: &TenantScope,
        query: &wire::AuditExportQuery,
    ) -> Result<(Format, impl Stream<Item = Result<Bytes>> + Send + 'static + use<>)> {
        let format = match query.format.as_deref() {
            None | Some("" | "jsonl") => Format::JsonLines,
            Some("cef") => Format::Cef,
            Some(_) => return Err(wrong_field("format", "expected jsonl or cef".to_owned())),
        };
        let filter = filter(
            query.action.as_ref(),
            query.actor.as_ref(),
            query.object.as_ref(),
            query.from.as_ref(),
            query.to.as_ref(),
        )?;
        let tree = scope.tenant_id().to_string();
        let end = stead_db::audit::frontier(scope, &tree).await?.as_ref().map_or(0, Frontier::size);
        let reading = Reading { audit: self.clone(), scope: scope.clone(), filter, format, from: 0, end };
        let batches = stream::try_unfold(reading, |mut reading| async move {
            let batch = reading.next().await?;
            Ok(batch.map(|batch| (batch, reading)))
        });
        Ok((format, batches))
    }
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.from >= self.end {
            return Ok(None);
        }
        let rows = stead_db::audit::leaves(&self.scope, "", self.from, &self.filter, BATCH).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut text = String::with_capacity(rows.len() * 512);
        for row in &rows {
            let evidence = row.row()?;
            if evidence.index >= self.end {
                self.from = self.end;
                break;
            }
            self.from = evidence.index + 1;
            let event = self.audit.view(&self.scope, row, self.format == Format::JsonLines).await?;
            match self.format {
                Format::JsonLines => text.push_str(&encoded(&event)?),
                Format::Cef => {
                    let from = cef::From { ip: event.ip.as_deref(), user_agent: event.user_agent.as_deref() };
                    let version = env!("CARGO_PKG_VERSION");
                    text.push_str(&cef::line(&evidence, version, from, row.detail.as_deref()));
                }
            }
            text.push('\n');
        }
        Ok(Some(Bytes::from(text)))
    }
}
