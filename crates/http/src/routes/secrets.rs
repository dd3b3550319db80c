//! Secrets of tenants, instances and users. No answer holds a value.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use stead_api::v1::Page;
use stead_api::v1::secrets::{PutSecret, Secret, SecretVersion};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{AccountRead, AccountWrite, SecretRead, SecretWrite};
use crate::extract::{InTenant, JsonBody, OnAccount, Ref, RefPair};
use crate::problem::Answer;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(put, delete))
        .routes(routes!(versions))
        .routes(routes!(list_of_instance))
        .routes(routes!(put_of_instance, delete_of_instance))
        .routes(routes!(versions_of_instance))
        .routes(routes!(list_mine))
        .routes(routes!(put_mine, delete_mine))
        .routes(routes!(versions_of_mine))
}

/// The secrets of the tenant, without their values.
#[utoipa::path(get, path = "/v1/secrets", operation_id = "list_secrets", tag = "secrets", 
    responses((status = 200, description = "All of them, by name.", body = Page<Secret>)))]
async fn list(State(state): State<AppState>, tenant: InTenant<SecretRead>) -> Answer<Json<Page<Secret>>> {
    Ok(Json(state.control.secrets().list_of_tenant(&tenant.scope).await?))
}

/// Writes a secret of the tenant: a new one, or a new version. Instances that run get it with their next start.
#[utoipa::path(put, path = "/v1/secrets/{secret}", operation_id = "put_secret", tag = "secrets", params(("secret" = String, Path, description = "Name of the secret.")), request_body = PutSecret,
    responses((status = 200, description = "The secret, without its value.", body = Secret)))]
async fn put(
    State(state): State<AppState>,
    tenant: InTenant<SecretWrite>,
    Ref(secret): Ref,
    JsonBody(input): JsonBody<PutSecret>,
) -> Answer<Json<Secret>> {
    Ok(Json(state.control.secrets().put_of_tenant(&tenant.scope, &secret, &input).await?))
}

/// Deletes a secret of the tenant with all its versions.
#[utoipa::path(delete, path = "/v1/secrets/{secret}", operation_id = "delete_secret", tag = "secrets", params(("secret" = String, Path, description = "Name of the secret.")),
    responses((status = 204, description = "Deleted.")))]
async fn delete(
    State(state): State<AppState>,
    tenant: InTenant<SecretWrite>,
    Ref(secret): Ref,
) -> Answer<StatusCode> {
    state.control.secrets().delete_of_tenant(&tenant.scope, &secret).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// When a secret of the tenant got its values, newest first.
#[utoipa::path(get, path = "/v1/secrets/{secret}/versions", operation_id = "list_secret_versions", tag = "secrets", params(("secret" = String, Path, description = "Name of the secret.")),
    responses((status = 200, description = "The newest twenty.", body = Page<SecretVersion>)))]
async fn versions(
    State(state): State<AppState>,
    tenant: InTenant<SecretRead>,
    Ref(secret): Ref,
) -> Answer<Json<Page<SecretVersion>>> {
    Ok(Json(state.control.secrets().versions_of_tenant(&tenant.scope, &secret).await?))
}

/// The secrets of an instance, without their values.
#[utoipa::path(get, path = "/v1/instances/{instance}/secrets", operation_id = "list_instance_secrets", tag = "secrets", params(("instance" = String, Path, description = "Id or name.")), 
    responses((status = 200, description = "All of them, by name.", body = Page<Secret>)))]
async fn list_of_instance(
    State(state): State<AppState>,
    tenant: InTenant<SecretRead>,
    Ref(instance): Ref,
) -> Answer<Json<Page<Secret>>> {
    let id = state.control.instances().id_of(&tenant.scope, &instance).await?;
    Ok(Json(state.control.secrets().list_of_instance(&tenant.scope, id).await?))
}

/// Writes a secret of an instance: a new one, or a new version. Instances that run get it with their next start.
#[utoipa::path(put, path = "/v1/instances/{instance}/secrets/{secret}", operation_id = "put_instance_secret", tag = "secrets", params(("instance" = String, Path, description = "Id or name."), ("secret" = String, Path, description = "Name of the secret.")), request_body = PutSecret,
    responses((status = 200, description = "The secret, without its value.", body = Secret)))]
async fn put_of_instance(
    State(state): State<AppState>,
    tenant: InTenant<SecretWrite>,
    RefPair(instance, secret): RefPair,
    JsonBody(input): JsonBody<PutSecret>,
) -> Answer<Json<Secret>> {
    let id = state.control.instances().id_of(&tenant.scope, &instance).await?;
    Ok(Json(state.control.secrets().put_of_instance(&tenant.scope, id, &secret, &input).await?))
}

/// Deletes a secret of an instance with all its versions.
#[utoipa::path(delete, path = "/v1/instances/{instance}/secrets/{secret}", operation_id = "delete_instance_secret", tag = "secrets", params(("instance" = String, Path, description = "Id or name."), ("secret" = String, Path, description = "Name of the secret.")),
    responses((status = 204, description = "Deleted.")))]
async fn delete_of_instance(
    State(state): State<AppState>,
    tenant: InTenant<SecretWrite>,
    RefPair(instance, secret): RefPair,
) -> Answer<StatusCode> {
    let id = state.control.instances().id_of(&tenant.scope, &instance).await?;
    state.control.secrets().delete_of_instance(&tenant.scope, id, &secret).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// When a secret of an instance got its values, newest first.
#[utoipa::path(get, path = "/v1/instances/{instance}/secrets/{secret}/versions", operation_id = "list_instance_secret_versions", tag = "secrets", params(("instance" = String, Path, description = "Id or name."), ("secret" = String, Path, description = "Name of the secret.")),
    responses((status = 200, description = "The newest twenty.", body = Page<SecretVersion>)))]
async fn versions_of_instance(
    State(state): State<AppState>,
    tenant: InTenant<SecretRead>,
    RefPair(instance, secret): RefPair,
) -> Answer<Json<Page<SecretVersion>>> {
    let id = state.control.instances().id_of(&tenant.scope, &instance).await?;
    Ok(Json(state.control.secrets().versions_of_instance(&tenant.scope, id, &secret).await?))
}

/// The secrets of the caller, given to the instances that they create, without their values.
#[utoipa::path(get, path = "/v1/me/secrets", operation_id = "list_my_secrets", tag = "account", 
    responses((status = 200, description = "All of them, by name.", body = Page<Secret>)))]
async fn list_mine(State(state): State<AppState>, on: OnAccount<AccountRead>) -> Answer<Json<Page<Secret>>> {
    Ok(Json(state.control.secrets().list_of_user(&on.caller).await?))
}

/// Writes a secret of the caller, given to the instances that they create: a new one, or a new version. Instances that run get it with their next start.
#[utoipa::path(put, path = "/v1/me/secrets/{secret}", operation_id = "put_my_secret", tag = "account", params(("secret" = String, Path, description = "Name of the secret.")), request_body = PutSecret,
    responses((status = 200, description = "The secret, without its value.", body = Secret)))]
async fn put_mine(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    Ref(secret): Ref,
    JsonBody(input): JsonBody<PutSecret>,
) -> Answer<Json<Secret>> {
    Ok(Json(state.control.secrets().put_of_user(&on.caller, &secret, &input).await?))
}

/// Deletes a secret of the caller, given to the instances that they create with all its versions.
#[utoipa::path(delete, path = "/v1/me/secrets/{secret}", operation_id = "delete_my_secret", tag = "account", params(("secret" = String, Path, description = "Name of the secret.")),
    responses((status = 204, description = "Deleted.")))]
async fn delete_mine(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    Ref(secret): Ref,
) -> Answer<StatusCode> {
    state.control.secrets().delete_of_user(&on.caller, &secret).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// When a secret of the caller, given to the instances that they create got its values, newest first.
#[utoipa::path(get, path = "/v1/me/secrets/{secret}/versions", operation_id = "list_my_secret_versions", tag = "account", params(("secret" = String, Path, description = "Name of the secret.")),
    responses((status = 200, description = "The newest twenty.", body = Page<SecretVersion>)))]
async fn versions_of_mine(
    State(state): State<AppState>,
    on: OnAccount<AccountRead>,
    Ref(secret): Ref,
) -> Answer<Json<Page<SecretVersion>>> {
    Ok(Json(state.control.secrets().versions_of_user(&on.caller, &secret).await?))
}
