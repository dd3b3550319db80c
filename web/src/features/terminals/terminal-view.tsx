import { ClipboardPaste, Copy } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { FrameStream, type StreamState } from "@/api/stream";
import { useIsDark } from "@/app/theme";
import { Button } from "@/ui/button";
import { copyText } from "@/ui/copy";
import { cx } from "@/ui/cx";
import { toast } from "@/ui/toast";
import { arrow, KEYS, withControl } from "./keys";
import { terminalTheme } from "./palette";
import { openScreen, type Screen } from "./screen";

export interface TerminalViewProps {
  instanceId: string;
  terminalId: string;
  label: string;
  onExit: (code: number) => void;
  onNew: () => void;
}

type Ending = { words: string; detail?: string } | undefined;

/** One terminal on screen: keys go in, frames come out, a lost line heals where it was. */
export function TerminalView({ instanceId, terminalId, label, onExit, onNew }: TerminalViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const screen = useRef<Screen>(undefined);
  const stream = useRef<FrameStream>(undefined);
  const control = useRef(false);
  const [held, setHeld] = useState(false);
  const [state, setState] = useState<StreamState>("connecting");
  const [ending, setEnding] = useState<Ending>();
  const dark = useIsDark();
  const exited = useRef(onExit);
  useEffect(() => {
    exited.current = onExit;
  });

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const phone = window.matchMedia("(max-width: 767px)").matches;
    const opened = openScreen(element, {
      dark: document.documentElement.dataset["theme"] === "dark",
      scrollback: 10_000,
      phone,
    });
    const { terminal, fit } = opened;
    screen.current = opened;
    fit.fit();
    if (!phone) terminal.focus();

    const line = new FrameStream(
      `/v1/instances/${encodeURIComponent(instanceId)}/terminals/${encodeURIComponent(terminalId)}/stream`,
      () => ({ columns: terminal.cols, rows: terminal.rows }),
      {
        state: setState,
        output: (bytes) => terminal.write(bytes),
        snapshot: (columns, rows, bytes) => {
          // Exactly what the server drew: fresh terminal, its size, its bytes.
          terminal.reset();
          if (columns > 0 && rows > 0) terminal.resize(columns, rows);
          terminal.write(bytes, announceSize);
        },
        gap: (count) =>
          terminal.write(
            `\r\n\u001b[2m[${count.toLocaleString("en")} bytes of output are not kept any more]\u001b[0m\r\n`,
          ),
        // Another viewer may be smaller; the screen has one size for all.
        resized: (columns, rows) => {
          if (columns !== terminal.cols || rows !== terminal.rows) terminal.resize(columns, rows);
        },
        exit: ({ code, signal, outOfMemory }) => {
          setEnding({
            words: outOfMemory
              ? "The shell ran out of memory"
              : signal
                ? `The shell was ended by signal ${signal}`
                : `The shell ended with exit code ${code}`,
            ...(outOfMemory ? { detail: "Give the instance more memory in its settings." } : {}),
          });
          exited.current(code);
        },
        problem: (problem) =>
          setEnding({ words: problem.message, ...(problem.next_step ? { detail: problem.next_step } : {}) }),
      },
    );
    stream.current = line;

    function announceSize() {
      const wanted = fit.proposeDimensions();
      if (!wanted || !Number.isFinite(wanted.cols) || !Number.isFinite(wanted.rows)) return;
      const size = { columns: Math.max(2, wanted.cols), rows: Math.max(1, wanted.rows) };
      if (size.columns === terminal.cols && size.rows === terminal.rows) return;
      line.send({ kind: "resize", ...size });
      terminal.resize(size.columns, size.rows);
    }
    let frame = 0;
    const watcher = new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(announceSize);
    });
    watcher.observe(element);

    terminal.onData((data) => {
      line.input(control.current ? withControl(data) : data);
      control.current = false;
      setHeld(false);
    });
    terminal.onBinary((data) => line.input(Uint8Array.from(data, (character) => character.charCodeAt(0))));
    terminal.attachCustomKeyEventHandler((event) => {
      if (event.type !== "keydown") return true;
      const letter = event.key.toLowerCase();
      // Ctrl-Shift-C and -V as in every terminal of Linux; with Cmd the browser does it.
      if (event.ctrlKey && event.shiftKey && letter === "c" && terminal.hasSelection()) {
        event.preventDefault();
        void copyText(terminal.getSelection());
        return false;
      }
      // The browser's own paste event follows; xterm listens to it and knows bracketed paste.
      if (event.ctrlKey && event.shiftKey && letter === "v") return false;
      return true;
    });
    return () => {
      cancelAnimationFrame(frame);
      watcher.disconnect();
      line.close();
      opened.dispose();
    };
  }, [instanceId, terminalId]);

  useEffect(() => {
    if (screen.current) screen.current.terminal.options.theme = terminalTheme(dark);
  }, [dark]);

  function press(sends: string) {
    const terminal = screen.current?.terminal;
    const text = arrow(sends, terminal?.modes.applicationCursorKeysMode ?? false);
    stream.current?.input(control.current ? withControl(text) : text);
    control.current = false;
    setHeld(false);
    terminal?.focus();
  }

  async function paste() {
    try {
      screen.current?.terminal.paste(await navigator.clipboard.readText());
      screen.current?.terminal.focus();
    } catch {
      toast({
        tone: "bad",
        title: "The browser did not hand over the clipboard",
        detail: "Allow it for this page, or paste with Ctrl-Shift-V.",
      });
    }
  }

  async function copy() {
    const terminal = screen.current?.terminal;
    if (!terminal) return;
    if (!terminal.hasSelection()) terminal.selectAll();
    if (await copyText(terminal.getSelection())) toast({ title: "Copied" });
    terminal.clearSelection();
  }

  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="relative min-h-0 flex-1 bg-surface dark:bg-sunken">
        <div
          ref={host}
          role="region"
          aria-label={`Terminal ${label}`}
          className="terminal-host absolute inset-0 overflow-hidden"
        />
        {state === "lost" ? (
          <p
            role="status"
            className="absolute top-2 right-4 rounded-md border bg-surface px-2.5 py-1 text-sm text-warn shadow-lift"
          >
            Connection lost, retrying. The shell goes on running.
          </p>
        ) : null}
        {ending ? (
          <div
            role="status"
            className="absolute inset-x-3 bottom-3 flex flex-wrap items-center gap-3 rounded-lg border bg-surface px-4 py-2.5 shadow-lift"
          >
            <p className="min-w-0 flex-1">
              <span className="font-medium">{ending.words}.</span>{" "}
              {ending.detail ? <span className="text-muted">{ending.detail}</span> : null}
            </p>
            <Button kind="primary" size="small" onClick={onNew}>
              New terminal
            </Button>
          </div>
        ) : null}
      </div>
      <div
        role="toolbar"
        aria-label="Keys"
        className="flex gap-1 overflow-x-auto border-t bg-surface p-1.5 md:hidden"
      >
        <KeyButton
          name="Control"
          pressed={held}
          onPress={() => {
            control.current = !control.current;
            setHeld(control.current);
            screen.current?.terminal.focus();
          }}
        >
          Ctrl
        </KeyButton>
        {KEYS.map((key) => (
          <KeyButton key={key.name} name={key.name} onPress={() => press(key.sends)}>
            {key.label}
          </KeyButton>
        ))}
        <KeyButton name="Paste" onPress={() => void paste()}>
          <ClipboardPaste aria-hidden className="size-4" />
        </KeyButton>
        <KeyButton name="Copy" onPress={() => void copy()}>
          <Copy aria-hidden className="size-4" />
        </KeyButton>
      </div>
    </div>
  );
}

function KeyButton({
  name,
  pressed,
  onPress,
  children,
}: {
  name: string;
  pressed?: boolean;
  onPress: () => void;
  children: React.ReactNode;
}) {
  return (
    <button
      type="button"
      aria-label={name}
      aria-pressed={pressed}
      // Keeps the focus, and with it the keyboard of the phone, in the terminal.
      onPointerDown={(event) => event.preventDefault()}
      onClick={onPress}
      className={cx(
        "flex h-10 min-w-11 shrink-0 items-center justify-center rounded-md border px-2.5 font-mono text-base",
        pressed ? "border-accent bg-accent text-on-accent" : "border-line-strong bg-surface active:bg-hover",
      )}
    >
      {children}
    </button>
  );
}
