//! Limits of attempts, over restarts and several servers.

use std::net::IpAddr;

use stead_core::ambient::Ambient;

use super::*;

const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9)));
const THERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7)));

fn at(db: &Db) -> (Db, Arc<stead_core::ambient::ManualClock>) {
    let (ambient, clock) = Ambient::manual(Timestamp::from_micros(1_800_000_000_000_000), 7);
    (db.with_ambient(ambient), clock)
}

/// ASVS 6.1.1: keyed by account and address, so that the victim is not locked out.
async fn security_also_five_wrong_logins_refuse_the_stranger_and_not_the_owner(db: Db) {
    let (db, clock) = at(&db);
    let attempts = Attempts::new(&db);
    let stranger = Limited::Login { account: "ada@example.org", ip: HERE };
    for _ in 0..5 {
        attempts.take(stranger).await.unwrap();
    }
    let refused = attempts.take(stranger).await.unwrap_err();
    assert_eq!((refused.kind(), refused.code()), (ErrorKind::RateLimited, "rate_limited"));
    let wait = refused.retry_delay().unwrap();
    attempts.take(Limited::Login { account: "ada@example.org", ip: THERE }).await.unwrap();
    attempts.take(Limited::Login { account: "eve@example.org", ip: HERE }).await.unwrap();
    // As another server, or this one after a restart, sees it.
    let other = Attempts::new(&db);
    assert_eq!(
        other.take(Limited::Login { account: "ADA@example.org", ip: HERE }).await.unwrap_err().code(),
        "rate_limited"
    );
    clock.advance(wait);
    attempts.take(stranger).await.unwrap();
    assert!(attempts.take(stranger).await.is_err());
}

async fn a_success_clears_what_counted_at_this_address(db: Db) {
    let (db, _clock) = at(&db);
    let attempts = Attempts::new(&db);
    let me = Limited::Login { account: "ada@example.org", ip: HERE };
    for _ in 0..12 {
        attempts.take(me).await.unwrap();
        attempts.succeeded(me).await.unwrap();
    }
}

async fn many_at_once_are_counted_one_by_one(db: Db) {
    let (db, _clock) = at(&db);
    let attempts = Attempts::new(&db);
    let tasks: Vec<_> = (0..12)
        .map(|_| {
            let attempts = attempts.clone();
            tokio::spawn(async move { attempts.take(Limited::SignUp { ip: HERE }).await.is_ok() })
        })
        .collect();
    let mut granted = 0;
    for task in tasks {
        granted += u32::from(task.await.unwrap());
    }
    assert_eq!(granted, 3);
}

/// One that is refused while a success lets everything be forgotten takes nothing from what is counted after it.
async fn what_is_taken_back_was_counted_by_the_same_counter(db: Db) {
    let (db, clock) = at(&db);
    let (attempts, me) = (Attempts::new(&db), Limited::Login { account: "ada@example.org", ip: HERE });
    let rule = me.rules().into_iter().next().unwrap();
    let one = || {
        let now = db.ambient().now();
        let (key, bucket) = (hash(&rule.key), window::position(now, rule.window).bucket);
        Addition { key, bucket, amount: 1, expires_at: now.plus(rule.window * 2) }
    };
    let scope = db.system("attempts");
    let late: Vec<_> = [one(), one(), one()].into();
    let mut added = Vec::new();
    for late in late {
        let counts = attempts::count(&scope, std::slice::from_ref(&late)).await.unwrap();
        added.push((late, counts[0]));
    }
    attempts.succeeded(me).await.unwrap();
    clock.advance(Duration::from_millis(1));
    let counted = attempts::count(&scope, &[one()]).await.unwrap();
    assert_eq!(counted[0].current, 1);
    let added = added.as_slice();
    scope.transaction(|tx| async move { attempts::take_back(&tx, added).await }).await.unwrap();
    let again = one();
    let counted = attempts::count(&scope, std::slice::from_ref(&again)).await.unwrap();
    assert_eq!(counted[0].current, 2);
    let added = [(again, counted[0])];
    let added = added.as_slice();
    scope.transaction(|tx| async move { attempts::take_back(&tx, added).await }).await.unwrap();
    assert_eq!(attempts::count(&scope, &[one()]).await.unwrap()[0].current, 2);
}

/// Refused and granted at once, over two servers, again and again: no more are granted than allowed, and what is refused does not count.
async fn no_more_are_granted_than_allowed_while_others_are_taken_back(db: Db) {
    let (db, _clock) = at(&db);
    let user = db.ambient().new_id();
    let mut granted = 0;
    for _ in 0..3 {
        // Each round without what is remembered.
        let servers = [Attempts::new(&db), Attempts::new(&db)];
        let tasks: Vec<_> = (0..15)
            .map(|number| {
                let attempts = servers[number % 2].clone();
                tokio::spawn(async move { attempts.take(Limited::StepUp { user }).await.is_ok() })
            })
            .collect();
        for task in tasks {
            granted += u32::from(task.await.unwrap());
        }
    }
    assert_eq!(granted, 10);
}

stead_db::both_databases!(
    security_also_five_wrong_logins_refuse_the_stranger_and_not_the_owner,
    a_success_clears_what_counted_at_this_address,
    many_at_once_are_counted_one_by_one,
    what_is_taken_back_was_counted_by_the_same_counter,
    no_more_are_granted_than_allowed_while_others_are_taken_back,
);
