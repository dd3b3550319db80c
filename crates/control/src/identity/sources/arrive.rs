//! Writes down whose account somebody gets who proved to a source who they are, all in one transaction.

use stead_core::email::EmailAddress;
use stead_core::error::InternalContext as _;
use stead_core::ids::{IdentityId, TenantId, UserId};
use stead_core::{Error, ErrorKind, Result};
use stead_db::audit::{self, Entry};
use stead_db::identities::{self, Identity as Linked};
use stead_db::{SystemScope, Tx, invites, members, users};

use super::config::Config;
use super::linking::{self, Claimed, Decision, Facts, Holder, Refusal};
use super::oidc::Proof;
use super::{Known, Origin, Sources};
use crate::identity::accounts::{claim_unverified, insert_user, whereabouts};
use crate::identity::sessions::personal_tenant;
use crate::identity::{Caller, RequestInfo, SignUpPolicy, operators};
use crate::notifications::{self, FactorChange, Notice};
use crate::tenants::by_source::{self, Given};

fn stays_out(known: &Known, refusal: Refusal, policy: SignUpPolicy) -> Error {
    let name = &known.name;
    let refused = |code: &str, message: String, next: String| {
        Error::new(ErrorKind::Forbidden, code, message).next_step(next)
    };
    match refusal {
        Refusal::LinkedElsewhere => refused(
            "source_linked_elsewhere",
            format!("This account at {name} belongs to another account here."),
            "Sign in with it and unlink it there first.".into(),
        ),
        Refusal::EmailUnproven => refused(
            "source_email_unverified",
            format!("{name} does not say that your e-mail address is confirmed."),
            format!("Confirm it at {name} and come back, or sign in in another way."),
        ),
        Refusal::DomainNotAllowed => refused(
            "source_domain_not_allowed",
            format!("{name} is here for other addresses than yours."),
            "Use the account of your organization, or sign in in another way.".into(),
        ),
        Refusal::SignInToLink => refused(
            "source_not_linked",
            format!("There is an account with your address already, and {name} is not linked to it."),
            format!("Sign in as you did before, then link {name} in your account's security settings."),
        ),
        Refusal::MayNotJoin if policy == SignUpPolicy::Closed => refused(
            "sign_up_closed",
            "Nobody can sign up here: those who run this server make the accounts.".into(),
            "Ask one of them.".into(),
        ),
        Refusal::MayNotJoin => refused(
            "sign_up_invited_only",
            "Only people who were invited can sign up here, with the address that was invited.".into(),
            "Follow the link of your invitation, or ask for one.".into(),
        ),
    }
}

/// The name of somebody new.
fn name_of(proof: &Proof) -> String {
    let by_address = || proof.email.as_ref().map(|email| email.address.local_part().to_owned());
    proof.name.clone().or_else(by_address).unwrap_or_else(|| "Somebody".to_owned())
}

/// The role that the groups give, or the one of the source.
fn role_of<'a>(known: &'a Known, groups: &[String]) -> &'a str {
    let fits = |wanted: &str| groups.iter().any(|group| group.eq_ignore_ascii_case(wanted));
    let mapped = known.group_roles.iter().find(|mapping| fits(&mapping.group));
    mapped.map_or(known.role.as_str(), |mapping| mapping.role.as_str())
}

impl Sources {
    /// Whose account it is from now on.
    ///
    /// # Errors
    /// `source_email_unverified`, `source_domain_not_allowed`, `source_not_linked`, `source_linked_elsewhere`, `sign_up_closed`,
    /// `sign_up_invited_only`, `quota_exceeded`, `account_disabled`.
    pub(super) async fn settle(
        &self,
        known: &Known,
        proof: &Proof,
        link: Option<&Caller>,
        info: &RequestInfo,
    ) -> Result<UserId> {
        let scope = match link {
            Some(caller) => self.inner.system.on_behalf_of(caller.actor()),
            None => self.inner.system.clone(),
        };
        let asked = link.map(Caller::user);
        let (user, ended) = scope
            .transaction(|tx| async move {
                let linked = identities::find(&tx, &known.id, &proof.issuer, &proof.subject).await?;
                let decision = self.decide(&tx, known, proof, linked.as_ref(), asked).await?;
                match decision {
                    Decision::Refuse(refusal) => Err(stays_out(known, refusal, self.inner.policy)),
                    Decision::SignIn(user) => {
                        let row = linked.ok_or_else(|| Error::internal("a linked account without a row"))?;
                        identities::used(&tx, &row.id, shown(proof)).await?;
                        Ok((user, self.follow_groups(&tx, known, proof, user).await?))
                    }
                    Decision::Link(user) => {
                        operators::check_enabled(&tx, user).await?;
                        Ok((user, self.link(&tx, known, proof, user, info).await?))
                    }
                    Decision::ClaimAndLink(user) => {
                        operators::check_enabled(&tx, user).await?;
                        claim_unverified(&tx, user).await?;
                        self.link(&tx, known, proof, user, info).await?;
                        Ok((user, true))
                    }
                    Decision::Create { with_email } => {
                        let user = insert_user(&tx, &name_of(proof), false).await?;
                        let email = proof.email.as_ref().filter(|_| with_email);
                        if let Some(email) = email {
                            users::set_email(&tx, user, &email.address, Some(tx.now())).await?;
                        }
                        self.insert(&tx, known, proof, user).await?;
                        Ok((user, false))
                    }
                }
            })
            .await?;
        if ended {
            self.inner.identity.rights_ended();
        }
        Ok(user)
    }

    async fn decide(
        &self,
        tx: &Tx<SystemScope>,
        known: &Known,
        proof: &Proof,
        linked: Option<&Linked>,
        asked: Option<UserId>,
    ) -> Result<Decision> {
        let linked =
            linked.map(|row| row.user_id.parse().internal("reading whose account it is")).transpose()?;
        let email = proof.email.as_ref();
        let holder = match email {
            Some(email) => holder(tx, known, &email.address).await?,
            None => None,
        };
        let vouches = match (known.origin, email) {
            (Origin::Installation, _) => true,
            (Origin::Tenant(tenant), Some(email)) => {
                self.inner.confirmed.iter().any(|(of, domain)| *of == tenant && domain == email.domain())
            }
            (Origin::Tenant(_), None) => false,
        };
        let facts = Facts {
            linked,
            asked,
            email,
            holder,
            domains: &known.domains,
            accept_unproven_email: matches!(&known.config, Config::Oidc(config) if config.accept_unproven_email),
            of_installation: known.origin == Origin::Installation,
            vouches,
            may_join: self.may_join(tx, known, email).await?,
        };
        Ok(linking::decide(&facts))
    }

    /// Whether somebody new may come by this source.
    async fn may_join(&self, tx: &Tx<SystemScope>, known: &Known, email: Option<&Claimed>) -> Result<bool> {
        Ok(match (known.origin, self.inner.policy) {
            (_, SignUpPolicy::Open) => true,
            // The operator named the domains; the rule of domains has been asked before.
            (Origin::Installation, _) if !known.domains.is_empty() => true,
            (Origin::Installation, SignUpPolicy::Invited) => match email.filter(|email| email.proven) {
                Some(email) => invites::is_mailbox_invited(tx, email.address.key()).await?,
                None => false,
            },
            // Who runs a tenant may invite people; this is their way of it.
            (Origin::Tenant(_), SignUpPolicy::Invited) => true,
            (_, SignUpPolicy::Closed) => false,
        })
    }

    async fn link(
        &self,
        tx: &Tx<SystemScope>,
        known: &Known,
        proof: &Proof,
        user: UserId,
        info: &RequestInfo,
    ) -> Result<bool> {
        let ended = self.insert(tx, known, proof, user).await?;
        users::raise_credential_version(tx, user).await?;
        let change = FactorChange::IdentityLinked { source: known.name.clone() };
        let notice = Notice::FactorChanged { user, change, whereabouts: whereabouts(info) };
        notifications::queue(tx, &self.inner.keys, notice).await?;
        Ok(ended)
    }

    /// Whether a right has ended with it, as in all that follows.
    async fn insert(&self, tx: &Tx<SystemScope>, known: &Known, proof: &Proof, user: UserId) -> Result<bool> {
        let id: IdentityId = tx.ambient().new_id();
        let tenant = match known.origin {
            Origin::Installation => None,
            Origin::Tenant(tenant) => Some(tenant),
        };
        let row = Linked {
            id: id.to_string(),
            user_id: user.to_string(),
            source_id: known.id.clone(),
            tenant_id: tenant.map(|tenant| tenant.to_string()),
            issuer: proof.issuer.clone(),
            subject: proof.subject.clone(),
            email: shown(proof).map(str::to_owned),
            created_at: tx.now().micros(),
            last_used_at: Some(tx.now().micros()),
        };
        identities::insert(tx, row).await?;
        let object = id.to_string();
        let detail = serde_json::json!({"source": known.id, "user": user.to_string()});
        let own = personal_tenant(tx, user).await?;
        audit::append(
            tx,
            Entry { tenant: own, detail: Some(&detail), ..Entry::new("identity.link", &object) },
        )
        .await?;
        match tenant {
            Some(tenant) => self.join(tx, known, proof, tenant, user).await,
            None => Ok(false),
        }
    }

    /// Once, with the link: who was removed from the tenant afterwards stays out of it.
    async fn join(
        &self,
        tx: &Tx<SystemScope>,
        known: &Known,
        proof: &Proof,
        tenant: TenantId,
        user: UserId,
    ) -> Result<bool> {
        let given = Given { tenant, source: &known.id, role: role_of(known, &proof.groups) };
        by_source::join(tx, &self.inner.keys, &given, user).await?;
        self.follow_groups(tx, known, proof, user).await
    }

    /// Where groups give roles, the source says at every sign-in which one a member has.
    async fn follow_groups(
        &self,
        tx: &Tx<SystemScope>,
        known: &Known,
        proof: &Proof,
        user: UserId,
    ) -> Result<bool> {
        match known.origin {
            Origin::Tenant(tenant) if !known.group_roles.is_empty() => {
                let given = Given { tenant, source: &known.id, role: role_of(known, &proof.groups) };
                by_source::follow(tx, &given, user).await
            }
            _ => Ok(false),
        }
    }
}

fn shown(proof: &Proof) -> Option<&str> {
    proof.email.as_ref().map(|email| email.address.as_str())
}

async fn holder(tx: &Tx<SystemScope>, known: &Known, address: &EmailAddress) -> Result<Option<Holder>> {
    let Some(row) = users::by_email_key(tx, address.key()).await? else { return Ok(None) };
    let user: UserId = row.id.parse().internal("reading a user's id")?;
    let is_member = match known.origin {
        Origin::Installation => false,
        Origin::Tenant(tenant) => members::find(tx, tenant, user).await?.is_some(),
    };
    Ok(Some(Holder { user, verified: row.email_verified_at.is_some(), is_member }))
}

#[cfg(test)]
mod tests {
    use stead_api::v1::sources::{GroupRole, SourceKind};

    use super::super::installed;
    use super::*;

    #[test]
    fn the_first_group_that_fits_gives_the_role() {
        let settings = [("client_id", "stead"), ("client_secret", "hidden")];
        let source = installed::InstalledSource {
            id: "x".into(),
            name: "X".into(),
            kind: SourceKind::Google,
            settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            domains: Vec::new(),
        };
        let mut known = installed::read(&[source]).unwrap().remove(0);
        known.role = "guest".into();
        let mapping = |group: &str, role: &str| GroupRole { group: group.into(), role: role.into() };
        known.group_roles = vec![mapping("cn=admins", "admin"), mapping("cn=staff", "member")];
        let of = |groups: &[&str]| {
            role_of(&known, &groups.iter().map(|group| (*group).to_owned()).collect::<Vec<_>>()).to_owned()
        };
        assert_eq!(of(&["CN=Staff", "cn=admins"]), "admin");
        assert_eq!(of(&["cn=staff"]), "member");
        assert_eq!((of(&["cn=adm"]), of(&[])), ("guest".to_owned(), "guest".to_owned()));
    }
}
