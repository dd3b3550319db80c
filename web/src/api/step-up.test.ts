import { afterEach, expect, test, vi } from "vitest";

import { fetchWithStepUp, setStepUpHandler } from "./step-up";

const refused = () =>
  Response.json({ code: "step_up_required", detail: "A fresh proof is needed." }, { status: 403 });
const request = (body: string) => new Request("http://localhost/v1/me", { method: "POST", body });

afterEach(() => {
  setStepUpHandler(undefined);
  vi.unstubAllGlobals();
});

test("what wants a proof waits for it and is sent again with its body; several ask once", async () => {
  let proven = false;
  const bodies: string[] = [];
  vi.stubGlobal("fetch", async (sent: Request) => {
    bodies.push(await sent.text());
    return proven ? new Response(null, { status: 204 }) : refused();
  });
  let asked = 0;
  setStepUpHandler(async () => {
    asked += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    proven = true;
    return true;
  });
  const answers = await Promise.all([fetchWithStepUp(request("a")), fetchWithStepUp(request("b"))]);
  expect(answers.map((answer) => answer.status)).toEqual([204, 204]);
  expect(asked).toBe(1);
  expect(bodies.toSorted()).toEqual(["a", "a", "b", "b"]);
});

test("giving up is an error of its own, and nothing is sent again", async () => {
  let sent = 0;
  vi.stubGlobal("fetch", () => {
    sent += 1;
    return Promise.resolve(refused());
  });
  setStepUpHandler(() => Promise.resolve(false));
  await expect(fetchWithStepUp(request("a"))).rejects.toMatchObject({ code: "step_up_cancelled" });
  expect(sent).toBe(1);
});

test("other refusals pass as they are", async () => {
  vi.stubGlobal("fetch", () =>
    Promise.resolve(Response.json({ code: "forbidden", detail: "No." }, { status: 403 })),
  );
  setStepUpHandler(() => Promise.reject(new Error("must not be asked")));
  const answer = await fetchWithStepUp(request("a"));
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({ code: "forbidden" });
});
