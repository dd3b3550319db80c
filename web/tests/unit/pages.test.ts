import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";

import { createAppRouter } from "@/app/router";
import { PAGES } from "../ui/pages";

/** Those that lead elsewhere at once. */
const DOORS = ["/", "/webhooks"];
/** Reached by a click, because their address is made up anew each time. */
const CLICKED: Record<string, string> = { operation: "/operations/op_1" };

test("every page is looked at, in every look and by axe", () => {
  const router = createAppRouter(new QueryClient());
  const looked = PAGES.map(({ name, path }) => CLICKED[name] ?? path.replace(/[?#].*$/, ""));
  const leaves = Object.values(router.routesById)
    .filter((route) => !route.children && !DOORS.includes(route.fullPath))
    .map((route) => route.fullPath.replace(/(.)\/$/, "$1"));
  expect(leaves.length).toBeGreaterThan(40);
  const missing = leaves.filter((page) => {
    const wanted = new RegExp(`^${page.replace(/\$\w+/g, "[^/]+").replace(/\/\$$/, "/.+")}$`);
    return !looked.some((path) => wanted.test(path));
  });
  expect(missing).toEqual([]);
});
