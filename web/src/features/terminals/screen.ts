/** xterm.js with the add-ons we use, in one place for terminals and the console. Loaded on demand. */
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";

import { terminalTheme } from "./palette";

export interface Screen {
  terminal: Terminal;
  fit: FitAddon;
  search: SearchAddon;
  dispose: () => void;
}

export interface ScreenOptions {
  dark: boolean;
  readOnly?: boolean;
  scrollback: number;
  phone: boolean;
}

export function openScreen(host: HTMLElement, { dark, readOnly, scrollback, phone }: ScreenOptions): Screen {
  const terminal = new Terminal({
    allowProposedApi: true,
    fontFamily: '"JetBrains Mono", ui-monospace, "SFMono-Regular", monospace',
    fontSize: phone ? 12 : 13,
    lineHeight: 1.2,
    fontWeightBold: "700",
    cursorBlink: !readOnly && !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    cursorInactiveStyle: readOnly ? "none" : "outline",
    disableStdin: readOnly ?? false,
    convertEol: readOnly ?? false,
    minimumContrastRatio: 4.5,
    scrollback,
    theme: terminalTheme(dark),
    macOptionIsMeta: true,
    rightClickSelectsWord: false,
    screenReaderMode: false,
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = "11";
  terminal.loadAddon(
    new WebLinksAddon((event, address) => {
      event.preventDefault();
      window.open(address, "_blank", "noopener,noreferrer");
    }),
  );
  terminal.open(host);
  let disposed = false;
  void accelerate(terminal, () => disposed);
  // The first measure may have happened before the font arrived.
  void document.fonts.load('13px "JetBrains Mono"').then(() => {
    if (disposed) return;
    terminal.options.fontFamily = `${terminal.options.fontFamily ?? "monospace"} `;
    fit.fit();
  });
  return {
    terminal,
    fit,
    search,
    dispose: () => {
      disposed = true;
      terminal.dispose();
    },
  };
}

/** Draws with the graphics card where there is a real one; software rendering would be slower than the document. */
async function accelerate(terminal: Terminal, isDisposed: () => boolean): Promise<void> {
  const probe = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (!probe) return;
  const info = probe.getExtension("WEBGL_debug_renderer_info");
  const renderer = info ? String(probe.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "";
  probe.getExtension("WEBGL_lose_context")?.loseContext();
  if (/swiftshader|llvmpipe|software/i.test(renderer)) return;
  const { WebglAddon } = await import("@xterm/addon-webgl");
  if (isDisposed()) return;
  try {
    const addon = new WebglAddon();
    addon.onContextLoss(() => addon.dispose());
    terminal.loadAddon(addon);
  } catch {
    // The card refused: xterm goes on drawing with the document.
  }
}
