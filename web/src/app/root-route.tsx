/** The root of all pages, and the gate before those that need somebody. */
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, Outlet, redirect } from "@tanstack/react-router";

import { ApiError } from "@/api/problem";
import { meQuery } from "@/features/session/queries";
import { Toaster } from "@/ui/toast";
import { NotFound } from "./failures";
import { StepUp } from "./step-up";

/** Notices carry links, so they live inside the router. */
function Root() {
  return (
    <>
      <Outlet />
      <Toaster />
      <StepUp />
    </>
  );
}

export const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Root,
  notFoundComponent: () => <NotFound />,
});

/** A text of the address, if it is one. */
export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

export async function mustBeSignedIn({
  context,
  location,
}: {
  context: { client: QueryClient };
  location: { href: string };
}): Promise<void> {
  try {
    await context.client.query({ ...meQuery(), staleTime: "static" });
  } catch (error) {
    if (error instanceof ApiError && error.status === 401)
      throw redirect({ to: "/sign-in", search: { from: location.href } });
    throw error;
  }
}
