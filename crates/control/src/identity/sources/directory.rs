//! Signing in by name and password of a directory.

use stead_core::{Error, ErrorKind, Result};
use zeroize::Zeroizing;

use super::config::Config;
use super::oidc::Proof;
use super::{Known, Sources, ldap};
use crate::attempts::Limited;
use crate::identity::{Admission, Caller, RequestInfo};

impl Sources {
    /// Signs in. Limited like signing in by a password, for each source and name apart.
    ///
    /// # Errors
    /// `source_not_found`, `source_is_no_directory`; `sign_in_refused`; `rate_limited`; `directory_unreachable`, and why somebody
    /// stays out (`arrive`).
    pub async fn sign_in(
        &self,
        source: &str,
        user: &str,
        password: Zeroizing<String>,
        info: &RequestInfo,
    ) -> Result<Admission> {
        let known = self.known(source).await?;
        let proof = self.prove_by_directory(&known, user, password, info).await?;
        let admission = self.arrive(&known, &proof, None, info).await?;
        admission.ok_or_else(|| Error::internal("a sign-in that only links"))
    }

    /// Links the caller's account in a directory to their own.
    ///
    /// # Errors
    /// `step_up_required`; `source_linked_elsewhere`; see [`Sources::sign_in`].
    pub async fn link_directory(
        &self,
        caller: &Caller,
        source: &str,
        user: &str,
        password: Zeroizing<String>,
    ) -> Result<()> {
        self.inner.identity.require_recent(caller).await?;
        let known = self.known(source).await?;
        let proof = self.prove_by_directory(&known, user, password, &caller.request).await;
        // The caller is signed in here, whatever the directory says.
        let proof = proof.map_err(|error| match error.kind() {
            ErrorKind::Unauthenticated => error.about_field("password"),
            _ => error,
        })?;
        self.settle(&known, &proof, Some(caller), &caller.request).await.map(drop)
    }

    async fn prove_by_directory(
        &self,
        known: &Known,
        user: &str,
        password: Zeroizing<String>,
        info: &RequestInfo,
    ) -> Result<Proof> {
        let Config::Ldap(config) = &known.config else {
            return Err(Error::conflict("source_is_no_directory", "This source asks for no password here.")
                .next_step("Begin with `GET /v1/auth/sources/{source}/begin` in a browser."));
        };
        let typed: String = user.chars().take(300).collect();
        let account = format!("{} {typed}", known.id);
        let limited = Limited::Login { account: &account, ip: info.ip };
        let attempts = self.inner.identity.attempts();
        attempts.take(limited).await?;
        let outbound = self.providers(known.origin).outbound();
        let proof = ldap::prove(outbound, config, user, password).await?;
        attempts.succeeded(limited).await?;
        Ok(proof)
    }
}
