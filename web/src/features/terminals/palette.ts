/** Terminal colours for both themes; each reads well on its background. */
import type { ITheme } from "@xterm/xterm";

const DARK: ITheme = {
  background: "#0b0b0d",
  foreground: "#e4e4ea",
  cursor: "#a5aeff",
  cursorAccent: "#0b0b0d",
  selectionBackground: "#5663dd66",
  black: "#2a2a32",
  red: "#ff7b72",
  green: "#5fd08f",
  yellow: "#e5b567",
  blue: "#79a8ff",
  magenta: "#d2a8ff",
  cyan: "#5ccfe0",
  white: "#d5d5dd",
  brightBlack: "#8b8b98",
  brightRed: "#ffa198",
  brightGreen: "#87e0ad",
  brightYellow: "#f2cc8f",
  brightBlue: "#a5c5ff",
  brightMagenta: "#e2c5ff",
  brightCyan: "#8fe3ee",
  brightWhite: "#ffffff",
};

const LIGHT: ITheme = {
  background: "#ffffff",
  foreground: "#1c1c22",
  cursor: "#4250cc",
  cursorAccent: "#ffffff",
  selectionBackground: "#4250cc33",
  black: "#1c1c22",
  red: "#b3261e",
  green: "#12703f",
  yellow: "#8a5300",
  blue: "#2a5ea8",
  magenta: "#8a3ba8",
  cyan: "#0b6e7d",
  white: "#6b6b76",
  brightBlack: "#5c5c68",
  brightRed: "#cf352c",
  brightGreen: "#15834a",
  brightYellow: "#9a6208",
  brightBlue: "#3568c4",
  brightMagenta: "#9d4bbd",
  brightCyan: "#0d7d8e",
  brightWhite: "#3a3a44",
};

export function terminalTheme(dark: boolean): ITheme {
  return dark ? DARK : LIGHT;
}
