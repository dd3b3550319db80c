import { describe, expect, test, vi } from "vitest";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
import { formatEnv, parseEnv } from "./instances/env-text";
import { readResources } from "./instances/resource-fields";
import { repositoryLink, repositoryWords, safeHref } from "./instances/words";
import { kindWords } from "./operations/kinds";
import { curl, fill, sample, typeWords, type Endpoint } from "./reference/description";
import { tokenFrom, whereTo } from "./sign-in/sign-in-link";
import { arrow, withControl } from "./terminals/keys";
import { browserWords } from "./account/browser-words";
import { fieldErrors, problemFrom } from "../api/problem";
import { rank } from "../app/rank";

describe("signing in", () => {
  test("takes the token out of a link or as it is", () => {
    expect(tokenFrom("http://localhost:7433/sign-in#k3vY8wq2ZtN5")).toBe("k3vY8wq2ZtN5");
    expect(tokenFrom("#k3vY8wq2ZtN5")).toBe("k3vY8wq2ZtN5");
    expect(tokenFrom(" k3vY8wq2ZtN5 ")).toBe("k3vY8wq2ZtN5");
    expect(tokenFrom("")).toBeUndefined();
    expect(tokenFrom("<script>alert(1)</script>")).toBeUndefined();
  });
  test.each([
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "/a\nb",
    "/sign-in?from=/sign-in",
    undefined,
    "",
  ])("does not go to %j afterwards", (from) => expect(whereTo(from)).toBe("/instances"));
  test("goes back to where one was", () =>
    expect(whereTo("/instances/shop/terminal?id=1")).toBe("/instances/shop/terminal?id=1"));
});

describe("environment variables", () => {
  test("reads what people paste", () => {
    expect(parseEnv('# comment\nA=1\nexport B=\'x y\'\nC="say \\"hi\\"\\n"\n\nD=\n')).toEqual({
      env: { A: "1", B: "x y", C: 'say "hi"\n', D: "" },
    });
  });
  test("names the wrong line", () => {
    expect(parseEnv("A=1\nnonsense").error).toContain("Line 2");
    expect(parseEnv("1A=1").error).toContain("Line 1");
  });
  test("what is written is read back", () => {
    const env = {
      A: "plain",
      B: " spaced ",
      C: 'quote "d"',
      D: "two\nlines",
      E: "",
      F: "'single'",
      G: "back\\slash",
      H: '"x',
    };
    expect(parseEnv(formatEnv(env)).env).toEqual(env);
  });
});

describe("repositories", () => {
  test.each([
    ["https://github.com/acme/shop.git", "github.com/acme/shop", "https://github.com/acme/shop"],
    ["git@github.com:acme/shop.git", "github.com/acme/shop", "https://github.com/acme/shop"],
    ["ssh://git@git.acme.dev:2222/shop.git", "git.acme.dev:2222/shop", undefined],
    ["https://user:secret@git.acme.dev/shop", "git.acme.dev/shop", "https://git.acme.dev/shop"],
  ])("%s", (url, words, link) => {
    expect(repositoryWords(url)).toBe(words);
    expect(repositoryLink(url)).toBe(link);
  });
  test("only web addresses become links", () => {
    expect(safeHref("javascript:alert(1)")).toBeUndefined();
    expect(safeHref("http://3000--shop.localhost:7433/")).toBeDefined();
  });
});

test("resources are read or say what is wrong", () => {
  expect(readResources({ cpu: "0.5", memory: "512 MiB", disk: "10" }).resources).toEqual({
    cpu_millis: 500,
    memory_bytes: 512 * 1024 ** 2,
    disk_bytes: 10 * 1024 ** 3,
  });
  expect(readResources({ cpu: "lots", memory: "1", disk: "1" }).error).toContain("CPU");
  expect(readResources({ cpu: "1", memory: "-", disk: "1" }).error).toContain("Memory");
});

test("kinds of operations read as words, unknown ones too", () => {
  expect([kindWords("instance.create"), kindWords("backup.verify_all")]).toEqual(["Create", "Verify all"]);
});

test("the key row sends what programs expect", () => {
  expect([
    withControl("c"),
    withControl("["),
    withControl("?"),
    withControl(" "),
    withControl("é"),
    withControl("ab"),
  ]).toEqual(["\u0003", "\u001b", "\u007f", "\u0000", "é", "ab"]);
  expect([arrow("\u001b[A", true), arrow("\u001b[A", false), arrow("\t", true)]).toEqual([
    "\u001bOA",
    "\u001b[A",
    "\t",
  ]);
});

test("browsers are named as people know them", () => {
  expect(
    browserWords(
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
    ),
  ).toBe("Chrome on Linux");
  expect(browserWords("stead/0.1.0")).toBe("Stead command line");
  expect(browserWords(null)).toBe("Unknown device");
});

test("field errors find their field, the rest the whole form", () => {
  const error = problemFrom(422, {
    detail: "No.",
    errors: [
      { field: "resources.memory_bytes", message: "Too much." },
      { field: "odd", message: "Strange." },
    ],
  });
  expect(fieldErrors(error, ["resources", "name"])).toEqual({ resources: "Too much.", "": "Strange." });
  expect(problemFrom(502, "<html>", "req_1")).toMatchObject({ status: 502, requestId: "req_1" });
});

test("the palette puts the best first", () => {
  const items = ["Restart shop", "shop", "Terminal of shop", "docs"];
  expect(rank("shop", items, String)[0]).toBe("shop");
  expect(rank("term shop", items, String)).toEqual(["Terminal of shop"]);
  expect(rank("zzz", items, String)).toEqual([]);
});

describe("the API reference", () => {
  const endpoint: Endpoint = {
    id: "x",
    method: "GET",
    path: "/v1/instances/{instance}",
    tag: "instances",
    summary: "",
    description: undefined,
    parameters: [
      { name: "instance", in: "path" },
      { name: "q", in: "query" },
      { name: "If-Match", in: "header" },
    ],
    bodyMedia: undefined,
    body: undefined,
    answers: [],
    anonymous: false,
    socket: false,
    permission: undefined,
  };
  test("fills in parameters", () => {
    expect(fill(endpoint, { instance: "a/b", q: "", "If-Match": "3" })).toEqual({
      path: "/v1/instances/a%2Fb",
      headers: { "If-Match": "3" },
    });
  });
  test("types in words", () => {
    expect(typeWords({ type: ["string", "null"] })).toBe("string");
    expect(typeWords({ type: "array", items: { $ref: "#/components/schemas/Port" } })).toBe("Port[]");
    expect(typeWords({ oneOf: [{ type: "null" }, { $ref: "#/x/Usage" }] })).toBe("Usage");
  });
  test("a body to begin from has the required fields", () => {
    expect(
      sample(
        { info: { title: "", version: "" }, paths: {} },
        {
          type: "object",
          required: ["name"],
          properties: { name: { type: "string" }, more: { type: "string" } },
        },
      ),
    ).toEqual({ name: "" });
  });
  test("a shell gets the same request", () => {
    expect(curl("http://x", "POST", "/v1/a", {}, '{"a":"it\'s"}')).toContain(`-d '{"a":"it'\\''s"}'`);
  });
});
