/** Keys of the query cache, in one place so that events find what they change. */
export const keys = {
  me: ["me"] as const,
  instances: ["instances"] as const,
  instanceList: (q: string) => ["instances", "list", q] as const,
  instance: (reference: string) => ["instances", "one", reference] as const,
  usageHistory: (id: string) => ["usage-history", id] as const,
  terminals: (instanceId: string) => ["terminals", instanceId] as const,
  operations: ["operations"] as const,
  operationList: (filter: { instanceId?: string; unfinished?: boolean }) =>
    ["operations", "list", filter] as const,
  operation: (id: string) => ["operations", "one", id] as const,
  operationLog: (id: string) => ["operation-log", id] as const,
  nodes: ["nodes"] as const,
  sessions: ["sessions"] as const,
  tokens: ["tokens"] as const,
  members: (tenantId: string) => ["members", tenantId] as const,
  version: ["version"] as const,
  description: ["openapi"] as const,
};
