/** The typed client. Every request of the dashboard goes through `api`; failures are thrown as `ApiError`. */
import createClient, { type Middleware } from "openapi-fetch";

import { currentTenantId } from "./tenant";
import { ApiError, problemFrom, unreachable } from "./problem";
import type { paths } from "./schema";

/** Set by the session feature: what to do when the server says that nobody is signed in. */
let onUnauthenticated: () => void = () => undefined;
export function setUnauthenticatedHandler(handler: () => void): void {
  onUnauthenticated = handler;
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
    if (response.ok) return undefined;
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    const signingIn = new URL(request.url).pathname === "/v1/auth/link";
    if (response.status === 401 && !signingIn) onUnauthenticated();
    throw problemFrom(
      response.status,
      body,
      response.headers.get("Stead-Request-Id") ?? response.headers.get("X-Request-Id"),
    );
  },
  onError({ error }) {
    return error instanceof ApiError ? error : unreachable(error);
  },
};

export const api = createClient<paths>({
  baseUrl: "/",
  credentials: "same-origin",
  // Looked up at each call, so that the mock server can take its place.
  fetch: (request) => globalThis.fetch(request),
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
