import { expect, test } from "vitest";

import { pendingFrom, problemWords } from "./problems";

test("what a second factor completes is read from the fragment alone", () => {
  expect(pendingFrom("#pending=abc&methods=totp,passkey")).toEqual({
    pending: "abc",
    methods: ["totp", "passkey"],
  });
  expect(pendingFrom("#pending=abc")).toBeUndefined();
  expect(pendingFrom("#one-time-token")).toBeUndefined();
});

test("every reason has words, known or not", () => {
  expect(problemWords("source_email_unverified")[0]).toContain("not confirmed");
  expect(problemWords("something_new")[1]).toContain("something_new");
});
