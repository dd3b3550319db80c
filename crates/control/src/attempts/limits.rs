//! What is limited, by which keys, how often. Pure.
//!
//! A key that a stranger can fill for somebody else (an account's name alone) only delays; what refuses also names the
//! address that asks. Mails are the exception: whoever was sent three within the hour has what a fourth would hold.

use std::net::IpAddr;
use std::time::Duration;

use stead_core::ids::UserId;

const QUARTER: Duration = Duration::from_mins(15);
const HOUR: Duration = Duration::from_hours(1);

/// A limited action and by whom. An absent address is one that is not known, the same for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited<'a> {
    /// Signing in by a password or an LDAP source; `account` is what was typed.
    Login {
        account: &'a str,
        ip: Option<IpAddr>,
    },
    SignUp {
        ip: Option<IpAddr>,
    },
    /// A mail that resets a password.
    Reset {
        email: &'a str,
        ip: Option<IpAddr>,
    },
    MagicLink {
        email: &'a str,
        ip: Option<IpAddr>,
    },
    /// A mail that confirms an address.
    VerifyEmail {
        email: &'a str,
    },
    /// Using up something secret from a link: sign-in links, invites, resets, magic links.
    Link {
        ip: Option<IpAddr>,
    },
    /// A second factor of a pending sign-in.
    SecondFactor {
        user: UserId,
        ip: Option<IpAddr>,
    },
    /// Proving again who one is.
    StepUp {
        user: UserId,
    },
    /// Looking a device's code up, which is short.
    UserCode {
        user: UserId,
    },
    /// Setting out for another source of sign-in.
    SourceBegin {
        ip: Option<IpAddr>,
    },
    /// Asking for a device's code.
    DeviceRequest {
        ip: Option<IpAddr>,
    },
}

/// What happens above a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Above {
    Refuse,
    Delay,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    /// What is counted, readable; kept as a hash.
    pub(super) key: String,
    pub(super) most: u64,
    pub(super) window: Duration,
    pub(super) above: Above,
}

fn refuse(key: String, most: u64, window: Duration) -> Rule {
    Rule { key, most, window, above: Above::Refuse }
}

/// Addresses of one IPv6 network belong to one customer.
pub(super) fn network(ip: Option<IpAddr>) -> String {
    match ip.map(|ip| ip.to_canonical()) {
        None => "unknown".into(),
        Some(IpAddr::V4(ip)) => ip.to_string(),
        Some(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

impl Limited<'_> {
    pub(super) fn rules(&self) -> Vec<Rule> {
        match self {
            Self::Login { account, ip } => {
                let (account, ip) = (folded(account), network(*ip));
                vec![
                    refuse(format!("login {account} {ip}"), 5, QUARTER),
                    refuse(format!("login from {ip}"), 50, QUARTER),
                    Rule {
                        key: format!("login to {account}"),
                        most: 20,
                        window: QUARTER,
                        above: Above::Delay,
                    },
                ]
            }
            Self::SignUp { ip } => vec![refuse(format!("sign-up {}", network(*ip)), 3, HOUR)],
            Self::Reset { email, ip } => mails("reset", email, *ip),
            Self::MagicLink { email, ip } => mails("magic link", email, *ip),
            Self::VerifyEmail { email } => vec![refuse(format!("verify {}", folded(email)), 3, HOUR)],
            Self::Link { ip } => vec![refuse(format!("link {}", network(*ip)), 60, QUARTER)],
            Self::SecondFactor { user, ip } => vec![
                refuse(format!("second factor {user} {}", network(*ip)), 10, QUARTER),
                Rule { key: format!("second factor {user}"), most: 20, window: QUARTER, above: Above::Delay },
            ],
            Self::StepUp { user } => vec![refuse(format!("step-up {user}"), 10, QUARTER)],
            Self::UserCode { user } => vec![refuse(format!("user code {user}"), 20, QUARTER)],
            Self::SourceBegin { ip } => vec![refuse(format!("source {}", network(*ip)), 200, QUARTER)],
            Self::DeviceRequest { ip } => vec![refuse(format!("device {}", network(*ip)), 30, QUARTER)],
        }
    }
}

fn mails(what: &str, email: &str, ip: Option<IpAddr>) -> Vec<Rule> {
    vec![
        refuse(format!("{what} {}", folded(email)), 3, HOUR),
        refuse(format!("{what} from {}", network(ip)), 20, HOUR),
    ]
}

/// How long an attempt above a delaying limit has to wait: a quarter of a second, doubled for each full limit above, at most four.
pub(super) fn delay(estimate: u64, most: u64) -> Duration {
    if estimate < most {
        return Duration::ZERO;
    }
    let doublings = u32::try_from((estimate - most) / most.max(1)).unwrap_or(u32::MAX).min(4);
    Duration::from_millis(250 * (1_u64 << doublings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_against_an_account_alone_only_delays() {
        let rules =
            Limited::Login { account: " Ada@Example.org ", ip: Some([203, 0, 113, 9].into()) }.rules();
        for rule in &rules {
            let names_the_address = rule.key.contains("203.0.113.9");
            assert_eq!(names_the_address, rule.above == Above::Refuse, "{rule:?}");
        }
        assert!(rules[0].key.contains("ada@example.org"));
        assert_eq!((rules[0].most, rules[0].window), (5, QUARTER));
    }

    #[test]
    fn delays_grow_and_end() {
        let millis: Vec<_> =
            [0, 19, 20, 39, 40, 60, 80, 10_000].map(|count| delay(count, 20).as_millis()).into();
        assert_eq!(millis, [0, 0, 250, 250, 500, 1_000, 2_000, 4_000]);
    }

    #[test]
    fn a_network_of_ipv6_is_one_customer() {
        let of = |text: &str| network(Some(text.parse().unwrap()));
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
