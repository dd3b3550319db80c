//! Every operation with every built-in role: what the table of endpoints and the policy say together, written out, and tried.

use http::StatusCode;
use stead_core::access::Role;
use stead_db::Db;
use stead_http::endpoints::{Access, ENDPOINTS, Endpoint, Pace};

use crate::endpoints::{good_body, request};
use crate::scene::{Answer, Objects, Scene};

/// `None`: roles have no say in it.
fn may(endpoint: &Endpoint, role: Role) -> Option<bool> {
    match endpoint.access {
        Access::Tenant(permission) => Some(role.allows(permission)),
        _ => None,
    }
}

/// A new operation, or a change of the policy, is seen as a difference.
#[test]
fn what_each_role_may_call_is_as_it_was_agreed() {
    let mut text = format!("{:<26}", "");
    for role in Role::ALL {
        text.push_str(&format!("{:<9}", role.as_str()));
    }
    let mut rows: Vec<&Endpoint> =
        ENDPOINTS.iter().filter(|endpoint| may(endpoint, Role::Owner).is_some()).collect();
    rows.sort_by_key(|endpoint| endpoint.id);
    for endpoint in rows {
        text.push_str(&format!("\n{:<26}", endpoint.id));
        for role in Role::ALL {
            text.push_str(&format!("{:<9}", if may(endpoint, role) == Some(true) { "yes" } else { "-" }));
        }
    }
    let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/roles.txt");
    if std::env::var_os("STEAD_UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let agreed = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(text, agreed, "see {path}; STEAD_UPDATE_SNAPSHOTS=1 writes it anew");
}

async fn a_lower_role_is_refused_what_the_table_says(db: Db) {
    let scene = Scene::start(db).await;
    let team = scene.team().await;
    for role in Role::ALL {
        let (member, _) = scene.member(&team, role).await;
        let member = member.acting_in(&team);
        for endpoint in ENDPOINTS {
            let Some(allowed) = may(endpoint, role) else { continue };
            // Leaving would end the test; a stream that opens does not end.
            let endless = endpoint.pace == Pace::Stream && !endpoint.websocket;
            if allowed && (endless || endpoint.id == "leave_tenant") {
                continue;
            }
            let objects = Objects { tenant: team.clone(), ..Objects::nothing() };
            let answer = Answer::of(request(&scene, &member, endpoint, &objects, good_body(endpoint))).await;
            let refused = answer.status == StatusCode::FORBIDDEN && answer.code() == "permission_missing";
            assert_eq!(refused, !allowed, "{} as {}: {}", endpoint.id, role.as_str(), answer.text);
        }
    }
}

stead_db::both_databases!(a_lower_role_is_refused_what_the_table_says);
