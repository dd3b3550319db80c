/** One WebSocket of frames that comes back by itself and goes on where it was. */
import { accessMayHaveChanged } from "./access";
import { retryDelay } from "./backoff";
import { decodeFrame, encodeFrame, FrameError, MAX_INPUT, type Frame } from "./frames";
import { advance } from "./position";
import { currentTenantId } from "./tenant";

/** How the server closes what the person may not have any more; coming back would be refused. */
const SIGNED_OUT = 4401;
const FORBIDDEN = 4403;

export type StreamState = "connecting" | "live" | "lost" | "ended";

export interface StreamHandlers {
  output(bytes: Uint8Array): void;
  snapshot?(columns: number, rows: number, bytes: Uint8Array): void;
  /** `count` bytes are not kept any more. */
  gap(count: number): void;
  resized?(columns: number, rows: number): void;
  exit?(exit: { code: number; signal: number; outOfMemory: boolean }): void;
  problem(problem: { message: string; code: string; next_step?: string }): void;
  state(state: StreamState): void;
}

export class FrameStream {
  private socket: WebSocket | undefined;
  private position: number | undefined;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private finished = false;

  /** `query` is asked anew at each connection, so that the size of the moment is sent. */
  constructor(
    private readonly path: string,
    private readonly query: () => Record<string, string | number | undefined>,
    private readonly handlers: StreamHandlers,
  ) {
    this.connect();
    window.addEventListener("online", this.retryNow);
  }

  send(frame: Frame): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(encodeFrame(frame));
    return true;
  }

  /** False when the line is down and the text was not sent. */
  input(text: string | Uint8Array): boolean {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    for (let at = 0; at < bytes.length; at += MAX_INPUT) {
      if (!this.send({ kind: "input", bytes: bytes.subarray(at, at + MAX_INPUT) })) return false;
    }
    return true;
  }

  readonly retryNow = (): void => {
    if (this.finished || this.socket) return;
    clearTimeout(this.timer);
    this.connect();
  };

  close(): void {
    this.finished = true;
    clearTimeout(this.timer);
    window.removeEventListener("online", this.retryNow);
    const socket = this.socket;
    this.socket = undefined;
    socket?.close(1000);
  }

  private connect(): void {
    this.handlers.state(this.attempt === 0 ? "connecting" : "lost");
    const url = new URL(this.path, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    // A browser cannot add headers to a WebSocket, so the tenant goes into the query.
    const values = { ...this.query(), tenant: currentTenantId(), offset: this.position };
    for (const [name, value] of Object.entries(values))
      if (value !== undefined) url.searchParams.set(name, String(value));
    // Where to begin is said once; later the offset says it.
    if (this.position !== undefined) url.searchParams.delete("tail");
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      if (socket !== this.socket) return;
      this.handlers.state("live");
    };
    socket.onmessage = (message: MessageEvent<unknown>) => {
      if (socket === this.socket && message.data instanceof ArrayBuffer)
        this.receive(new Uint8Array(message.data));
    };
    socket.onclose = ({ code }) => {
      if (socket !== this.socket) return;
      this.socket = undefined;
      if (this.finished) return;
      if (code === SIGNED_OUT || code === FORBIDDEN) {
        this.end();
        this.handlers.problem(
          code === SIGNED_OUT
            ? { code: "signed_out", message: "Your session has ended", next_step: "Sign in again." }
            : {
                code: "access_ended",
                message: "You may not use this any more",
                next_step: "Ask an owner or admin of the tenant.",
              },
        );
        accessMayHaveChanged();
        return;
      }
      this.handlers.state("lost");
      this.timer = setTimeout(() => this.connect(), retryDelay(this.attempt++));
    };
  }

  private receive(message: Uint8Array): void {
    let frame: Frame;
    try {
      frame = decodeFrame(message);
    } catch (error) {
      if (error instanceof FrameError) return;
      throw error;
    }
    this.attempt = 0;
    switch (frame.kind) {
      case "output":
      case "error-output": {
        const step = advance(this.position, frame.offset, frame.bytes);
        this.position = step.position;
        if (step.missing > 0) this.handlers.gap(step.missing);
        if (step.bytes.length > 0) this.handlers.output(step.bytes);
        return;
      }
      case "snapshot":
        this.position = frame.offset;
        this.handlers.snapshot?.(frame.columns, frame.rows, frame.bytes);
        return;
      case "gap":
        this.position = Math.max(this.position ?? 0, frame.to);
        this.handlers.gap(frame.to - frame.from);
        return;
      case "resized":
        this.handlers.resized?.(frame.columns, frame.rows);
        return;
      case "exit":
        this.end();
        this.handlers.exit?.({ code: frame.code, signal: frame.signal, outOfMemory: frame.outOfMemory });
        return;
      case "problem":
        this.end();
        this.handlers.problem(frame.problem);
        return;
      case "ping":
        this.send({ kind: "ping" });
        return;
      default:
        return;
    }
  }

  private end(): void {
    this.close();
    this.handlers.state("ended");
  }
}
