import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";

import { followChanges, type FeedState } from "@/api/events";

const Live = createContext<FeedState>("connecting");

/** Keeps one line to the change feed open while the shell is shown. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<FeedState>("connecting");
  useEffect(() => followChanges(client, setState), [client]);
  return <Live.Provider value={state}>{children}</Live.Provider>;
}

export function useFeedState(): FeedState {
  return useContext(Live);
}

/** Appears only when the loss lasts, so that a hiccup disturbs nobody. */
export function useLostFeed(): boolean {
  const state = useFeedState();
  const [lost, setLost] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLost(state === "lost"), state === "lost" ? 1200 : 0);
    return () => clearTimeout(timer);
  }, [state]);
  return lost;
}
