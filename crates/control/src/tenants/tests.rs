//! Tenants on both databases.

use std::net::IpAddr;
use std::time::Duration;

use futures::future::join_all;
use stead_api::v1::instances::{CreateInstance, ResourcesInput, UpdateInstance};
use stead_api::v1::tenants as wire;
use stead_api::v1::{PageQuery, identity};
use stead_core::ErrorKind;
use stead_core::access::{Permission, Role};
use stead_core::ambient::{Ambient, ManualClock};
use stead_core::ids::{TenantId, UserId};
use stead_core::instance::{DriverKind, Wish};
use stead_db::{Db, TenantScope};

use crate::idempotency::Mutation;
use crate::identity::{Caller, Presented, RequestInfo};
use crate::instances::PreviewAddress;
use crate::{Control, ControlSettings};

/// A control plane without nodes: what is created stays on its way.
pub(super) struct World {
    pub(super) control: Control,
    _folder: tempfile::TempDir,
}

impl World {
    async fn on(db: Db) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = ControlSettings {
            base_url: "http://localhost:1".into(),
            previews: PreviewAddress { scheme: "http".into(), domain: "localhost".into(), port: Some(1) },
            data_dir: folder.path().to_owned(),
            default_driver: DriverKind::Sim,
            master_key: crate::MasterKeySettings::File(folder.path().join("master.key")),
            notifications: crate::notifications::NotificationSettings::default(),
            outbound: crate::outbound::OutboundSettings::default(),
            sign_up: crate::identity::SignUpPolicy::default(),
            sources: crate::identity::SourcesSettings::default(),
        };
        Self { control: Control::start(db, settings).await.unwrap(), _folder: folder }
    }

    pub(super) async fn user(&self, name: &str, email: Option<&str>) -> Caller {
        let id = self.control.identity().create_user(name, email).await.unwrap();
        self.caller_from(id, None).await
    }

    async fn caller_from(&self, user: UserId, ip: Option<IpAddr>) -> Caller {
        let secret = self.control.identity().issue_token(user, "test").await.unwrap();
        let info = RequestInfo { ip, ..RequestInfo::default() };
        self.control.identity().authenticate(&Presented::Token(secret), &info).await.unwrap()
    }

    pub(super) async fn scope(&self, caller: &Caller, tenant: TenantId) -> TenantScope {
        self.control.identity().scope(caller, Some(tenant), Permission::TenantRead).await.unwrap()
    }

    async fn may(&self, caller: &Caller, tenant: TenantId, permission: Permission) -> bool {
        self.control.identity().scope(caller, Some(tenant), permission).await.is_ok()
    }

    /// Ada, who owns a tenant beside her personal one.
    pub(super) async fn with_tenant(&self) -> (Caller, TenantId) {
        let ada = self.user("Ada", Some("ada@example.com")).await;
        let tenant = self.control.tenants().create_for("Analytical", ada.user()).await.unwrap();
        (ada, tenant)
    }

    pub(super) async fn member(&self, tenant: TenantId, name: &str, role: Role) -> Caller {
        let caller = self.user(name, None).await;
        self.control.tenants().add_member(tenant, caller.user(), role).await.unwrap();
        caller
    }

    pub(super) async fn invite(
        &self,
        by: &Caller,
        tenant: TenantId,
        email: Option<&str>,
        role: &str,
    ) -> stead_core::Result<(wire::Invite, String)> {
        let scope = self.scope(by, tenant).await;
        let input =
            wire::CreateInvite { email: email.map(str::to_owned), link: email.is_none(), role: role.into() };
        let made = self.control.tenants().invite(&scope, &input, &Mutation::default()).await?;
        let url = made.url.unwrap();
        let (page, token) = url.split_once('#').unwrap();
        assert_eq!(page, "http://localhost:1/invite");
        Ok((made.invite, token.to_owned()))
    }

    async fn role_of(&self, tenant: TenantId, by: &Caller, of: &Caller) -> Option<identity::Role> {
        let scope = self.scope(by, tenant).await;
        let members = self.control.tenants().members(&scope, &PageQuery::default()).await.unwrap().items;
        members.into_iter().find(|member| member.user.id == of.user().to_string()).map(|member| member.role)
    }
}

pub(super) fn code<T>(outcome: stead_core::Result<T>) -> String {
    match outcome {
        Ok(_) => "done".to_owned(),
        Err(error) => error.code().to_owned(),
    }
}

async fn tenants_are_walls(db: Db) {
    let world = World::on(db).await;
    let (_, tenant) = world.with_tenant().await;
    let eve = world.user("Eve", None).await;
    let identity = world.control.identity();
    let look = |permission| identity.scope(&eve, Some(tenant), permission);
    assert_eq!(code(look(Permission::InstanceRead).await), "tenant_not_found");
    world.control.tenants().add_member(tenant, eve.user(), Role::Guest).await.unwrap();
    let scope = look(Permission::InstanceRead).await.unwrap();
    let members = world.control.tenants().members(&scope, &PageQuery::default()).await.unwrap();
    assert_eq!(members.items.len(), 2);
    assert_eq!(code(look(Permission::InstanceWrite).await), "permission_missing");
    world.control.tenants().leave(&scope).await.unwrap();
    assert_eq!(code(look(Permission::InstanceRead).await), "tenant_not_found");
}

async fn security_12_an_invite_is_refused_in_every_wrong_case(db: Db) {
    let world = World::on(db).await;
    let (ada, tenant) = world.with_tenant().await;
    let tenants = world.control.tenants();
    let grace = world.user("Grace", Some("grace@example.com")).await;
    let eve = world.user("Eve", Some("eve@example.com")).await;
    let refused = "invite_not_valid";

    // Another mailbox, and no mailbox at all.
    let (_, token) = world.invite(&ada, tenant, Some("Grace@Example.com"), "member").await.unwrap();
    let nobody = world.user("Nobody", None).await;
    for other in [&eve, &nobody] {
        assert_eq!(code(tenants.accept_invite(other, &token).await), "invite_for_another_mailbox");
    }
    assert_eq!(tenants.look_up_invite(&token).await.unwrap().tenant, "Analytical");
    // Its own mailbox, once, also of twenty at once.
    let attempts = join_all((0..20).map(|_| tenants.accept_invite(&grace, &token))).await;
    assert_eq!(attempts.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{attempts:?}");
    assert_eq!(world.role_of(tenant, &ada, &grace).await, Some(identity::Role::Member));
    assert_eq!(code(tenants.accept_invite(&grace, &token).await), refused, "a second use");
    assert_eq!(code(tenants.look_up_invite(&token).await), refused);

    // After it was taken back.
    let (invite, token) = world.invite(&ada, tenant, None, "member").await.unwrap();
    let scope = world.scope(&ada, tenant).await;
    tenants.revoke_invite(&scope, invite.id.parse().unwrap()).await.unwrap();
    assert_eq!(code(tenants.accept_invite(&eve, &token).await), refused);
    assert_eq!(code(tenants.revoke_invite(&scope, invite.id.parse().unwrap()).await), "invite_not_found");

    // After its maker was demoted, and after they left.
    let bob = world.member(tenant, "Bob", Role::Admin).await;
    let (_, first) = world.invite(&bob, tenant, None, "admin").await.unwrap();
    let lower = wire::UpdateMember { role: "member".into() };
    tenants.set_role(&scope, bob.user(), &lower).await.unwrap();
    assert_eq!(code(tenants.accept_invite(&eve, &first).await), refused);
    let carol = world.member(tenant, "Carol", Role::Admin).await;
    let (_, second) = world.invite(&carol, tenant, None, "guest").await.unwrap();
    tenants.remove_member(&scope, carol.user()).await.unwrap();
    assert_eq!(code(tenants.accept_invite(&eve, &second).await), refused);

    // A role above one's own cannot be offered.
    let admin = world.member(tenant, "Dan", Role::Admin).await;
    assert_eq!(code(world.invite(&admin, tenant, None, "owner").await), "role_exceeds_yours");

    // Whatever tenant the request says: it is the invitation's that is joined, with the invitation's role.
    let (_, token) = world.invite(&ada, tenant, None, "guest").await.unwrap();
    let joined = tenants.accept_invite(&eve, &token).await.unwrap();
    assert_eq!((joined.id, joined.role), (tenant.to_string(), identity::Role::Guest));

    // Of a tenant that is being deleted; of nobody.
    let (_, token) = world.invite(&ada, tenant, None, "guest").await.unwrap();
    world.delete(&ada, tenant).await;
    assert_eq!(code(tenants.accept_invite(&nobody, &token).await), refused);
    assert_eq!(code(tenants.accept_invite(&nobody, "made-up").await), refused);
    // Nothing of a token stands in the audit log.
    let log =
        format!("{:?}", stead_db::audit::list(&scope, &stead_db::page::PageRequest::new(None, None)).await);
    assert!(!log.contains(&token) && log.contains("invite.create"));
    // Nor in any table: what is kept is a hash.
    let system = world.control.identity().system();
    assert!(!stead_db::testing::contains_text(&system, &token).await);
}

impl World {
    /// As a browser that has just signed in would.
    /// The same person, signed in just now.
    pub(super) async fn session(&self, user: &Caller) -> Caller {
        let link = self.control.identity().sign_in_link(user.user()).await.unwrap();
        let (_, token) = link.url.split_once('#').unwrap();
        let info = RequestInfo::default();
        let signed_in =
            self.control.identity().sign_in_with_link(token, &info).await.unwrap().signed_in().unwrap();
        let session = Presented::Session(signed_in.secret);
        self.control.identity().authenticate(&session, &info).await.unwrap()
    }

    pub(super) async fn delete(&self, owner: &Caller, tenant: TenantId) -> identity::Tenant {
        let caller = self.session(owner).await;
        let scope = self.scope(&caller, tenant).await;
        self.control.tenants().delete(&caller, &scope).await.unwrap()
    }
}

async fn security_12_an_invite_expires_after_seven_days(db: Db) {
    let (world, clock) = timed(db).await;
    let (ada, tenant) = world.with_tenant().await;
    let eve = world.user("Eve", None).await;
    let (_, token) = world.invite(&ada, tenant, None, "member").await.unwrap();
    clock.advance(super::INVITE_LIFETIME - Duration::from_secs(1));
    world.control.tenants().look_up_invite(&token).await.unwrap();
    clock.advance(Duration::from_secs(1));
    assert_eq!(code(world.control.tenants().accept_invite(&eve, &token).await), "invite_not_valid");
}

pub(super) async fn timed(db: Db) -> (World, std::sync::Arc<ManualClock>) {
    let (ambient, clock) = Ambient::manual(Ambient::system().now(), 7);
    (World::on(db.with_ambient(ambient)).await, clock)
}

async fn seats_are_counted(db: Db) {
    let world = World::on(db.clone()).await;
    let (ada, tenant) = world.with_tenant().await;
    world.limit(&ada, tenant, wire::SetQuotas { members: Some(5), ..Default::default() }).await;
    let attempts = join_all((0..20).map(|_| world.invite(&ada, tenant, None, "guest"))).await;
    assert_eq!(attempts.iter().filter(|outcome| outcome.is_ok()).count(), 4);
    let refused = attempts.into_iter().find_map(Result::err).unwrap();
    assert_eq!((refused.kind(), refused.code()), (ErrorKind::QuotaExceeded, "quota_exceeded"));
    assert!(refused.message().contains("5 members of the 5 members"), "{refused}");
    let scope = world.scope(&ada, tenant).await;
    let open = world.control.tenants().invites(&scope, &PageQuery::default()).await.unwrap().items;
    world.control.tenants().revoke_invite(&scope, open[0].id.parse().unwrap()).await.unwrap();
    world.invite(&ada, tenant, None, "guest").await.unwrap();
}

impl World {
    async fn limit(&self, operator: &Caller, tenant: TenantId, limits: wire::SetQuotas) {
        let operator = self.control.identity().operator(operator, Permission::OperatorWrite).await.unwrap();
        self.control.tenants().set_quotas(&operator, tenant, &limits).await.unwrap();
    }
}

/// The first rule of ownership, however somebody goes.
async fn security_also_the_last_owner_cannot_go(db: Db) {
    let world = World::on(db).await;
    let (ada, tenant) = world.with_tenant().await;
    let tenants = world.control.tenants();
    let scope = world.scope(&ada, tenant).await;
    let lower = wire::UpdateMember { role: "admin".into() };
    assert_eq!(code(tenants.leave(&scope).await), "last_owner");
    assert_eq!(code(tenants.remove_member(&scope, ada.user()).await), "last_owner");
    assert_eq!(code(tenants.set_role(&scope, ada.user(), &lower).await), "last_owner");
    // Twenty owners go at once, in three ways: one stays.
    let mut owners = vec![ada.clone()];
    for number in 1..20 {
        owners.push(world.member(tenant, &format!("Owner {number}"), Role::Owner).await);
    }
    let mut scopes = Vec::new();
    for owner in &owners {
        scopes.push((world.scope(owner, tenant).await, owner.user()));
    }
    let lower = &lower;
    let going = scopes.iter().enumerate().map(|(index, (scope, user))| async move {
        match index % 3 {
            0 => tenants.leave(scope).await,
            1 => tenants.remove_member(scope, *user).await,
            _ => tenants.set_role(scope, *user, lower).await.map(drop),
        }
    });
    let outcomes = join_all(going).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 19, "{outcomes:?}");
    assert_eq!(code(outcomes.into_iter().find(Result::is_err).unwrap()), "last_owner");
}

async fn nobody_gives_what_they_do_not_have(db: Db) {
    let world = World::on(db).await;
    let (ada, tenant) = world.with_tenant().await;
    let tenants = world.control.tenants();
    let admin = world.member(tenant, "Bob", Role::Admin).await;
    let member = world.member(tenant, "Carol", Role::Member).await;
    let scope = world.scope(&admin, tenant).await;
    let to = |role: &str| wire::UpdateMember { role: role.to_owned() };
    let refused = "role_exceeds_yours";
    assert_eq!(code(tenants.set_role(&scope, admin.user(), &to("owner")).await), refused);
    assert_eq!(code(tenants.set_role(&scope, member.user(), &to("owner")).await), refused);
    assert_eq!(code(tenants.set_role(&scope, ada.user(), &to("guest")).await), refused);
    assert_eq!(code(tenants.remove_member(&scope, ada.user()).await), refused);
    assert_eq!(code(tenants.set_role(&scope, member.user(), &to("king")).await), "role_unknown");
    let role = |keys: &[&str]| wire::CreateRole {
        name: "Ours".into(),
        permissions: keys.iter().map(|key| (*key).to_owned()).collect(),
    };
    let once = Mutation::default();
    assert_eq!(code(tenants.create_role(&scope, &role(&["tenant:delete"]), &once).await), refused);
    assert_eq!(
        code(tenants.create_role(&scope, &role(&["operator:read"]), &once).await),
        "permissions_invalid"
    );
    // A role that the owner made beyond the admin is not the admin's to give or to change.
    let owner = world.scope(&ada, tenant).await;
    let strong = tenants.create_role(&owner, &role(&["tenant:delete", "tenant:read"]), &once).await.unwrap();
    assert_eq!(code(tenants.set_role(&scope, member.user(), &to(&strong.id)).await), refused);
    let id = strong.id.parse().unwrap();
    let weaker = wire::UpdateRole { permissions: Some(vec![]), ..Default::default() };
    assert_eq!(code(tenants.update_role(&scope, id, &weaker).await), refused);
    assert_eq!(code(tenants.delete_role(&scope, id).await), refused);
    // Another tenant's role is none here.
    let other = tenants.create_for("Other", ada.user()).await.unwrap();
    let elsewhere = world.scope(&ada, other).await;
    world.control.tenants().add_member(other, member.user(), Role::Guest).await.unwrap();
    assert_eq!(code(tenants.set_role(&elsewhere, member.user(), &to(&strong.id)).await), "role_unknown");
}

async fn a_custom_role_holds_at_once(db: Db) {
    let world = World::on(db).await;
    let (ada, tenant) = world.with_tenant().await;
    let tenants = world.control.tenants();
    let bob = world.member(tenant, "Bob", Role::Guest).await;
    let scope = world.scope(&ada, tenant).await;
    let role = wire::CreateRole {
        name: "Deployer".into(),
        permissions: vec!["tenant:read".into(), "instance:write".into()],
    };
    let role = tenants.create_role(&scope, &role, &Mutation::default()).await.unwrap();
    assert!(!world.may(&bob, tenant, Permission::InstanceWrite).await);
    let to = wire::UpdateMember { role: role.id.clone() };
    let member = tenants.set_role(&scope, bob.user(), &to).await.unwrap();
    assert_eq!(member.role, identity::Role::Custom);
    assert_eq!(member.custom_role.unwrap().name, "Deployer");
    assert!(world.may(&bob, tenant, Permission::InstanceWrite).await);
    assert!(!world.may(&bob, tenant, Permission::InstanceRead).await);
    let id = role.id.parse().unwrap();
    assert_eq!(code(tenants.delete_role(&scope, id).await), "role_in_use");
    let mut revocations = world.control.identity().revocations();
    revocations.mark_unchanged();
    let fewer = wire::UpdateRole { permissions: Some(vec!["tenant:read".into()]), ..Default::default() };
    tenants.update_role(&scope, id, &fewer).await.unwrap();
    assert!(revocations.has_changed().unwrap(), "what is open is looked at again");
    assert!(!world.may(&bob, tenant, Permission::InstanceWrite).await);
}

async fn a_binding_adds_rights_on_one_instance(db: Db) {
    let world = World::on(db).await;
    let (ada, tenant) = world.with_tenant().await;
    let tenants = world.control.tenants();
    let identity = world.control.identity();
    let bob = world.member(tenant, "Bob", Role::Guest).await;
    let scope = world.scope(&ada, tenant).await;
    let named = |name: &str| CreateInstance { name: Some(name.into()), ..CreateInstance::default() };
    for name in ["shop", "other"] {
        world.control.instances().create(&scope, named(name), &Mutation::default()).await.unwrap();
    }
    let on =
        |name: &'static str, permission| identity.scope_about(&bob, Some(tenant), permission, Some(name));
    assert_eq!(code(on("shop", Permission::InstanceWrite).await), "permission_missing");
    let binding = wire::SetBinding { role: "owner".into() };
    tenants.set_binding(&scope, "shop", bob.user(), &binding).await.unwrap();
    let bound = on("shop", Permission::InstanceWrite).await.unwrap();
    assert!(bound.allows(Permission::InstanceConnect) && !bound.allows(Permission::MemberWrite));
    assert_eq!(code(on("other", Permission::InstanceWrite).await), "permission_missing");
    assert_eq!(code(on("shop", Permission::TenantDelete).await), "permission_missing");
    assert_eq!(tenants.bindings(&scope, "shop").await.unwrap().items.len(), 1);
    tenants.remove_binding(&scope, "shop", bob.user()).await.unwrap();
    assert_eq!(code(on("shop", Permission::InstanceWrite).await), "permission_missing");
    // A binding goes with the membership.
    tenants.set_binding(&scope, "shop", bob.user(), &binding).await.unwrap();
    tenants.remove_member(&scope, bob.user()).await.unwrap();
    assert!(tenants.bindings(&scope, "shop").await.unwrap().items.is_empty());
    let stranger = tenants.set_binding(&scope, "shop", bob.user(), &binding).await;
    assert_eq!(code(stranger), "member_not_found");
}

async fn fifty_parallel_creates_never_exceed_a_quota(db: Db) {
    let world = World::on(db).await;
    let (ada, tenant) = world.with_tenant().await;
    let limits = wire::SetQuotas { instances: Some(9), cpu_millis: Some(7_000), ..Default::default() };
    world.limit(&ada, tenant, limits).await;
    let scope = world.scope(&ada, tenant).await;
    let instances = world.control.instances();
    let input = || CreateInstance {
        resources: Some(ResourcesInput { cpu_millis: Some(1_000), ..Default::default() }),
        ..CreateInstance::default()
    };
    let once = Mutation::default();
    let outcomes = join_all((0..50).map(|_| instances.create(&scope, input(), &once))).await;
    let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(made, 7, "{:?}", outcomes.into_iter().find_map(Result::err));
    for error in outcomes.into_iter().filter_map(Result::err) {
        assert_eq!(error.code(), "quota_exceeded");
        assert!(error.message().contains("uses 7 vCPU of the 7 vCPU"), "{error}");
    }
    // A change counts by what it adds.
    let id = instances.list(&scope, &Default::default()).await.unwrap().items[0].id.clone();
    let to = |cpu_millis| UpdateInstance {
        resources: Some(ResourcesInput { cpu_millis: Some(cpu_millis), ..Default::default() }),
        ..UpdateInstance::default()
    };
    assert_eq!(code(instances.update(&scope, &id, to(1_001), None).await), "quota_exceeded");
    instances.update(&scope, &id, to(500), None).await.unwrap();
    instances.update(&scope, &id, to(1_000), None).await.unwrap();
    let shown = world.control.tenants().quotas(&scope).await.unwrap().items;
    let cpu = shown.iter().find(|quota| quota.what == "cpu_millis").unwrap();
    assert_eq!((cpu.used, cpu.limit, cpu.set), (7_000, 7_000, true));
}

async fn a_deleted_tenant_is_hidden_restorable_and_then_erased(db: Db) {
    let (world, clock) = timed(db).await;
    let (ada, tenant) = world.with_tenant().await;
    let tenants = world.control.tenants();
    let bob = world.member(tenant, "Bob", Role::Admin).await;
    let scope = world.scope(&ada, tenant).await;
    let made = world
        .control
        .instances()
        .create(&scope, CreateInstance::default(), &Mutation::default())
        .await
        .unwrap();
    let personal = world.control.identity().scope(&ada, None, Permission::TenantDelete).await.unwrap();
    assert_eq!(code(tenants.leave(&personal).await), "personal_tenant");
    assert_eq!(code(tenants.delete(&ada, &scope).await), "step_up_required", "a token cannot delete");
    assert_eq!(code(tenants.restore(&ada, tenant).await), "tenant_not_deleted");

    let deleted = world.delete(&ada, tenant).await;
    assert!(deleted.erased_after > deleted.deleted_at);
    for caller in [&ada, &bob] {
        assert!(!world.may(caller, tenant, Permission::TenantRead).await, "hidden at once");
        assert!(
            tenants.list(caller, &Default::default()).await.unwrap().items.iter().all(|one| one.personal)
        );
    }
    let system = world.control.identity().system();
    let row = stead_db::instances::find(&system, made.instance.id.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(row.wish, Wish::Stopped);

    let shown = tenants.list(&ada, &wire::TenantsQuery { deleted: Some(true), ..Default::default() }).await;
    assert_eq!(shown.unwrap().items.len(), 1);
    assert_eq!(code(tenants.restore(&bob, tenant).await), "permission_missing");
    let eve = world.user("Eve", None).await;
    assert_eq!(code(tenants.restore(&eve, tenant).await), "tenant_not_found");
    tenants.restore(&ada, tenant).await.unwrap();
    assert!(world.may(&bob, tenant, Permission::TenantRead).await);

    world.delete(&ada, tenant).await;
    clock.advance(super::GRACE - Duration::from_secs(60));
    tenants.follow().await.unwrap();
    assert!(stead_db::tenants::find(&system, tenant).await.unwrap().unwrap().erased_at.is_none());
    clock.advance(Duration::from_secs(120));
    // However many servers look at once, it is erased once.
    for outcome in join_all((0..5).map(|_| tenants.follow())).await {
        outcome.unwrap();
    }
    let erased = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            let row = stead_db::tenants::find(&system, tenant).await.unwrap().unwrap();
            if row.erased_at.is_some() {
                return row;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    assert_eq!(erased.name, "(erased)");
    assert!(stead_db::members::find(&system, tenant, ada.user()).await.unwrap().is_none());
    assert!(stead_db::tenants::live_instances(&system, tenant).await.unwrap().is_empty());
    assert_eq!(code(tenants.restore(&ada, tenant).await), "tenant_not_found");
}

/// The anchors' "Also": addresses are those that trusted proxies name (see `layers::context`), held to the tenant's networks.
async fn security_also_an_allowlist_holds_and_does_not_lock_its_maker_out(db: Db) {
    let world = World::on(db).await;
    let (ada, tenant) = world.with_tenant().await;
    let tenants = world.control.tenants();
    let ip = |text: &str| Some(text.parse::<IpAddr>().unwrap());
    let inside = world.caller_from(ada.user(), ip("10.1.2.3")).await;
    let outside = world.caller_from(ada.user(), ip("203.0.113.9")).await;
    let scope = world.scope(&inside, tenant).await;
    let list = |networks: &[&str], lock_me_out| wire::UpdateTenantSecurity {
        ip_allowlist: Some(networks.iter().map(|network| (*network).to_owned()).collect()),
        lock_me_out,
        ..Default::default()
    };
    assert_eq!(
        code(tenants.set_security(&scope, &list(&["192.0.2.0/24"], false)).await),
        "would_lock_you_out"
    );
    assert_eq!(code(tenants.set_security(&scope, &list(&["nowhere"], false)).await), "networks_invalid");
    tenants.set_security(&scope, &list(&["10.1.0.0/16"], false)).await.unwrap();
    assert!(world.may(&inside, tenant, Permission::TenantRead).await);
    let identity = world.control.identity();
    let look =
        |caller: Caller| async move { identity.scope(&caller, Some(tenant), Permission::TenantRead).await };
    assert_eq!(code(look(outside).await), "address_not_allowed");
    let scope = look(inside.clone()).await.unwrap();
    tenants.set_security(&scope, &list(&["192.0.2.0/24"], true)).await.unwrap();
    assert_eq!(code(look(inside).await), "address_not_allowed");
}

async fn a_second_factor_can_be_demanded(db: Db) {
    let world = World::on(db).await;
    let (ada, tenant) = world.with_tenant().await;
    let scope = world.scope(&ada, tenant).await;
    let mut demand = wire::UpdateTenantSecurity { require_second_factor: Some(true), ..Default::default() };
    assert_eq!(code(world.control.tenants().set_security(&scope, &demand).await), "would_lock_you_out");
    demand.lock_me_out = true;
    world.control.tenants().set_security(&scope, &demand).await.unwrap();
    let refused = world.control.identity().scope(&ada, Some(tenant), Permission::TenantRead).await;
    assert_eq!(code(refused), "second_factor_required");
    // Elsewhere nothing changes.
    world.control.identity().scope(&ada, None, Permission::TenantRead).await.unwrap();
}

/// The anchors' "Also": sessions die on disable (7.4.2).
async fn security_also_a_disabled_user_is_out_at_once(db: Db) {
    let world = World::on(db).await;
    let (ada, _) = world.with_tenant().await;
    let identity = world.control.identity();
    let eve = identity.create_user("Eve", None).await.unwrap();
    let token = Presented::Token(identity.issue_token(eve, "test").await.unwrap());
    let link = identity.sign_in_link(eve).await.unwrap();
    let (_, secret) = link.url.split_once('#').unwrap();
    let info = RequestInfo::default();
    let signed_in = identity.sign_in_with_link(secret, &info).await.unwrap().signed_in().unwrap();
    let session = Presented::Session(signed_in.secret);
    let caller = identity.authenticate(&session, &info).await.unwrap();
    assert_eq!(code(identity.operator(&caller, Permission::OperatorRead).await), "operator_only");
    let operator = identity.operator(&ada, Permission::OperatorWrite).await.unwrap();
    let tenants = world.control.tenants();
    assert_eq!(code(tenants.set_disabled(&operator, ada.user(), true).await), "last_operator");
    tenants.set_disabled(&operator, eve, true).await.unwrap();
    assert_eq!(code(identity.authenticate(&session, &info).await), "credential_invalid");
    assert_eq!(code(identity.authenticate(&token, &info).await), "account_disabled");
    let link = identity.sign_in_link(eve).await.unwrap();
    let (_, secret) = link.url.split_once('#').unwrap();
    assert_eq!(code(identity.sign_in_with_link(secret, &info).await), "account_disabled");
    let query = wire::OperatorUsersQuery { disabled: Some(true), ..Default::default() };
    assert_eq!(tenants.users(&operator, &query).await.unwrap().items.len(), 1);
    tenants.set_disabled(&operator, eve, false).await.unwrap();
    identity.authenticate(&token, &info).await.unwrap();
    assert!(identity.authenticate(&session, &info).await.is_err(), "sessions do not come back");
}

stead_db::both_databases!(
    tenants_are_walls,
    security_12_an_invite_is_refused_in_every_wrong_case,
    security_12_an_invite_expires_after_seven_days,
    seats_are_counted,
    security_also_the_last_owner_cannot_go,
    nobody_gives_what_they_do_not_have,
    a_custom_role_holds_at_once,
    a_binding_adds_rights_on_one_instance,
    fifty_parallel_creates_never_exceed_a_quota,
    a_deleted_tenant_is_hidden_restorable_and_then_erased,
    security_also_an_allowlist_holds_and_does_not_lock_its_maker_out,
    a_second_factor_can_be_demanded,
    security_also_a_disabled_user_is_out_at_once,
);
