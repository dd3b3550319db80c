//! Steps that only go forward, as erasing does.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use stead_core::Result;
use stead_core::operation::RetryPolicy;

use super::context::StepContext;
use super::kind::Step;

/// Never given up within the time of its operation.
#[must_use]
pub fn persistent() -> RetryPolicy {
    RetryPolicy { attempts: 1_000, ..RetryPolicy::default() }
}

/// A step with no way back once it is begun: nothing is undone, and what fails in passing is tried for as long as the operation may
/// last. Idempotent like any [`Step`].
#[async_trait]
pub trait Onward: Send + Sync + 'static {
    /// See [`Step::name`].
    fn name(&self) -> &'static str;

    /// See [`Step::title`].
    fn title(&self) -> &'static str;

    /// Does the work; there is no output.
    async fn run(&self, context: &StepContext) -> Result<()>;
}

struct OneWay<T>(T);

/// As the engine takes it.
pub fn onward(step: impl Onward) -> Arc<dyn Step> {
    Arc::new(OneWay(step))
}

#[async_trait]
impl<T: Onward> Step for OneWay<T> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn title(&self) -> &'static str {
        self.0.title()
    }

    fn point_of_no_return(&self) -> bool {
        true
    }

    fn retry(&self) -> RetryPolicy {
        persistent()
    }

    async fn run(&self, context: &StepContext) -> Result<Value> {
        self.0.run(context).await.map(|()| Value::Null)
    }

    async fn undo(&self, _: &StepContext) -> Result<()> {
        Ok(())
    }
}
