import { MutationCache, QueryClient } from "@tanstack/react-query";

import { ApiError, describe } from "@/api/problem";
import { toast } from "@/ui/toast";

declare module "@tanstack/react-query" {
  interface Register {
    mutationMeta: {
      /** The form that started it shows its errors itself. */
      quiet?: boolean;
    };
  }
}

/** Events keep what we hold true, so nothing goes stale by itself; a lost feed that could not resume invalidates all. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    mutationCache: new MutationCache({
      onError(error, _variables, _context, mutation) {
        if (mutation.meta?.quiet) return;
        // Signing in again, or having closed the window that asked for proof, says enough by itself.
        if (error instanceof ApiError && (error.status === 401 || error.code === "step_up_cancelled")) return;
        toast({ tone: "bad", title: "That did not work", detail: describe(error) });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        retry: (count, error) =>
          count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      },
    },
  });
}
