//! The events that webhooks are sent, and which webhook wants which. Pure. An event never holds a secret.

use serde_json::{Value, json};
use stead_core::Timestamp;

use crate::notifications::notice::{KINDS, Notice};

/// The type of the event that the test button sends.
pub(in crate::notifications) const TEST: &str = "webhook.test";
const MOST_FILTERS: usize = 50;

/// An event as it is sent.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::notifications) struct Event {
    pub(in crate::notifications) kind: &'static str,
    pub(in crate::notifications) data: Value,
}

impl Event {
    /// The body of the call, by the conventions of Standard Webhooks.
    pub(in crate::notifications) fn body(&self, at: Timestamp) -> String {
        json!({ "type": self.kind, "timestamp": at.to_string(), "data": self.data }).to_string()
    }
}

/// What a webhook can ask for, in the order of the documentation.
pub(in crate::notifications) fn types() -> impl Iterator<Item = (&'static str, &'static str)> {
    KINDS.iter().filter_map(|kind| Some((kind.event?, kind.title)))
}

/// Whether each filter names something: a type, a beginning such as `instance.*`, or `*`. The first that does not is returned.
pub(in crate::notifications) fn check(filters: &[String]) -> Result<(), String> {
    if filters.len() > MOST_FILTERS {
        return Err(format!("name at most {MOST_FILTERS} events"));
    }
    match filters.iter().find(|filter| !types().any(|(kind, _)| fits(filter, kind))) {
        None => Ok(()),
        Some(wrong) => {
            let known: Vec<_> = types().map(|(kind, _)| kind).collect();
            let wrong: String = wrong.chars().take(80).collect();
            Err(format!("there is no event {wrong}; there are {}", known.join(", ")))
        }
    }
}

fn fits(filter: &str, kind: &str) -> bool {
    match filter.strip_suffix('*') {
        Some("") => true,
        Some(beginning) => beginning.ends_with('.') && kind.starts_with(beginning),
        None => filter == kind,
    }
}

/// Whether a webhook with these filters wants the event; no filter wants everything.
pub(in crate::notifications) fn wants(filters: &[String], kind: &str) -> bool {
    filters.is_empty() || kind == TEST || filters.iter().any(|filter| fits(filter, kind))
}

/// The event of a notice, when it has one.
pub(in crate::notifications) fn of(notice: &Notice) -> Option<Event> {
    let kind = crate::notifications::notice::kind_of(notice.key())?.event?;
    let tenant = notice.tenant()?.to_string();
    let instance = |id: &dyn ToString, name: &str| json!({ "id": id.to_string(), "name": name });
    let mut data = match notice {
        Notice::InstanceCreated { instance: id, name, .. }
        | Notice::InstanceStarted { instance: id, name, .. }
        | Notice::InstanceStopped { instance: id, name, .. }
        | Notice::InstanceDeleted { instance: id, name, .. } => json!({ "instance": instance(id, name) }),
        Notice::InstanceFailed { instance: id, name, reason, .. } => {
            json!({ "instance": instance(id, name), "reason": reason })
        }
        Notice::OperationFailed { operation, kind, object, code, message, .. } => json!({
            "operation": { "id": operation.to_string(), "kind": kind },
            "object": object,
            "problem": { "code": code, "message": message },
        }),
        Notice::Invite { address, role, inviter_name, .. } => {
            json!({ "address": address, "role": role, "inviter": inviter_name })
        }
        Notice::MemberJoined { user, user_name, role, .. }
        | Notice::MemberRoleChanged { user, user_name, role, .. } => {
            json!({ "user": { "id": user.to_string(), "name": user_name }, "role": role })
        }
        Notice::MemberRemoved { user, user_name, left, .. } => {
            json!({ "user": { "id": user.to_string(), "name": user_name }, "left": left })
        }
        Notice::TenantSecurityChanged { actor_name, what, .. } => {
            json!({ "actor": actor_name, "what": what })
        }
        Notice::TenantDeletion { erased_at, .. } => json!({ "erased_at": erased_at.to_string() }),
        Notice::TenantRestored { .. } => json!({}),
        Notice::AuditSinkFailing { sink, reason, .. } => json!({ "sink": sink, "reason": reason }),
        _ => return None,
    };
    data["tenant_id"] = Value::String(tenant);
    Some(Event { kind, data })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::mail::samples;

    #[test]
    fn every_kind_with_an_event_has_one_and_no_event_holds_a_secret() {
        for notice in samples::all() {
            let kind = crate::notifications::notice::kind_of(notice.key()).unwrap();
            let event = of(&notice);
            assert_eq!(event.as_ref().map(|event| event.kind), kind.event, "{}", notice.key());
            if let (Some(event), Some((token, _))) = (event, notice.secret()) {
                assert!(!event.body(Timestamp::from_micros(0)).contains(token.reveal()));
            }
        }
    }

    #[test]
    fn filters() {
        let list = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        for (filters, kind, expected) in [
            ("*", "instance.failed", true),
            ("instance.*", "instance.failed", true),
            ("instance.*", "member.joined", false),
            ("member.joined instance.failed", "instance.failed", true),
            ("member.joined", "member.removed", false),
            ("instance.failed", "webhook.test", true),
        ] {
            assert_eq!(wants(&list(filters), kind), expected, "{filters} {kind}");
        }
        assert!(wants(&[], "anything"));
        assert!(check(&list("* instance.* member.joined")).is_ok());
        for wrong in ["instance", "inst*", "instance.*.x", "nothing.*", ""] {
            assert!(check(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
        assert!(check(&vec!["*".to_owned(); 51]).is_err());
    }
}
