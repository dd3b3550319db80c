import { expect, test } from "vitest";

import { SseParser } from "./sse";

const stream =
  ': hello\n\nid: 7\nevent: instance\ndata: {"a":1}\n\nevent: usage\r\ndata: x\r\ndata: y\r\n\r\nid: 8\n\ndata: last\n\n';
const events = [
  { id: "7", event: "instance", data: '{"a":1}' },
  { id: "7", event: "usage", data: "x\ny" },
  { id: "8", event: "message", data: "last" },
];

test("reads fields, comments, several lines and both line ends", () => {
  expect(new SseParser().push(stream)).toEqual(events);
});
test("any cut of the stream gives the same events", () => {
  for (let size = 1; size < 12; size += 1) {
    const parser = new SseParser();
    const got = [];
    for (let at = 0; at < stream.length; at += size) got.push(...parser.push(stream.slice(at, at + size)));
    expect(got, `pieces of ${size}`).toEqual(events);
  }
});
test("an unfinished event waits", () => {
  const parser = new SseParser();
  expect(parser.push("data: a\n")).toEqual([]);
  expect(parser.push("\n")).toHaveLength(1);
});
