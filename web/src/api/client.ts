/** The typed client. Every request of the dashboard goes through `api`; failures are thrown as `ApiError`. */
import createClient, { type Middleware } from "openapi-fetch";

import { accessMayHaveChanged } from "./access";
import { currentTenantId } from "./tenant";
import { ApiError, problemFrom, unreachable } from "./problem";
import type { paths } from "./schema";
import { fetchWithStepUp } from "./step-up";

/** Set by the session feature: what to do when the server says that nobody is signed in. */
let onUnauthenticated: () => void = () => undefined;
export function setUnauthenticatedHandler(handler: () => void): void {
  onUnauthenticated = handler;
}

/** A 401 with another code says that a code, a link or a password was wrong: the session goes on. */
const ENDED: readonly string[] = [
  "unauthenticated",
  "credential_invalid",
  "credential_unsupported",
  "account_disabled",
];

/** Under /v1/auth/ a 401 never means that the session has ended. */
function failure(path: string, response: Response, body: unknown): ApiError {
  const id = response.headers.get("Stead-Request-Id") ?? response.headers.get("X-Request-Id");
  const problem = problemFrom(response.status, body, id);
  const signingIn = path.startsWith("/v1/auth/") && path !== "/v1/auth/sign-out";
  if (response.status === 401 && !signingIn && ENDED.includes(problem.code)) onUnauthenticated();
  // The page offered it, so the role is another one by now.
  if (problem.code === "permission_missing" && path !== "/v1/me") accessMayHaveChanged();
  return problem;
}

const conventions: Middleware = {
  onRequest({ request }) {
    const tenant = currentTenantId();
    if (tenant) request.headers.set("Stead-Tenant", tenant);
    if (request.method === "POST" && !request.headers.has("Idempotency-Key")) {
      request.headers.set("Idempotency-Key", crypto.randomUUID());
    }
    return request;
  },
  async onResponse({ request, response }) {
    // Below 400 are also ways elsewhere that nobody follows (`redirect: "manual"`); their status is hidden, as 0.
    if (response.status < 400) return undefined;
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    throw failure(new URL(request.url).pathname, response, body);
  },
  onError({ error }) {
    return error instanceof ApiError ? error : unreachable(error);
  },
};

export const api = createClient<paths>({
  baseUrl: "/",
  credentials: "same-origin",
  // Looked up at each call, so that the mock server can take its place.
  fetch: fetchWithStepUp,
});
api.use(conventions);

/** The answer's body. `onResponse` has thrown for failures already; this is for the type. */
export async function body<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<NonNullable<T>> {
  const { data, response } = await answer;
  if (data === undefined || data === null) throw problemFrom(response.status, undefined);
  return data;
}
