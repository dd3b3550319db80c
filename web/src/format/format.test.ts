import { describe, expect, test } from "vitest";

import { bytes, cores, parseSize, percent, plural } from "./numbers";
import { between, duration, relative } from "./time";

describe("numbers", () => {
  test.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.5 KiB"],
    [1024 ** 2 - 1, "1 MiB"],
    [4 * 1024 ** 3, "4 GiB"],
    [690.4 * 1024 ** 2, "690 MiB"],
    [undefined, "–"],
    [null, "–"],
  ])("bytes(%s) is %s", (value, text) => expect(bytes(value)).toBe(text));
  test("cores", () =>
    expect([cores(2000), cores(640), cores(12), cores(null)]).toEqual(["2 CPU", "0.6 CPU", "0.01 CPU", "–"]));
  test("percent", () =>
    expect([percent(1, 1000), percent(0, 10), percent(5, 10), percent(undefined, 10)]).toEqual([
      "<1 %",
      "0 %",
      "50 %",
      "–",
    ]));
  test("plural", () =>
    expect([plural(1, "node"), plural(2048, "node"), plural(0, "address", "addresses")]).toEqual([
      "1 node",
      "2,048 nodes",
      "0 addresses",
    ]));
  test.each([
    ["4 GiB", 4 * 1024 ** 3],
    ["512m", 512 * 1024 ** 2],
    ["1,5g", 1.5 * 1024 ** 3],
    ["8", 8 * 1024 ** 3],
    ["100 B", 100],
    ["much", undefined],
    ["", undefined],
  ])("parseSize(%s) is %s", (text, value) => expect(parseSize(text)).toBe(value));
  test("what is written is read back", () => {
    for (const value of [1, 2, 4, 8, 16]) expect(parseSize(bytes(value * 1024 ** 3))).toBe(value * 1024 ** 3);
  });
});

describe("times", () => {
  const now = Date.parse("2026-06-01T12:00:00Z");
  test.each([
    [3, "just now"],
    [42, "42 s ago"],
    [12 * 60, "12 min ago"],
    [5 * 3600, "5 h ago"],
    [40 * 3600, "1 days ago"],
    [3 * 86_400, "3 days ago"],
    [-600, "in 10 min"],
  ])("%s s before now is “%s”", (seconds, text) =>
    expect(relative(now - seconds * 1000, now)).toBe(text.replace("1 days", "1 day")),
  );
  test.each([
    [412, "412 ms"],
    [2190, "2.1 s"],
    [59_900, "59 s"],
    [125_000, "2 min 5 s"],
    [3_600_000, "1 h"],
    [12_000_000, "3 h 20 min"],
    [undefined, "–"],
  ])("duration(%s) is %s", (milliseconds, text) => expect(duration(milliseconds)).toBe(text));
  test("between", () => {
    expect(between("2026-06-01T11:59:58Z", null, now)).toBe(2000);
    expect(between("2026-06-01T11:59:58Z", "2026-06-01T11:59:59Z", now)).toBe(1000);
    expect(between(null, null, now)).toBeUndefined();
  });
});
