/** Requests that want a fresh proof of identity: they wait for the dialog that asks for it, and are then sent again. */
import { ApiError, problemFrom } from "./problem";

/** Asks the person; true when the session counts as fresh now. Set by the session feature. */
let ask: (() => Promise<boolean>) | undefined;
let asking: Promise<boolean> | undefined;

export function setStepUpHandler(handler: (() => Promise<boolean>) | undefined): void {
  ask = handler;
}

/** Several requests may be refused at once; the person is asked once. */
function askOnce(): Promise<boolean> {
  asking ??= (ask?.() ?? Promise.resolve(false)).finally(() => (asking = undefined));
  return asking;
}

export async function fetchWithStepUp(request: Request): Promise<Response> {
  // A body can be read once, so what may be sent again is copied first.
  const again = request.clone();
  const response = await globalThis.fetch(request);
  if (response.status !== 403 || !ask) return response;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  if (problemFrom(403, body).code !== "step_up_required") return response;
  if (await askOnce()) return globalThis.fetch(again);
  throw new ApiError({
    status: 403,
    code: "step_up_cancelled",
    detail: "You did not confirm that it is you, so nothing was changed.",
    next_step: "Start the action again when you are ready.",
  });
}
