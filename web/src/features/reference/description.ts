/** Reading an OpenAPI description for people. Pure. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  allOf?: Schema[];
  anyOf?: Schema[];
  additionalProperties?: boolean | Schema;
  format?: string;
  example?: unknown;
  minimum?: number;
  maximum?: number;
  default?: unknown;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
  description?: string;
  required?: boolean;
}

interface RawEndpoint {
  tags?: string[];
  summary?: string;
  description?: string;
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: Content;
  responses?: Record<string, Content>;
  security?: unknown[];
  "x-stead-websocket"?: boolean;
  "x-stead-permission"?: string;
}

export interface Description {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, RawEndpoint> & { parameters?: Parameter[] }>;
  components?: { schemas?: Record<string, Schema> };
}

export interface Endpoint {
  id: string;
  method: string;
  path: string;
  tag: string;
  summary: string;
  description: string | undefined;
  parameters: Parameter[];
  bodyMedia: string | undefined;
  body: Schema | undefined;
  answers: {
    status: string;
    media: string | undefined;
    schema: Schema | undefined;
    description: string | undefined;
  }[];
  anonymous: boolean;
  socket: boolean;
  permission: string | undefined;
}

const METHODS = ["get", "post", "put", "patch", "delete"];

export function endpoints(description: Description): Endpoint[] {
  const result: Endpoint[] = [];
  for (const [path, item] of Object.entries(description.paths)) {
    for (const method of METHODS) {
      const raw = item[method];
      if (!raw) continue;
      const body = first(raw.requestBody);
      result.push({
        id: raw.operationId ?? `${method}-${path}`,
        method: method.toUpperCase(),
        path,
        tag: raw.tags?.[0] ?? "other",
        summary: raw.summary ?? raw.operationId ?? path,
        description: raw.description,
        // The tenant is the one of the page, sent with every request.
        parameters: [...(item.parameters ?? []), ...(raw.parameters ?? [])].filter(
          (parameter) => parameter.name !== "Stead-Tenant",
        ),
        bodyMedia: body?.media,
        body: body?.schema,
        answers: Object.entries(raw.responses ?? {}).map(([status, answer]) => ({
          status,
          media: first(answer)?.media,
          schema: first(answer)?.schema,
          description: answer.description,
        })),
        anonymous: Array.isArray(raw.security) && raw.security.length === 0,
        socket: raw["x-stead-websocket"] ?? "101" in (raw.responses ?? {}),
        permission: raw["x-stead-permission"],
      });
    }
  }
  return result;
}

function first(content: Content | undefined): { media: string; schema: Schema | undefined } | undefined {
  const entry = Object.entries(content?.content ?? {})[0];
  return entry ? { media: entry[0], schema: entry[1].schema } : undefined;
}

export function firstSentence(text: string): string {
  const end = /[.:]\s/.exec(text);
  return (end ? text.slice(0, end.index) : text).replace(/\.$/, "");
}

export function resolve(
  description: Description,
  schema: Schema | undefined,
): { schema: Schema; name?: string } {
  if (!schema) return { schema: {} };
  if (!schema.$ref) return { schema };
  const name = schema.$ref.split("/").pop() ?? "";
  return { schema: description.components?.schemas?.[name] ?? {}, name };
}

/** `string`, `Instance[]`, `"oci" | "sim"`, with `?` left to the caller. */
export function typeWords(schema: Schema | undefined): string {
  if (!schema) return "anything";
  if (schema.$ref) return schema.$ref.split("/").pop() ?? "object";
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const parts = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (parts) {
    return parts
      .filter((part) => part.type !== "null")
      .map(typeWords)
      .join(schema.allOf ? " & " : " | ");
  }
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type ?? "anything"]).filter(
    (type) => type !== "null",
  );
  return types
    .map((type) =>
      type === "array"
        ? `${typeWords(schema.items)}[]`
        : type === "object" && typeof schema.additionalProperties === "object"
          ? `map of ${typeWords(schema.additionalProperties)}`
          : type,
    )
    .join(" | ");
}

/** A body to begin from: the required fields, or all of a small object. */
export function sample(description: Description, schema: Schema | undefined, depth = 0): unknown {
  if (!schema || depth > 4) return null;
  if (schema.example !== undefined) return schema.example;
  const { schema: real } = resolve(description, schema);
  if (real.example !== undefined) return real.example;
  if (real.enum) return real.enum[0];
  const parts = real.oneOf ?? real.anyOf;
  if (parts)
    return sample(
      description,
      parts.find((part) => part.type !== "null"),
      depth + 1,
    );
  const type = Array.isArray(real.type) ? real.type.find((name) => name !== "null") : real.type;
  switch (type) {
    case "object":
      return Object.fromEntries(
        (real.required ?? []).map((name) => [name, sample(description, real.properties?.[name], depth + 1)]),
      );
    case "array":
      return [];
    case "integer":
    case "number":
      return real.minimum ?? 0;
    case "boolean":
      return false;
    case "string":
      return "";
    default:
      return null;
  }
}

/** The address with its parameters filled in; empty optional ones are left out. */
export function fill(
  endpoint: Endpoint,
  values: Readonly<Record<string, string>>,
): { path: string; headers: Record<string, string> } {
  let path = endpoint.path;
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  for (const parameter of endpoint.parameters) {
    const value = values[parameter.name] ?? "";
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value === "") continue;
    else if (parameter.in === "query") query.set(parameter.name, value);
    else if (parameter.in === "header") headers[parameter.name] = value;
  }
  const text = query.toString();
  return { path: text ? `${path}?${text}` : path, headers };
}

/** The same request for a shell. */
export function curl(
  origin: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): string {
  const quote = (text: string) => `'${text.replace(/'/g, "'\\''")}'`;
  const parts = [
    "curl",
    ...(method === "GET" ? [] : ["-X", method]),
    quote(origin + path),
    "-H",
    quote("Authorization: Bearer $STEAD_TOKEN").replace(/'/g, '"'),
  ];
  for (const [name, value] of Object.entries(headers)) parts.push("-H", quote(`${name}: ${value}`));
  if (body !== undefined) parts.push("-H", quote("Content-Type: application/json"), "-d", quote(body));
  return parts.join(" ");
}
