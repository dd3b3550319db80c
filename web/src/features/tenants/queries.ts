import { useMutation } from "@tanstack/react-query";

import { send } from "@/api/client";
import type { Tenant } from "@/api/types";

export function useCreateTenant() {
  return useMutation({
    mutationFn: (name: string) => send<Tenant>("POST", "/v1/tenants", { body: { name } }),
    meta: { quiet: true },
  });
}
