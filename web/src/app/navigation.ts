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

/** `account` stands in the menu of the person, not in the rail; `phone`: in the bar, where there is room for five. */
export const PLACES = [
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
  },
  {
    to: "/settings",
    label: "Settings",
    icon: Settings,
    group: "main",
    needs: "tenant:read",
    phone: true,
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
  },
] as const;
