/** What every route of the mock server is made of. */
import type { ProblemField } from "@/api/types";
import { id } from "./data";
import type { World } from "./world";

export interface MockAnswer {
  status: number;
  body?: unknown;
}

export interface Call {
  world: World;
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
}

export type Handler = (call: Call) => MockAnswer;
export type Route = [method: string, path: string, handler: Handler];

export const ok = (body: unknown, status = 200): MockAnswer => ({ status, body });
export const page = (items: unknown[]): MockAnswer => ok({ items });
export const done: MockAnswer = { status: 204 };

export function refuse(
  status: number,
  code: string,
  detail: string,
  next_step?: string,
  errors?: ProblemField[],
): MockAnswer {
  return {
    status,
    body: {
      type: `https://stead.dev/problems/${code}`,
      title: code,
      status,
      code,
      detail,
      request_id: id("req"),
      next_step,
      errors,
    },
  };
}

/** As the server does it for what cannot be taken back: a proof of identity that is at most ten minutes old. */
export const fresh =
  (work: Handler): Handler =>
  (call) =>
    call.world.proven
      ? work(call)
      : refuse(
          403,
          "step_up_required",
          "This needs a fresh proof that it is you.",
          "Confirm with your password or a factor.",
        );

export const missing = (what: string) =>
  refuse(404, "not_found", `There is no such ${what}.`, "Reload the list.");
