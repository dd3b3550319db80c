import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import { ApiError } from "@/api/problem";
import { chooseTenant, currentTenantId } from "@/api/tenant";
import type { Me } from "@/api/types";

async function readMe(): Promise<Me> {
  try {
    return await body(api.GET("/v1/me"));
  } catch (error) {
    // The remembered tenant may be gone, or belong to whoever was signed in before: fall back to the personal one.
    const lost = error instanceof ApiError && (error.status === 403 || error.status === 404);
    if (!lost || !currentTenantId()) throw error;
    chooseTenant(undefined);
    return body(api.GET("/v1/me"));
  }
}

export const meQuery = () => queryOptions({ queryKey: keys.me, queryFn: readMe });

export function useMe(): Me {
  return useSuspenseQuery(meQuery()).data;
}

export function useMay(permission: string): boolean {
  return useMe().permissions.includes(permission);
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (token: string): Promise<Me> => {
      chooseTenant(undefined);
      const me = await body(api.POST("/v1/auth/link", { body: { token } }));
      // Whoever works in one team begins there; the personal tenant is one click away.
      const [team, ...others] = me.tenants.filter((tenant) => !tenant.personal);
      if (!team || others.length > 0) return me;
      chooseTenant(team.id);
      return readMe();
    },
    meta: { quiet: true },
    onSuccess: (me) => {
      client.clear();
      client.setQueryData(keys.me, me);
    },
  });
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
