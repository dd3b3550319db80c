import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { Instance, Port, Visibility } from "@/api/types";

export interface PortChange {
  port: number;
  visibility?: Visibility;
  label?: string;
}

/** Ports live in the instance, which events keep true. Shown before the server answers, taken back when it refuses. */
export function useSetPort(instance: Instance) {
  const client = useQueryClient();
  const key = keys.instance(instance.name);
  const put = (port: Port) =>
    client.setQueryData<Instance>(key, (held) => {
      if (!held) return held;
      const others = held.ports.filter((item) => item.port !== port.port);
      return { ...held, ports: [...others, port].sort((a, b) => a.port - b.port) };
    });
  return useMutation({
    mutationFn: ({ port, ...change }: PortChange) =>
      body(
        api.PUT("/v1/instances/{instance}/ports/{port}", {
          params: { path: { instance: instance.id, port } },
          body: change,
        }),
      ),
    meta: { quiet: true },
    onMutate: ({ port, visibility, label }) => {
      const before = client.getQueryData<Instance>(key);
      const held = before?.ports.find((item) => item.port === port);
      // A new port has no address before the server made one.
      if (held)
        put({ ...held, ...(visibility ? { visibility } : {}), ...(label === undefined ? {} : { label }) });
      return { before };
    },
    onError: (_error, _change, context) => {
      if (context?.before) client.setQueryData(key, context.before);
    },
    onSuccess: put,
  });
}
