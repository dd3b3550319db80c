import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { Node, Page } from "@/api/types";

export const nodesQuery = () =>
  queryOptions({
    queryKey: keys.nodes,
    queryFn: ({ signal }): Promise<Page<Node>> => body(api.GET("/v1/nodes", { signal })),
  });
