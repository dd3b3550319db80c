import type { ProblemBody, ProblemField } from "./types";

/** A request that failed, with words to show. `status` 0: the server was not reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  readonly nextStep: string | undefined;
  readonly fields: readonly ProblemField[];

  constructor(body: Partial<ProblemBody> & { status: number; detail: string }) {
    super(body.detail);
    this.name = "ApiError";
    this.status = body.status;
    this.code = body.code ?? "unknown";
    this.requestId = body.request_id;
    this.nextStep = body.next_step ?? undefined;
    this.fields = body.errors ?? [];
  }
}

/** Makes an error of whatever a failed request answered. Proxies in between answer in their own words, hence the doubt. */
export function problemFrom(status: number, body: unknown, requestId?: string | null): ApiError {
  if (typeof body === "object" && body !== null && "detail" in body && typeof body.detail === "string") {
    return new ApiError({ ...(body as Partial<ProblemBody>), status, detail: body.detail });
  }
  return new ApiError({
    status,
    code: "unexpected_answer",
    detail: `The server answered with status ${status} and no explanation.`,
    next_step: "Try again. If it stays, look into the server's log.",
    ...(requestId ? { request_id: requestId } : {}),
  });
}

export function unreachable(cause: unknown): ApiError {
  const error = new ApiError({
    status: 0,
    code: "server_unreachable",
    detail: "The server did not answer.",
    next_step: "Check your connection and that `stead up` is running, then try again.",
  });
  error.cause = cause;
  return error;
}

export function describe(error: unknown): string {
  if (error instanceof ApiError) return error.nextStep ? `${error.message} ${error.nextStep}` : error.message;
  return error instanceof Error ? error.message : "Something unexpected happened.";
}

/** Messages by field path; what belongs to no known field stands under "". */
export function fieldErrors(error: unknown, known: readonly string[]): Record<string, string> {
  const result: Record<string, string> = {};
  if (!(error instanceof ApiError)) return result;
  for (const { field, message } of error.fields) {
    const name = known.find((candidate) => field === candidate || field.startsWith(`${candidate}.`)) ?? "";
    result[name] = result[name] ? `${result[name]} ${message}` : message;
  }
  return result;
}
