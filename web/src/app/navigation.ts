/** The places of the dashboard: for the rail, the bar of a phone and the palette. */
import {
  Activity,
  Boxes,
  BookOpen,
  CircleUser,
  FileClock,
  Server,
  Settings,
  ShieldUser,
  Users,
} from "lucide-react";

import { offers } from "@/api/offers";

/** `account` stands in the menu of the person, not in the rail; `phone`: in the bar, where there is room for five. */
const ALL = [
  { to: "/instances", label: "Instances", icon: Boxes, group: "main", needs: "instance:read", phone: true },
  {
    to: "/operations",
    label: "Operations",
    icon: Activity,
    group: "main",
    needs: "operation:read",
    phone: true,
  },
  { to: "/team", label: "Team", icon: Users, group: "main", needs: "tenant:read", phone: true },
  {
    to: "/audit",
    label: "Audit",
    icon: FileClock,
    group: "main",
    needs: "audit:read",
    phone: false,
    api: "/v1/audit",
  },
  {
    to: "/settings",
    label: "Settings",
    icon: Settings,
    group: "main",
    needs: "tenant:read",
    phone: true,
    api: "/v1/tenants/{tenant}/security",
  },
  {
    to: "/account",
    label: "Account",
    icon: CircleUser,
    group: "account",
    needs: "account:read",
    phone: true,
  },
  { to: "/nodes", label: "Nodes", icon: Server, group: "admin", needs: "node:read", phone: false },
  { to: "/reference", label: "API", icon: BookOpen, group: "admin", needs: "instance:read", phone: false },
  {
    to: "/operator",
    label: "Operator",
    icon: ShieldUser,
    group: "admin",
    needs: "operator:read",
    phone: false,
    api: "/v1/operator/users",
  },
] as const;

/** Those whose part of the API the server has. */
export const PLACES = ALL.filter((place) => !("api" in place) || offers(place.api));
