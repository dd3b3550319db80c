import { PATHS } from "./paths";

const known = new Set(PATHS);

/** Whether the server has this address: what it does not have is not shown. The mock world has everything. */
export function offers(path: string): boolean {
  return import.meta.env.MODE === "mock" || known.has(path);
}
