//! A database of 10,000 tenants answers as one of ten does: what every request asks, measured side by side in one run.

use std::time::{Duration, Instant};

use stead_core::access::Role;
use stead_core::ids::{InviteId, SessionId, TenantId, UserId};

use super::*;
use crate::audit::{self, Entry};
use crate::failure::Doing as _;
use crate::invites::{self, Invite};
use crate::transaction::on;
use crate::{Actor, Credential, TenantScope, members, tenants, users};

const MANY: usize = 10_000;
const FEW: usize = 10;
const ROUNDS: usize = 150;
/// How much slower it may be.
const BAR: f64 = 1.5;

/// Users, each with a tenant that they own and one in which they are a member.
struct World {
    db: Db,
    people: Vec<(UserId, TenantId)>,
    _guard: Guard,
}

async fn world(count: usize, (db, guard): (Db, Guard)) -> World {
    let people: Vec<(UserId, TenantId)> =
        (0..count).map(|_| (db.ambient().new_id(), db.ambient().new_id())).collect();
    let system = db.system("test");
    for part in people.chunks(1_000) {
        let filled = system.transaction(|tx| async move {
            let now = tx.now().micros();
            for (user, tenant) in part {
                users::insert(&tx, users::User::new(*user, "Somebody", now)).await?;
                let row = tenants::Tenant::new(*tenant, "Somewhere", Some(user.to_string()), now);
                tenants::insert(&tx, row).await?;
                members::insert(&tx, *tenant, *user, Role::Owner).await?;
            }
            Ok(())
        });
        filled.await.unwrap();
    }
    let pairs: Vec<_> = people.iter().zip(people.iter().cycle().skip(1)).collect();
    for part in pairs.chunks(1_000) {
        let filled = system.transaction(|tx| async move {
            for ((user, _), (_, next)) in part {
                members::insert(&tx, *next, *user, Role::Member).await?;
            }
            Ok(())
        });
        filled.await.unwrap();
    }
    World { db, people, _guard: guard }
}

impl World {
    async fn scope(&self, user: UserId, tenant: TenantId) -> TenantScope {
        let actor = Actor::new(user, Credential::Session(self.db.ambient().new_id::<SessionId>()));
        self.db.tenant_scope(actor, Some(tenant), None).await.unwrap().unwrap()
    }

    /// What is asked, by number; the time that it took.
    async fn ask(&self, what: usize, round: usize) -> Duration {
        let place = (round * 7_919) % self.people.len();
        let (user, own) = self.people[place];
        let other = self.people[(place + 1) % self.people.len()].1;
        let system = self.db.system("test");
        let scope = if what == 2 { Some(self.scope(user, own).await) } else { None };
        let began = Instant::now();
        match (what, scope) {
            // The list of tenants.
            (0, _) => {
                let found = tenants::page_of_user(&system, user, None, 50, false).await.unwrap();
                assert_eq!(found.len(), 2);
            }
            // Switching to another tenant, which is also the check of what somebody may do there.
            (1, _) => {
                let scope = self.scope(user, other).await;
                assert_eq!(scope.tenant_id(), other);
            }
            // An invitation, with its row in the audit log, and its look-up.
            (_, Some(scope)) => {
                let id = self.db.ambient().new_id::<InviteId>().to_string();
                let row = Invite {
                    id: id.clone(),
                    tenant_id: own.to_string(),
                    email: Some("somebody@example.org".into()),
                    role: "member".into(),
                    secret_hash: id.clone(),
                    created_by: user.to_string(),
                    created_at: scope.now().micros(),
                    expires_at: i64::MAX,
                    accepted_at: None,
                    accepted_by: None,
                    revoked_at: None,
                };
                let row = &row;
                let made = scope.transaction(|tx| async move {
                    invites::insert(&tx, row.clone()).await?;
                    audit::append(&tx, Entry::new("invite.create", &row.id)).await
                });
                made.await.unwrap();
                assert!(invites::by_secret_hash(&system, &id).await.unwrap().is_some());
                assert_eq!(invites::open(&scope, own, None, scope.now(), 50).await.unwrap()[0].id, id);
            }
            _ => panic!("nothing is asked"),
        }
        began.elapsed()
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

async fn ten_thousand_tenants_cost_what_ten_do(few: World, many: World) {
    for (what, name) in ["list", "switch and authorize", "invite"].into_iter().enumerate() {
        let mut ratios = Vec::new();
        // On a busy machine one measurement says little.
        for attempt in 0..4 {
            let (mut small, mut large) = (Vec::new(), Vec::new());
            for round in 0..ROUNDS {
                // The first ones fill caches.
                let times = (few.ask(what, round).await, many.ask(what, attempt * ROUNDS + round).await);
                if round >= 20 {
                    small.push(times.0);
                    large.push(times.1);
                }
            }
            let ratio = median(large) / median(small);
            ratios.push(ratio);
            if ratio <= BAR {
                break;
            }
        }
        println!("{name}: {ratios:.2?} of what it costs among {FEW} tenants");
        assert!(ratios.last().is_some_and(|ratio| *ratio <= BAR), "{name}: {ratios:?}");
    }
}

mod on_sqlite {
    use super::*;

    #[tokio::test]
    async fn ten_thousand_tenants_cost_what_ten_do() {
        let (few, many) = (world(FEW, sqlite().await).await, world(MANY, sqlite().await).await);
        super::ten_thousand_tenants_cost_what_ten_do(few, many).await;
    }
}

mod on_postgres {
    use super::*;

    #[tokio::test]
    async fn ten_thousand_tenants_cost_what_ten_do() {
        let (few, many) = (world(FEW, postgres().await).await, world(MANY, postgres().await).await);
        for world in [&few, &many] {
            // The server does this by itself within a minute of such a change.
            let system = world.db.system("test");
            let analyzed = system.transaction(|tx| async move {
                on(&tx).execute_unprepared("ANALYZE").await.doing("reading the sizes of tables").map(|_| ())
            });
            analyzed.await.unwrap();
        }
        super::ten_thousand_tenants_cost_what_ten_do(few, many).await;
    }
}
