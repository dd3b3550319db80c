/** Every page of the dashboard with the text that tells it has been drawn. */
export interface Shown {
  name: string;
  path: string;
  ready: string | RegExp;
  mock?: "rich" | "empty" | "anonymous" | "offline";
}

export const PAGES: readonly Shown[] = [
  { name: "instances", path: "/instances", ready: "agent-refactor" },
  {
    name: "instances-empty",
    path: "/instances",
    ready: "Your first instance is one line away",
    mock: "empty",
  },
  { name: "create", path: "/instances?create=1", ready: "Start from" },
  { name: "overview", path: "/instances/shop", ready: "From your shell" },
  { name: "overview-unhealthy", path: "/instances/billing-api", ready: "Read the console" },
  { name: "overview-creating", path: "/instances/storefront", ready: "Clone the repository" },
  { name: "terminal", path: "/instances/shop/terminal", ready: "dev server" },
  { name: "terminal-asleep", path: "/instances/scratch/terminal", ready: "scratch does not run" },
  { name: "console", path: "/instances/shop/console", ready: "Following" },
  { name: "ports", path: "/instances/shop/ports", ready: "Ports and previews" },
  { name: "settings", path: "/instances/shop/settings", ready: "Delete this instance" },
  { name: "operations", path: "/operations", ready: "Succeeded" },
  { name: "operation", path: "/operations", ready: "Succeeded" },
  { name: "nodes", path: "/nodes", ready: "Embedded sandbox" },
  { name: "account", path: "/account", ready: "this one" },
  { name: "team", path: "/team", ready: "Grace Hopper" },
  { name: "reference", path: "/reference", ready: "/v1/instances/{instance}" },
  { name: "sign-in", path: "/instances", ready: "Have a link already?", mock: "anonymous" },
  { name: "not-found", path: "/nowhere", ready: "There is no such page" },
  { name: "no-instance", path: "/instances/gone", ready: "There is no such instance" },
];

export const LOOKS = [
  { look: "light", theme: "light", width: 1360, height: 860 },
  { look: "dark", theme: "dark", width: 1360, height: 860 },
  { look: "phone", theme: "light", width: 390, height: 844 },
  { look: "phone-dark", theme: "dark", width: 390, height: 844 },
] as const;
