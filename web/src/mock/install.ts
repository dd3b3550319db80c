/** Puts a server into the page: `fetch` and `WebSocket` answer from memory. Only in mode `mock`; never part of a release. */
import description from "../../../openapi/stead-v1.json?url";
import { decodeFrame, encodeFrame, type Frame } from "@/api/frames";
import { answer } from "./routes";
import { consoleText, Shell } from "./shell";
import { World, type Scenario } from "./world";

const SCENARIOS: readonly string[] = ["rich", "empty", "anonymous", "offline"];

export function installMockServer(): void {
  const wanted = localStorage.getItem("stead.mock") ?? "rich";
  const world = new World(SCENARIOS.includes(wanted) ? (wanted as Scenario) : "rich");
  const real = window.fetch.bind(window);

  window.fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (url.pathname === "/v1/openapi.json") return real(description);
    if (url.origin !== window.location.origin || !url.pathname.startsWith("/v1/")) return real(input, init);
    await new Promise((resolve) => setTimeout(resolve, 25));
    if (url.pathname === "/v1/events") return events(world, init?.signal ?? undefined);
    const text = await request.text();
    const given = answer(world, request.method, url, text === "" ? undefined : JSON.parse(text));
    if (url.pathname.startsWith("/v1/auth/") && request.method === "POST" && signedIn(given.body)) {
      localStorage.setItem("stead.mock", "rich");
      (world as { scenario: Scenario }).scenario = "rich";
    }
    return new Response(given.body === undefined ? null : JSON.stringify(given.body), {
      status: given.status,
      headers: { "content-type": given.status < 400 ? "application/json" : "application/problem+json" },
    });
  };
  Object.assign(window, { WebSocket: mockSocket(world), steadMock: world });
}

const signedIn = (body: unknown): boolean =>
  typeof body === "object" && body !== null && "kind" in body && body.kind === "signed_in";

function events(world: World, signal: AbortSignal | undefined): Response {
  if (world.scenario === "offline") return new Response(null, { status: 503 });
  const encoder = new TextEncoder();
  let id = 0;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(": hello\n\n"));
      const leave = world.subscribe((event) => {
        id += 1;
        controller.enqueue(
          encoder.encode(`id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
        );
      });
      signal?.addEventListener("abort", () => {
        leave();
        try {
          controller.error(new DOMException("aborted", "AbortError"));
        } catch {
          // The reader has left already.
        }
      });
    },
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
}

function mockSocket(world: World) {
  return class MockSocket {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readyState = 0;
    binaryType = "arraybuffer";
    onopen: (() => void) | null = null;
    onmessage: ((message: { data: ArrayBuffer }) => void) | null = null;
    onclose: (() => void) | null = null;
    private offset = 0;
    private shell: Shell | undefined;
    private timer: ReturnType<typeof setInterval> | undefined;

    constructor(address: string | URL) {
      const url = new URL(address);
      const [, , , reference = "", kind] = url.pathname.split("/");
      const instance = world.find(decodeURIComponent(reference));
      setTimeout(() => {
        if (this.readyState !== 0) return;
        this.readyState = 1;
        this.onopen?.();
        if (kind === "console") this.console();
        else
          this.terminal(
            instance?.name ?? "box",
            Number(url.searchParams.get("columns") ?? 80),
            Number(url.searchParams.get("rows") ?? 24),
          );
      }, 30);
    }

    private deliver(frame: Frame): void {
      if (this.readyState !== 1) return;
      const message = encodeFrame(frame);
      this.onmessage?.({
        data: message.buffer.slice(message.byteOffset, message.byteOffset + message.byteLength),
      });
    }

    private output(text: string): void {
      const bytes = new TextEncoder().encode(text);
      this.deliver({ kind: "output", offset: this.offset, bytes });
      this.offset += bytes.length;
    }

    private terminal(host: string, columns: number, rows: number): void {
      this.shell = new Shell(host);
      this.deliver({
        kind: "snapshot",
        offset: 0,
        columns,
        rows,
        bytes: new TextEncoder().encode(this.shell.screen()),
      });
    }

    private console(): void {
      this.deliver({ kind: "gap", from: 0, to: 18_422 });
      this.offset = 18_422;
      this.output(consoleText());
      this.timer = setInterval(() => {
        const now = new Date().toISOString().slice(11, 19);
        this.output(
          `\u001b[2m${now}\u001b[0m \u001b[32mINFO\u001b[0m  GET /products \u001b[2m200\u001b[0m ${8 + Math.floor(Math.random() * 30)} ms\n`,
        );
      }, 1500);
    }

    send(data: Uint8Array): void {
      const frame = decodeFrame(new Uint8Array(data));
      if (frame.kind === "resize")
        this.deliver({ kind: "resized", columns: frame.columns, rows: frame.rows });
      if (frame.kind !== "input") return;
      const text = new TextDecoder().decode(frame.bytes);
      if (!this.shell) {
        this.output(`\u001b[36m› ${text.trimEnd()}\u001b[0m\n`);
        return;
      }
      this.output(this.shell.type(text));
      if (this.shell.ended) this.deliver({ kind: "exit", code: 0, signal: 0, outOfMemory: false });
    }

    close(): void {
      clearInterval(this.timer);
      if (this.readyState === 3) return;
      this.readyState = 3;
      setTimeout(() => this.onclose?.(), 0);
    }
  };
}
