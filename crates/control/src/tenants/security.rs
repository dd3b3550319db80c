//! A tenant's own rules: from which networks its members may act, and whether they need a second factor.

use std::net::IpAddr;

use ipnet::IpNet;
use stead_api::v1::tenants::{TenantSecurity, UpdateTenantSecurity};
use stead_core::error::FieldError;
use stead_core::{Error, ErrorKind, Result};
use stead_db::{TenantAccess, TenantScope, revocations, tenants};

use super::{Tenants, record};

const MAX_NETWORKS: usize = 100;

/// Whether the address lies in one of the networks; an empty list holds every address. An IPv4 address in IPv6 form counts as what
/// it is.
fn is_allowed(networks: &[IpNet], ip: Option<IpAddr>) -> bool {
    networks.is_empty()
        || ip.is_some_and(|ip| {
            let ip = ip.to_canonical();
            networks.iter().any(|network| network.contains(&ip))
        })
}

/// # Errors
/// `address_not_allowed` when the request does not come from where the tenant allows.
pub(crate) fn check_address(scope: &TenantScope) -> Result<()> {
    if is_allowed(scope.ip_allowlist(), scope.acting().ip) {
        return Ok(());
    }
    let from =
        scope.acting().ip.map_or_else(|| "an unknown address".to_owned(), |ip| ip.to_canonical().to_string());
    Err(Error::new(
        ErrorKind::Forbidden,
        "address_not_allowed",
        format!("{} does not allow requests from {from}.", scope.tenant_name()),
    )
    .next_step("Use a network that the tenant allows, or ask an owner to add this one."))
}

/// A network in CIDR form, or a single address; bits beyond the prefix are cleared.
fn parse(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    Some(network.trunc())
}

fn networks(texts: &[String]) -> Result<Vec<IpNet>> {
    let field = |field: String, message: String| FieldError { field, message, line: None, column: None };
    let mut wrong = Vec::new();
    if texts.len() > MAX_NETWORKS {
        wrong.push(field("ip_allowlist".into(), format!("at most {MAX_NETWORKS} networks")));
    }
    let mut networks = Vec::new();
    for (index, text) in texts.iter().take(MAX_NETWORKS).enumerate() {
        match parse(text) {
            Some(network) if !networks.contains(&network) => networks.push(network),
            Some(_) => {}
            None => wrong.push(field(
                format!("ip_allowlist.{index}"),
                "not a network such as 10.1.0.0/16 or 2001:db8::/32".into(),
            )),
        }
    }
    if wrong.is_empty() {
        return Ok(networks);
    }
    let error = Error::invalid("networks_invalid", "Some of these are no networks.")
        .next_step("Write networks in CIDR form, such as 10.1.0.0/16, or single addresses.");
    Err(wrong.into_iter().take(20).fold(error, Error::field))
}

fn view(scope: &TenantScope) -> TenantSecurity {
    TenantSecurity {
        require_second_factor: scope.requires_second_factor(),
        ip_allowlist: scope.ip_allowlist().iter().map(ToString::to_string).collect(),
    }
}

impl Tenants {
    #[must_use]
    pub fn security(&self, scope: &TenantScope) -> TenantSecurity {
        view(scope)
    }

    /// # Errors
    /// `networks_invalid`; `would_lock_you_out` when the caller's own address is not in the list and they did not say that they know.
    pub async fn set_security(
        &self,
        scope: &TenantScope,
        input: &UpdateTenantSecurity,
    ) -> Result<TenantSecurity> {
        let before = view(scope);
        let allowed = match &input.ip_allowlist {
            Some(texts) => networks(texts)?,
            None => scope.ip_allowlist().to_vec(),
        };
        if input.ip_allowlist.is_some() && !input.lock_me_out && !is_allowed(&allowed, scope.acting().ip) {
            let from =
                scope.acting().ip.map_or_else(|| "unknown".to_owned(), |ip| ip.to_canonical().to_string());
            return Err(Error::conflict(
                "would_lock_you_out",
                format!("Your own address, {from}, is in none of these networks: you could not undo this from here."),
            )
            .next_step("Add your network, or send `lock_me_out: true` if you mean it."));
        }
        if input.require_second_factor == Some(true)
            && !input.lock_me_out
            && !self.inner.identity.has_second_factor(scope.user_id()).await?
        {
            return Err(Error::conflict(
                "would_lock_you_out",
                "You have no second factor yourself: you could do nothing in this tenant any more.",
            )
            .next_step("Set one up first, or send `lock_me_out: true` if you mean it."));
        }
        let after = TenantSecurity {
            require_second_factor: input.require_second_factor.unwrap_or(before.require_second_factor),
            ip_allowlist: allowed.iter().map(ToString::to_string).collect(),
        };
        let (before, after) = (&before, &after);
        scope
            .transaction(|tx| async move {
                let tenant = TenantAccess::scope(&tx).tenant_id();
                tenants::set_security(&tx, tenant, after.require_second_factor, &after.ip_allowlist).await?;
                // It holds for what is open, too.
                let subject = tenant.to_string();
                revocations::append(&tx, "tenant", &subject).await?;
                let detail = serde_json::json!({"before": before, "after": after});
                record(&tx, "tenant.set_security", &subject, Some(&detail)).await
            })
            .await?;
        self.inner.identity.rights_ended();
        Ok(after.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_held_to_the_networks() {
        let list = networks(&["10.1.2.3/16".into(), "2001:db8::/32".into(), "192.0.2.7".into()]).unwrap();
        assert_eq!(
            list.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["10.1.0.0/16", "2001:db8::/32", "192.0.2.7/32"]
        );
        for (ip, allowed) in [
            ("10.1.255.1", true),
            ("10.2.0.1", false),
            ("::ffff:10.1.0.9", true),
            ("2001:db8:1::1", true),
            ("2001:db9::1", false),
            ("192.0.2.7", true),
            ("192.0.2.8", false),
        ] {
            assert_eq!(is_allowed(&list, Some(ip.parse().unwrap())), allowed, "{ip}");
        }
        assert!(!is_allowed(&list, None) && is_allowed(&[], None));
        assert_eq!(networks(&["10.0.0.0/33".into(), "x".into()]).unwrap_err().fields().len(), 2);
        assert!(networks(&vec!["10.0.0.0/8".into(); 101]).is_err());
    }

    proptest! {
        #[test]
        fn a_network_holds_exactly_its_prefix(address: u32, prefix in 0_u8..=32, other: u32) {
            let list = [parse(&format!("{}/{prefix}", std::net::Ipv4Addr::from(address))).unwrap()];
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            let inside = address & mask == other & mask;
            prop_assert_eq!(is_allowed(&list, Some(std::net::Ipv4Addr::from(other).into())), inside);
        }

        #[test]
        fn any_text_is_taken_or_refused_without_panic(text in ".{0,50}") {
            let _ = parse(&text);
        }
    }
}
