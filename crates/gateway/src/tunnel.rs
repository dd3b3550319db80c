//! Connections and bodies that last: cut when what admitted them does so no longer.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::sleep;

use crate::host::PreviewHost;
use crate::routes::{Admission, Routes, Target};
use crate::{Body, BoxError};

const COPY_BUFFER: usize = 32 << 10;
const FIRST_LOOK: Duration = Duration::from_millis(300);

pub(crate) type Revoked = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Completes when the host leads elsewhere, or the viewer (nobody: the public) may not look any more.
pub(crate) fn until_revoked<R: Routes>(
    routes: Arc<R>,
    host: PreviewHost,
    target: Target,
    viewer: Option<R::Viewer>,
) -> Revoked {
    Box::pin(async move {
        // The admission was asked for a moment ago, and most answers are over before this.
        sleep(FIRST_LOOK).await;
        loop {
            // Listens for changes before asking, so that none falls between the two.
            let mut changed = std::pin::pin!(routes.changed(&host, &target));
            let admitted = tokio::select! {
                biased;
                () = &mut changed => continue,
                admitted = still_admitted(&*routes, &host, &target, viewer.as_ref()) => admitted,
            };
            match admitted {
                Ok(true) => {}
                Ok(false) => return,
                // Not knowing is not a reason to cut work off; the next change asks again.
                Err(error) => {
                    tracing::warn!(error = ?error, instance.id = %target.instance, "whether a preview is still allowed is not known");
                }
            }
            changed.await;
        }
    })
}

async fn still_admitted<R: Routes>(
    routes: &R,
    host: &PreviewHost,
    target: &Target,
    viewer: Option<&R::Viewer>,
) -> stead_core::Result<bool> {
    let Some(now) = routes.resolve(host).await? else { return Ok(false) };
    if now.instance != target.instance {
        return Ok(false);
    }
    if now.public {
        return Ok(true);
    }
    match viewer {
        Some(viewer) => Ok(routes.admission(viewer, &now).await? == Admission::Admitted),
        None => Ok(false),
    }
}

/// Copies both ways between two upgraded connections until one ends or the admission does.
pub(crate) fn join(client: OnUpgrade, app: OnUpgrade, revoked: Revoked, place: OwnedSemaphorePermit) {
    tokio::spawn(async move {
        let _place = place;
        let (client, app) = match tokio::try_join!(client, app) {
            Ok(both) => both,
            Err(error) => {
                tracing::debug!(error = %error, "an upgrade of a preview did not come about");
                return;
            }
        };
        let (mut client, mut app) = (TokioIo::new(client), TokioIo::new(app));
        tokio::select! {
            ended = tokio::io::copy_bidirectional_with_sizes(&mut client, &mut app, COPY_BUFFER, COPY_BUFFER) => {
                if let Err(error) = ended {
                    tracing::debug!(error = %error, "an upgraded connection of a preview broke");
                }
            }
            () = revoked => {}
        }
    });
}

/// An app's answer that ends with an error when the admission does.
pub(crate) struct Guarded<B> {
    pub(crate) body: B,
    pub(crate) revoked: Revoked,
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Guarded<B>
where
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.revoked.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Err("the preview is not allowed any more".into())));
        }
        Pin::new(&mut self.body).poll_frame(context).map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Any body, boxed.
pub(crate) fn boxed<B>(body: B) -> Body
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Body::new(http_body_util::BodyExt::map_err(body, Into::into))
}
