import { ArrowDownToLine, ChevronDown, ChevronUp, CornerDownLeft, Search, X } from "lucide-react";
import { useEffect, useRef, useState, type SubmitEvent } from "react";

import { FrameStream, type StreamState } from "@/api/stream";
import type { Instance } from "@/api/types";
import { useHotkeys } from "@/app/hotkeys";
import { usePage } from "@/app/page";
import { useIsDark } from "@/app/theme";
import { Button } from "@/ui/button";
import { Badge } from "@/ui/state-pill";
import { isUp } from "../instances/actions";
import { useShownInstance } from "../instances/instance-page";
import { useMay } from "../session/queries";
import { terminalTheme } from "../terminals/palette";
import { openScreen, type Screen } from "../terminals/screen";

export function ConsoleTab() {
  const instance = useShownInstance();
  usePage(`Console of ${instance?.name ?? "…"}`, `stead logs ${instance?.name ?? ""} --follow`);
  return instance ? <Console key={instance.id} instance={instance} /> : null;
}

const MATCHES = {
  matchBackground: "#d18a1255",
  activeMatchBackground: "#d18a12",
  matchOverviewRuler: "#d18a12",
  activeMatchColorOverviewRuler: "#d18a12",
};

/** What the main process and the startup tasks write, followed live, kept across restarts. */
function Console({ instance }: { instance: Instance }) {
  const host = useRef<HTMLDivElement>(null);
  const screen = useRef<Screen>(undefined);
  const stream = useRef<FrameStream>(undefined);
  const field = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<StreamState>("connecting");
  const [problem, setProblem] = useState<string>();
  const [following, setFollowing] = useState(true);
  const [searching, setSearching] = useState(false);
  const [wanted, setWanted] = useState("");
  const [count, setCount] = useState<{ index: number; total: number }>();
  const [input, setInput] = useState("");
  const mayConnect = useMay("instance:connect");
  const dark = useIsDark();
  const { id } = instance;

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const opened = openScreen(element, {
      dark: document.documentElement.dataset["theme"] === "dark",
      readOnly: true,
      scrollback: 50_000,
      phone: window.matchMedia("(max-width: 767px)").matches,
    });
    const { terminal, fit, search } = opened;
    screen.current = opened;
    fit.fit();
    const watcher = new ResizeObserver(() => fit.fit());
    watcher.observe(element);
    const check = () => setFollowing(terminal.buffer.active.viewportY >= terminal.buffer.active.baseY);
    terminal.onScroll(check);
    element.addEventListener("wheel", check, { passive: true });
    search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setCount({ index: resultIndex, total: resultCount }),
    );
    const line = new FrameStream(
      `/v1/instances/${encodeURIComponent(id)}/console/stream`,
      () => ({ tail: 5000 }),
      {
        state: setState,
        output: (bytes) => terminal.write(bytes, check),
        gap: (missing) =>
          terminal.write(
            `\r\n\u001b[33m── ${missing.toLocaleString("en")} bytes are not kept any more ──\u001b[0m\r\n`,
          ),
        exit: () => undefined,
        problem: ({ message, next_step }) => setProblem(next_step ? `${message} ${next_step}` : message),
      },
    );
    stream.current = line;
    return () => {
      watcher.disconnect();
      element.removeEventListener("wheel", check);
      line.close();
      opened.dispose();
    };
  }, [id]);

  useEffect(() => {
    if (screen.current) screen.current.terminal.options.theme = terminalTheme(dark);
  }, [dark]);

  const find = (text: string, direction: "next" | "previous", incremental = false) => {
    const search = screen.current?.search;
    if (!search) return;
    if (text === "") {
      search.clearDecorations();
      setCount(undefined);
    } else if (direction === "next") {
      search.findNext(text, { incremental, decorations: MATCHES });
    } else {
      search.findPrevious(text, { incremental, decorations: MATCHES });
    }
  };
  const startSearch = () => {
    setSearching(true);
    requestAnimationFrame(() => field.current?.focus());
  };
  const endSearch = () => {
    setSearching(false);
    setWanted("");
    find("", "next");
  };
  useHotkeys({ "/": startSearch });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (stream.current?.input(`${input}\n`)) setInput("");
  }

  const up = isUp(instance.state.phase);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex h-10 shrink-0 items-center gap-2 border-b bg-canvas px-3">
        <span role="status" className="flex items-center gap-2 text-sm">
          {state === "live" ? (
            <Badge tone="ok">● Following</Badge>
          ) : state === "ended" ? (
            <Badge>Ended</Badge>
          ) : (
            <Badge tone="warn">◐ {state === "lost" ? "Connection lost, retrying" : "Connecting"}</Badge>
          )}
          {following ? null : <span className="text-muted max-sm:hidden">Scrolling paused</span>}
        </span>
        <div className="ml-auto flex items-center gap-1">
          {searching ? (
            <form
              role="search"
              onSubmit={(event) => {
                event.preventDefault();
                find(wanted, "previous");
              }}
              className="flex items-center gap-1"
            >
              <input
                ref={field}
                aria-label="Search the console"
                placeholder="Search"
                value={wanted}
                spellCheck={false}
                onChange={(event) => {
                  setWanted(event.target.value);
                  find(event.target.value, "previous", true);
                }}
                onKeyDown={(event) => {
                  if (event.key === "Escape") endSearch();
                }}
                className="h-7 w-52 rounded-md border border-control-line bg-surface px-2 text-sm max-md:w-32"
              />
              <span role="status" className="min-w-12 text-center text-sm text-muted numeric">
                {wanted && count ? (count.total === 0 ? "none" : `${count.index + 1}/${count.total}`) : ""}
              </span>
              <Button
                kind="quiet"
                size="small"
                square
                aria-label="Match before"
                onClick={() => find(wanted, "previous")}
              >
                <ChevronUp aria-hidden />
              </Button>
              <Button
                kind="quiet"
                size="small"
                square
                aria-label="Match after"
                onClick={() => find(wanted, "next")}
              >
                <ChevronDown aria-hidden />
              </Button>
              <Button kind="quiet" size="small" square aria-label="End the search" onClick={endSearch}>
                <X aria-hidden />
              </Button>
            </form>
          ) : (
            <Button kind="quiet" size="small" onClick={startSearch}>
              <Search aria-hidden /> Search
            </Button>
          )}
        </div>
      </div>
      <div className="relative min-h-0 flex-1 bg-surface dark:bg-sunken">
        <div
          ref={host}
          role="log"
          aria-live="off"
          aria-label={`Console of ${instance.name}`}
          className="terminal-host absolute inset-0 overflow-hidden"
        />
        {following ? null : (
          <Button
            size="small"
            className="absolute right-5 bottom-3 shadow-lift"
            onClick={() => {
              screen.current?.terminal.scrollToBottom();
              setFollowing(true);
            }}
          >
            <ArrowDownToLine aria-hidden /> Follow
          </Button>
        )}
        {problem ? (
          <p
            role="alert"
            className="absolute inset-x-3 bottom-3 rounded-lg border bg-surface px-4 py-2.5 shadow-lift"
          >
            {problem}
          </p>
        ) : null}
      </div>
      {mayConnect ? (
        <form onSubmit={submit} className="flex shrink-0 items-center gap-2 border-t bg-surface px-3 py-1.5">
          <span aria-hidden className="font-mono text-faint">
            ›
          </span>
          <input
            aria-label="Send a line to the main process"
            placeholder={up ? "Send a line to the main process" : "Input is possible while it runs"}
            disabled={!up}
            value={input}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setInput(event.target.value)}
            className="h-8 min-w-0 flex-1 rounded-sm bg-transparent px-1 font-mono text-sm max-md:text-lg"
          />
          <Button type="submit" size="small" disabled={!up || state !== "live"}>
            <CornerDownLeft aria-hidden /> Send
          </Button>
        </form>
      ) : null}
    </div>
  );
}
