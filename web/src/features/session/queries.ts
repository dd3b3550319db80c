import { queryOptions, useMutation, useSuspenseQuery, type QueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import { ApiError } from "@/api/problem";
import { chooseTenant, currentTenantId } from "@/api/tenant";
import type { Me } from "@/api/types";
import { toast } from "@/ui/toast";

export async function readMe(): Promise<Me> {
  try {
    return await body(api.GET("/v1/me"));
  } catch (error) {
    // The remembered tenant may be gone, or belong to whoever was signed in before: fall back to the personal one.
    const lost = error instanceof ApiError && (error.status === 403 || error.status === 404);
    if (!lost || !currentTenantId()) throw error;
    chooseTenant(undefined);
    // It is still theirs, but asks for more, such as a second factor.
    if (error.status === 403) toast({ tone: "bad", title: error.message, detail: error.nextStep });
    else
      toast({
        tone: "bad",
        title: "You have no access to that tenant any more",
        detail: "This is your personal one.",
      });
    return body(api.GET("/v1/me"));
  }
}

/** After a change of role the page shows what is still to be had; whoever is out of the tenant leaves its pages. */
export async function readMeAgain(client: QueryClient): Promise<void> {
  try {
    client.setQueryData(keys.me, await body(api.GET("/v1/me")));
  } catch (error) {
    const out = error instanceof ApiError && (error.status === 403 || error.status === 404);
    // Everything on screen belongs to that tenant, so it begins anew, as in `readMe`.
    if (out && currentTenantId()) window.location.assign("/instances");
  }
}

export const meQuery = () => queryOptions({ queryKey: keys.me, queryFn: readMe });

export function useMe(): Me {
  return useSuspenseQuery(meQuery()).data;
}

export function useMay(permission: string): boolean {
  return useMe().permissions.includes(permission);
}

export function useSignOut() {
  return useMutation({
    mutationFn: () => api.POST("/v1/auth/sign-out"),
    // A full load drops everything that was held for this person.
    onSuccess: () => window.location.assign("/sign-in"),
  });
}

/** Everything on screen belongs to one tenant, so a switch begins anew. */
export function switchTenant(id: string): void {
  chooseTenant(id);
  window.location.assign("/instances");
}
