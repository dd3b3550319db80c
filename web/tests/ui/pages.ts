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
  { name: "account", path: "/account", ready: "verified" },
  { name: "account-security", path: "/account/security", ready: "Ada's phone" },
  {
    name: "account-security-empty",
    path: "/account/security",
    ready: "No passkeys yet",
    mock: "empty",
  },
  { name: "account-sessions", path: "/account/sessions", ready: "this one" },
  { name: "account-tokens", path: "/account/tokens", ready: "grafana" },
  { name: "account-tokens-empty", path: "/account/tokens", ready: "No tokens yet", mock: "empty" },
  { name: "account-notifications", path: "/account/notifications", ready: "An API token ends soon" },
  { name: "account-secrets", path: "/account/secrets", ready: "GITHUB_TOKEN" },
  { name: "account-secrets-empty", path: "/account/secrets", ready: "No secrets yet", mock: "empty" },
  { name: "account-data", path: "/account/data", ready: "180 KiB" },
  { name: "team", path: "/team", ready: "Grace Hopper" },
  { name: "reference", path: "/reference", ready: "/v1/instances/{instance}" },
  { name: "sign-in", path: "/instances", ready: "Have a link already?", mock: "anonymous" },
  { name: "sign-up", path: "/sign-up", ready: "At least 10 characters", mock: "anonymous" },
  { name: "reset-ask", path: "/reset-password", ready: "Send the link", mock: "anonymous" },
  {
    name: "reset-confirm",
    path: "/reset-password#k3vY8wq2ZtN5",
    ready: "Set the password",
    mock: "anonymous",
  },
  { name: "verify-email", path: "/verify-email#k3vY8wq2ZtN5", ready: "is verified", mock: "anonymous" },
  {
    name: "confirm-email-used",
    path: "/confirm-email#used-already",
    ready: "used already",
    mock: "anonymous",
  },
  { name: "magic-link", path: "/magic-link#k3vY8wq2ZtN5", ready: "The link works once", mock: "anonymous" },
  { name: "device", path: "/device", ready: "Type the code" },
  { name: "device-asks", path: "/device?code=bcdfghjk", ready: "192.0.2.44" },
  { name: "device-wrong", path: "/device?code=xxxxxxxx", ready: "This code does not work" },
  { name: "invite", path: "/invite#k3vY8wq2ZtN5", ready: "You join as" },
  { name: "invite-guest", path: "/invite#k3vY8wq2ZtN5", ready: "I have an account", mock: "anonymous" },
  { name: "not-found", path: "/nowhere", ready: "There is no such page" },
  { name: "no-instance", path: "/instances/gone", ready: "There is no such instance" },
];

export const LOOKS = [
  { look: "light", theme: "light", width: 1360, height: 860 },
  { look: "dark", theme: "dark", width: 1360, height: 860 },
  { look: "phone", theme: "light", width: 390, height: 844 },
  { look: "phone-dark", theme: "dark", width: 390, height: 844 },
] as const;
