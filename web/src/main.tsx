import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { createQueryClient } from "./app/query-client";
import { isOutside } from "./app/outside-routes";
import { createAppRouter, warmUp } from "./app/router";
import { followSystemTheme } from "./app/theme";
import { setAccessHandler } from "./api/access";
import { setUnauthenticatedHandler } from "./api/client";
import { readMeAgain } from "./features/session/queries";
import { tokenFrom } from "./features/sign-in/sign-in-link";
import "./styles.css";

async function begin(): Promise<void> {
  if (import.meta.env.MODE === "mock") {
    const { installMockServer } = await import("./mock/install");
    installMockServer();
  }
  followSystemTheme();
  warmUp(window.location.pathname);
  const client = createQueryClient();
  const router = createAppRouter(client);
  setUnauthenticatedHandler(() => {
    const { pathname, href } = router.state.location;
    // Those pages look at the answer themselves.
    if (isOutside(pathname)) return;
    client.removeQueries({ queryKey: ["me"] });
    void router.navigate({ to: "/sign-in", search: { from: href } });
  });
  setAccessHandler(() => void readMeAgain(client));
  // A link that is pasted into a tab where its page is open already changes nothing but the part behind the #.
  window.addEventListener("hashchange", () => {
    if (isOutside(window.location.pathname) && tokenFrom(window.location.hash)) window.location.reload();
  });
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}

void begin();
