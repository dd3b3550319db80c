import { describe, expect, test } from "vitest";

import { decodeFrame, encodeFrame, FrameError, type Frame } from "./frames";

const bytes = Uint8Array.from([0, 27, 91, 255]);

describe("frames", () => {
  const all: Frame[] = [
    { kind: "output", offset: 2 ** 40 + 7, bytes },
    { kind: "error-output", offset: 0, bytes: new Uint8Array() },
    { kind: "snapshot", offset: 99, columns: 120, rows: 40, bytes },
    { kind: "exit", code: -1, signal: 9, outOfMemory: true },
    { kind: "gap", from: 10, to: 2 ** 33 },
    { kind: "problem", problem: { code: "gone", message: "It is gone.", next_step: "Open another." } },
    { kind: "resized", columns: 80, rows: 24 },
    { kind: "reply", json: '{"ok":true}' },
    { kind: "input", bytes },
    { kind: "input-end" },
    { kind: "resize", columns: 65_535, rows: 1 },
    { kind: "signal", number: 15 },
    { kind: "ping" },
    { kind: "unknown", code: 0x77 },
  ];
  test.each(all)("$kind comes back as it was", (frame) => {
    expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
  });

  test("the bytes are those that the server writes", () => {
    expect([...encodeFrame({ kind: "output", offset: 258, bytes: Uint8Array.of(65) })]).toEqual([
      1, 0, 0, 0, 0, 0, 0, 1, 2, 65,
    ]);
    expect([...encodeFrame({ kind: "resize", columns: 80, rows: 24 })]).toEqual([0x13, 0, 80, 0, 24]);
    expect([...encodeFrame({ kind: "exit", code: 1, signal: 0, outOfMemory: false })]).toEqual([
      4, 0, 0, 0, 1, 0, 0, 0, 0, 0,
    ]);
  });

  test("a message inside a larger buffer is read from its own beginning", () => {
    const message = encodeFrame({ kind: "gap", from: 1, to: 2 });
    const larger = new Uint8Array(message.length + 6);
    larger.set(message, 3);
    expect(decodeFrame(larger.subarray(3, 3 + message.length))).toEqual({ kind: "gap", from: 1, to: 2 });
  });

  test.each([[[]], [[1, 0]], [[3, 0, 0, 0, 0, 0, 0, 0, 1]], [[4, 0]], [[5]], [[7, 0]], [[0x14]]])(
    "refuses %j",
    (message) => {
      expect(() => decodeFrame(Uint8Array.from(message))).toThrow(FrameError);
    },
  );

  test("an offset beyond 2^53 is refused instead of rounded", () => {
    expect(() => decodeFrame(Uint8Array.from([1, 255, 255, 255, 255, 255, 255, 255, 255]))).toThrow(
      FrameError,
    );
  });

  test("a problem that is no JSON still says something", () => {
    expect(decodeFrame(Uint8Array.of(6, 123))).toMatchObject({
      kind: "problem",
      problem: { code: "stream_failed" },
    });
  });

  test("any bytes decode or are refused with our error", () => {
    let seed = 1;
    const next = () => (seed = (seed * 48_271) % 2_147_483_647);
    for (let round = 0; round < 3000; round += 1) {
      const message = Uint8Array.from({ length: next() % 24 }, () => next() % 256);
      try {
        decodeFrame(message);
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError);
      }
    }
  });
});
