import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { Node, Page } from "@/api/types";

export const nodesQuery = () =>
  queryOptions({
    queryKey: keys.nodes,
    // Nodes send no events: read again whenever the page is opened.
    refetchOnMount: "always",
    queryFn: ({ signal }): Promise<Page<Node>> => body(api.GET("/v1/nodes", { signal })),
  });
