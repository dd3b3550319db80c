//! Whose account somebody gets who comes from another source. Pure.
//!
//! An address finds an account only when both sides have confirmed it and the source's word on it counts for the whole
//! installation: that of a source of the operator does, that of a tenant's source only in domains that the operator has confirmed
//! to be this tenant's. Else whoever runs a tenant could say to be anybody.

use stead_core::email::EmailAddress;
use stead_core::ids::UserId;

/// What a source says about an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claimed {
    pub(super) address: EmailAddress,
    /// The source says, as a boolean, that it is confirmed.
    pub(super) proven: bool,
}

impl Claimed {
    pub(super) fn domain(&self) -> &str {
        self.address.key().rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// The account here that has the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) user: UserId,
    pub(super) verified: bool,
    /// Of the tenant whose source it is.
    pub(super) is_member: bool,
}

/// Everything that decides.
#[derive(Debug, Clone)]
pub(super) struct Facts<'a> {
    /// Who has linked this account elsewhere.
    pub(super) linked: Option<UserId>,
    /// The signed-in user who asked for it to be linked.
    pub(super) asked: Option<UserId>,
    pub(super) email: Option<&'a Claimed>,
    pub(super) holder: Option<Holder>,
    /// Of the source; empty means any.
    pub(super) domains: &'a [String],
    pub(super) accept_unproven_email: bool,
    /// The operator's, not a tenant's.
    pub(super) of_installation: bool,
    /// The source's word on the address counts for the whole installation.
    pub(super) vouches: bool,
    /// New people may come by this source.
    pub(super) may_join: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Linked before.
    SignIn(UserId),
    Link(UserId),
    /// Nobody had confirmed the address of the account: what was put into it to sign in with goes first.
    ClaimAndLink(UserId),
    /// Somebody new, with the address when it is certain.
    Create {
        with_email: bool,
    },
    Refuse(Refusal),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    LinkedElsewhere,
    /// The source does not say that the address is confirmed.
    EmailUnproven,
    DomainNotAllowed,
    /// There is an account of a member; they link it themselves.
    SignInToLink,
    MayNotJoin,
}

fn domain_rule(facts: &Facts<'_>) -> Result<(), Refusal> {
    if facts.domains.is_empty() {
        return Ok(());
    }
    let believed = |email: &&Claimed| email.proven || facts.accept_unproven_email;
    let Some(email) = facts.email.filter(believed) else { return Err(Refusal::EmailUnproven) };
    // Domains of sub-domains are others' as often as not.
    if facts.domains.iter().any(|domain| domain == email.domain()) {
        Ok(())
    } else {
        Err(Refusal::DomainNotAllowed)
    }
}

pub(super) fn decide(facts: &Facts<'_>) -> Decision {
    if let Err(refusal) = domain_rule(facts) {
        return Decision::Refuse(refusal);
    }
    match (facts.linked, facts.asked) {
        (Some(user), Some(asked)) if user != asked => return Decision::Refuse(Refusal::LinkedElsewhere),
        (Some(user), _) => return Decision::SignIn(user),
        (None, Some(asked)) => return Decision::Link(asked),
        (None, None) => {}
    }
    let proven = facts.email.is_some_and(|email| email.proven);
    if facts.of_installation && !proven {
        return Decision::Refuse(Refusal::EmailUnproven);
    }
    let certain = proven && facts.vouches;
    match facts.holder {
        Some(holder) if certain && holder.verified => return Decision::Link(holder.user),
        Some(holder) if certain => return Decision::ClaimAndLink(holder.user),
        // Whoever runs the tenant knows already that this member is here; of others they learn nothing.
        Some(holder) if holder.is_member => return Decision::Refuse(Refusal::SignInToLink),
        _ => {}
    }
    if !facts.may_join {
        return Decision::Refuse(Refusal::MayNotJoin);
    }
    Decision::Create { with_email: certain }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stead_core::Timestamp;
    use stead_core::ambient::Ambient;

    use super::*;

    fn user(number: u8) -> UserId {
        let at = Timestamp::from_micros(1_800_000_000_000_000);
        Ambient::manual(at, u64::from(number)).0.new_id()
    }

    #[derive(Debug, Clone)]
    struct Case {
        linked: Option<u8>,
        asked: Option<u8>,
        email: Option<bool>,
        holder: Option<(u8, bool, bool)>,
        domain: Option<bool>,
        flags: [bool; 4],
    }

    fn case() -> impl Strategy<Value = Case> {
        use proptest::option::of;
        (
            of(0u8..3),
            of(0u8..3),
            of(any::<bool>()),
            of((0u8..3, any::<bool>(), any::<bool>())),
            of(any::<bool>()),
            any::<[bool; 4]>(),
        )
            .prop_map(|(linked, asked, email, holder, domain, flags)| Case {
                linked,
                asked,
                email,
                holder,
                domain,
                flags,
            })
    }

    fn decided(case: &Case) -> Decision {
        let address = EmailAddress::parse("ada@acme.example").unwrap();
        let email = case.email.map(|proven| Claimed { address, proven });
        let domains: Vec<String> = case
            .domain
            .map(|fits| if fits { "acme.example" } else { "cme.example" }.to_owned())
            .into_iter()
            .collect();
        let holder = case.holder.filter(|_| email.is_some()).map(|(id, verified, is_member)| Holder {
            user: user(id),
            verified,
            is_member,
        });
        let [accept_unproven_email, of_installation, vouches, may_join] = case.flags;
        decide(&Facts {
            linked: case.linked.map(user),
            asked: case.asked.map(user),
            email: email.as_ref(),
            holder,
            domains: &domains,
            accept_unproven_email,
            of_installation,
            vouches,
            may_join,
        })
    }

    proptest! {
        #[test]
        fn an_account_is_found_by_a_proven_address_alone(case in case()) {
            let [_, of_installation, vouches, may_join] = case.flags;
            match decided(&case) {
                Decision::Link(found) if case.asked.is_none() => {
                    prop_assert_eq!(case.email, Some(true));
                    prop_assert!(vouches);
                    let (id, verified, _) = case.holder.unwrap();
                    prop_assert!(verified && user(id) == found);
                }
                Decision::Link(found) => prop_assert_eq!(Some(found), case.asked.map(user)),
                Decision::ClaimAndLink(found) => {
                    prop_assert_eq!(case.email, Some(true));
                    prop_assert!(vouches && case.asked.is_none());
                    let (id, verified, _) = case.holder.unwrap();
                    prop_assert!(!verified && user(id) == found);
                }
                Decision::SignIn(found) => {
                    prop_assert_eq!(Some(found), case.linked.map(user));
                    prop_assert!(case.asked.is_none_or(|asked| user(asked) == found));
                }
                Decision::Create { with_email } => {
                    prop_assert!(may_join && case.linked.is_none() && case.asked.is_none());
                    // A certain address of somebody is never given to somebody else.
                    prop_assert!(!with_email || (case.email == Some(true) && vouches && case.holder.is_none()));
                    prop_assert!(!of_installation || case.email == Some(true));
                }
                Decision::Refuse(_) => {}
            }
            if case.domain == Some(false) {
                prop_assert!(matches!(decided(&case), Decision::Refuse(_)));
            }
        }
    }
}
