//! Proving once more who asks. The server wants that before what is dangerous, and a session of `stead login` begins without a proof:
//! only the browser that let it in gave one.

use std::io::IsTerminal as _;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use stead_api::client::Prover;
use stead_api::v1::factors::StepUpRequest;
use zeroize::Zeroizing;

use super::hidden_line::hidden_line;
use crate::output::Output;

const CODE_LENGTH: usize = 6;

/// Asks at the terminal, when there is one.
#[derive(Debug)]
pub(crate) struct AtTerminal(pub(crate) Output);

impl Prover for AtTerminal {
    fn proof(&self) -> BoxFuture<'_, Option<StepUpRequest>> {
        let output = self.0;
        if !std::io::stdin().is_terminal() {
            return std::future::ready(None).boxed();
        }
        let asked = tokio::task::spawn_blocking(move || {
            output.note("This asks who you are once more.");
            hidden_line(output, "Your password, or a code of your authenticator app").ok()
        });
        async move {
            let typed = asked.await.ok().flatten()?;
            let typed = typed.trim_end_matches(['\r', '\n']);
            (!typed.is_empty()).then(|| proof_of(typed))
        }
        .boxed()
    }
}

/// The password that a command has asked for anyway.
pub(crate) struct Typed(pub(crate) Zeroizing<String>);

impl std::fmt::Debug for Typed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Typed(…)")
    }
}

impl Prover for Typed {
    fn proof(&self) -> BoxFuture<'_, Option<StepUpRequest>> {
        let password = Some(self.0.to_string());
        std::future::ready(Some(StepUpRequest { password, totp: None, passkey: None })).boxed()
    }
}

fn proof_of(typed: &str) -> StepUpRequest {
    let is_code = typed.len() == CODE_LENGTH && typed.bytes().all(|byte| byte.is_ascii_digit());
    let typed = Some(typed.to_owned());
    if is_code {
        StepUpRequest { password: None, totp: typed, passkey: None }
    } else {
        StepUpRequest { password: typed, totp: None, passkey: None }
    }
}
