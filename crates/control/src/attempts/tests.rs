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

stead_db::both_databases!(
    security_also_five_wrong_logins_refuse_the_stranger_and_not_the_owner,
    a_success_clears_what_counted_at_this_address,
    many_at_once_are_counted_one_by_one,
);
