/**
 * The frames of consoles and terminals, as `crates/core/src/frame.rs` defines them. In a WebSocket each binary message is
 * `kind: u8` and the payload; numbers are big-endian. Offsets stay below 2^53, so that `number` holds them.
 */
export type Frame =
  | { kind: "output"; offset: number; bytes: Uint8Array }
  | { kind: "error-output"; offset: number; bytes: Uint8Array }
  | { kind: "snapshot"; offset: number; columns: number; rows: number; bytes: Uint8Array }
  | { kind: "exit"; code: number; signal: number; outOfMemory: boolean }
  | { kind: "gap"; from: number; to: number }
  | { kind: "problem"; problem: { message: string; code: string; next_step?: string } }
  | { kind: "resized"; columns: number; rows: number }
  | { kind: "reply"; json: string }
  | { kind: "input"; bytes: Uint8Array }
  | { kind: "input-end" }
  | { kind: "resize"; columns: number; rows: number }
  | { kind: "signal"; number: number }
  | { kind: "ping" }
  | { kind: "unknown"; code: number };

export class FrameError extends Error {}

/** Pastes are cut into pieces of this size, far below what a reader accepts. */
export const MAX_INPUT = 64 * 1024;

function put(kind: number, length: number): { message: Uint8Array<ArrayBuffer>; view: DataView } {
  const message = new Uint8Array(1 + length);
  message[0] = kind;
  return { message, view: new DataView(message.buffer, 1) };
}

export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  switch (frame.kind) {
    case "output":
    case "error-output": {
      const { message, view } = put(frame.kind === "output" ? 0x01 : 0x02, 8 + frame.bytes.length);
      view.setBigUint64(0, BigInt(frame.offset));
      message.set(frame.bytes, 9);
      return message;
    }
    case "snapshot": {
      const { message, view } = put(0x03, 12 + frame.bytes.length);
      view.setBigUint64(0, BigInt(frame.offset));
      view.setUint16(8, frame.columns);
      view.setUint16(10, frame.rows);
      message.set(frame.bytes, 13);
      return message;
    }
    case "exit": {
      const { message, view } = put(0x04, 9);
      view.setInt32(0, frame.code);
      view.setInt32(4, frame.signal);
      view.setUint8(8, frame.outOfMemory ? 1 : 0);
      return message;
    }
    case "gap": {
      const { message, view } = put(0x05, 16);
      view.setBigUint64(0, BigInt(frame.from));
      view.setBigUint64(8, BigInt(frame.to));
      return message;
    }
    case "problem":
    case "reply": {
      const json = new TextEncoder().encode(
        frame.kind === "problem" ? JSON.stringify(frame.problem) : frame.json,
      );
      const { message } = put(frame.kind === "problem" ? 0x06 : 0x08, json.length);
      message.set(json, 1);
      return message;
    }
    case "resized":
    case "resize": {
      const { message, view } = put(frame.kind === "resized" ? 0x07 : 0x13, 4);
      view.setUint16(0, frame.columns);
      view.setUint16(2, frame.rows);
      return message;
    }
    case "input": {
      const { message } = put(0x11, frame.bytes.length);
      message.set(frame.bytes, 1);
      return message;
    }
    case "input-end":
      return Uint8Array.of(0x12);
    case "signal":
      return Uint8Array.of(0x14, frame.number);
    case "ping":
      return Uint8Array.of(0x1f);
    case "unknown":
      return Uint8Array.of(frame.code);
  }
}

/** Throws `FrameError` when the message is empty, too short for its kind or says nonsense. */
export function decodeFrame(message: Uint8Array): Frame {
  const kind = message[0];
  if (kind === undefined) throw new FrameError("an empty message is no frame");
  const payload = message.subarray(1);
  const view = new DataView(message.buffer, message.byteOffset + 1, payload.length);
  const need = (length: number) => {
    if (payload.length < length) {
      throw new FrameError(
        `a frame of kind 0x${kind.toString(16)} has a payload of ${payload.length} bytes, which is too short`,
      );
    }
  };
  const offset = (at: number) => {
    const value = view.getBigUint64(at);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new FrameError(`the offset ${value} is beyond what a stream can reach`);
    return Number(value);
  };
  switch (kind) {
    case 0x01:
    case 0x02:
      need(8);
      return {
        kind: kind === 0x01 ? "output" : "error-output",
        offset: offset(0),
        bytes: payload.subarray(8),
      };
    case 0x03:
      need(12);
      return {
        kind: "snapshot",
        offset: offset(0),
        columns: view.getUint16(8),
        rows: view.getUint16(10),
        bytes: payload.subarray(12),
      };
    case 0x04:
      need(9);
      return {
        kind: "exit",
        code: view.getInt32(0),
        signal: view.getInt32(4),
        outOfMemory: view.getUint8(8) !== 0,
      };
    case 0x05:
      need(16);
      return { kind: "gap", from: offset(0), to: offset(8) };
    case 0x06:
      return { kind: "problem", problem: problem(new TextDecoder().decode(payload)) };
    case 0x07:
    case 0x13:
      need(4);
      return {
        kind: kind === 0x07 ? "resized" : "resize",
        columns: view.getUint16(0),
        rows: view.getUint16(2),
      };
    case 0x08:
      return { kind: "reply", json: new TextDecoder().decode(payload) };
    case 0x11:
      return { kind: "input", bytes: payload };
    case 0x12:
      return { kind: "input-end" };
    case 0x14:
      need(1);
      return { kind: "signal", number: view.getUint8(0) };
    case 0x1f:
      return { kind: "ping" };
    default:
      return { kind: "unknown", code: kind };
  }
}

function problem(json: string): { message: string; code: string; next_step?: string } {
  const fallback = {
    code: "stream_failed",
    message: "The stream ended with a problem that could not be read.",
  };
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null) return fallback;
    const { message, code, next_step } = value as Record<string, unknown>;
    return {
      code: typeof code === "string" ? code : fallback.code,
      message: typeof message === "string" ? message : fallback.message,
      ...(typeof next_step === "string" ? { next_step } : {}),
    };
  } catch {
    return fallback;
  }
}
