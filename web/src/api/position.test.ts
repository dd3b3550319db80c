import { expect, test } from "vitest";

import { advance } from "./position";

const bytes = Uint8Array.of(1, 2, 3, 4);

test("the first piece sets the position", () => {
  expect(advance(undefined, 100, bytes)).toEqual({ bytes, position: 104, missing: 0 });
});
test("what follows is taken whole", () => {
  expect(advance(104, 104, bytes)).toEqual({ bytes, position: 108, missing: 0 });
});
test("repeated bytes are left out", () => {
  expect(advance(106, 104, bytes)).toEqual({ bytes: Uint8Array.of(3, 4), position: 108, missing: 0 });
  expect(advance(108, 104, bytes)).toEqual({ bytes: new Uint8Array(), position: 108, missing: 0 });
  expect(advance(500, 104, bytes)).toEqual({ bytes: new Uint8Array(), position: 500, missing: 0 });
});
test("a hole is counted", () => {
  expect(advance(100, 104, bytes)).toEqual({ bytes, position: 108, missing: 4 });
});
