import { queryOptions, useMutation } from "@tanstack/react-query";

import { keys } from "@/api/keys";
import { problemFrom, unreachable } from "@/api/problem";
import { currentTenantId } from "@/api/tenant";
import type { Description } from "./description";

export const descriptionQuery = () =>
  queryOptions({
    queryKey: keys.description,
    queryFn: async ({ signal }): Promise<Description> => {
      const response = await fetch("/v1/openapi.json", { signal }).catch((error: unknown) => {
        throw unreachable(error);
      });
      if (!response.ok) throw problemFrom(response.status, await response.json().catch(() => undefined));
      return (await response.json()) as Description;
    },
  });

export interface Trial {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

export interface TrialAnswer {
  status: number;
  milliseconds: number;
  text: string;
}

/** Sends whatever the person composed, with the session of this browser; failures are answers too. */
export function useTrial() {
  return useMutation({
    mutationFn: async ({ method, path, headers, body }: Trial): Promise<TrialAnswer> => {
      const began = performance.now();
      const tenant = currentTenantId();
      const response = await fetch(path, {
        method,
        credentials: "same-origin",
        headers: {
          ...headers,
          ...(tenant ? { "Stead-Tenant": tenant } : {}),
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(body === undefined ? {} : { body }),
      }).catch((error: unknown) => {
        throw unreachable(error);
      });
      const text = await response.text();
      return { status: response.status, milliseconds: performance.now() - began, text: pretty(text) };
    },
    meta: { quiet: true },
  });
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
