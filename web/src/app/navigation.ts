/** The places of the dashboard: for the rail, the bar of a phone and the palette. */
import { Activity, BookOpen, Boxes, CircleUser, Server, Users } from "lucide-react";

export const PLACES = [
  { to: "/instances", label: "Instances", icon: Boxes, group: "main", needs: "instance:read" },
  { to: "/operations", label: "Operations", icon: Activity, group: "main", needs: "operation:read" },
  { to: "/team", label: "Team", icon: Users, group: "main", needs: "tenant:read" },
  { to: "/account", label: "Account", icon: CircleUser, group: "main", needs: "account:read" },
  { to: "/nodes", label: "Nodes", icon: Server, group: "admin", needs: "node:read" },
  { to: "/reference", label: "API", icon: BookOpen, group: "admin", needs: "instance:read" },
] as const;
