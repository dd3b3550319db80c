import { useQuery } from "@tanstack/react-query";
import { ChevronRight, Download, Play } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import { Page } from "@/app/page";
import { duration } from "@/format/time";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { cx } from "@/ui/cx";
import { Field, Input, TextArea } from "@/ui/field";
import { SkeletonRows } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { Badge } from "@/ui/state-pill";
import { Words } from "@/ui/words";
import type { Tone } from "@/ui/states";
import {
  curl,
  endpoints,
  fill,
  firstSentence,
  resolve,
  sample,
  typeWords,
  type Description,
  type Endpoint,
  type Schema,
} from "./description";
import { descriptionQuery, useTrial } from "./queries";

const METHOD_TONES: Record<string, Tone> = {
  GET: "busy",
  POST: "ok",
  PUT: "warn",
  PATCH: "warn",
  DELETE: "bad",
};

/** The server's own description of its API, readable and ready to try. */
export function ReferencePage() {
  const description = useQuery(descriptionQuery());
  const [filter, setFilter] = useState("");
  const all = description.data ? endpoints(description.data) : [];
  const wanted = filter.trim().toLowerCase();
  const shown = all.filter((item) =>
    `${item.method} ${item.path} ${item.summary}`.toLowerCase().includes(wanted),
  );
  const tags = [...new Set(shown.map((item) => item.tag))];
  return (
    <Page
      title="API"
      detail="Everything this page does goes through the same API. Requests that you try here run for real, as you."
      cli="stead tokens create my-script"
      narrow
      actions={
        <Button asChild>
          <a href="/v1/openapi.json" download="stead-v1.json">
            <Download aria-hidden /> OpenAPI
          </a>
        </Button>
      }
    >
      {description.isError ? (
        <ProblemNote error={description.error} />
      ) : !description.data ? (
        <SkeletonRows />
      ) : (
        <div className="flex flex-col gap-6">
          <Input
            type="search"
            aria-label="Filter the endpoints"
            placeholder="Filter by path or words"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            className="max-w-sm"
          />
          {tags.map((tag) => (
            <section key={tag} aria-labelledby={`tag-${tag}`}>
              <h2 id={`tag-${tag}`} className="mb-2 text-lg font-semibold capitalize">
                {tag.replace(/-/g, " ")}
              </h2>
              <div className="divide-y overflow-hidden rounded-lg border bg-surface">
                {shown
                  .filter((item) => item.tag === tag)
                  .map((item) => (
                    <EndpointItem
                      key={`${item.method} ${item.path}`}
                      description={description.data}
                      endpoint={item}
                    />
                  ))}
              </div>
            </section>
          ))}
          {shown.length === 0 ? <p className="text-muted">No endpoint matches “{filter}”.</p> : null}
        </div>
      )}
    </Page>
  );
}

function EndpointItem({ description, endpoint }: { description: Description; endpoint: Endpoint }) {
  const [open, setOpen] = useState(false);
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-11 w-full items-center gap-3 px-4 py-2 text-left transition-colors hover:bg-hover max-md:flex-wrap max-md:gap-y-0.5"
      >
        <ChevronRight
          aria-hidden
          className={cx("size-4 shrink-0 text-faint transition-transform", open && "rotate-90")}
        />
        <span className="w-16 shrink-0 max-md:w-auto">
          <Badge tone={METHOD_TONES[endpoint.method] ?? "still"}>{endpoint.method}</Badge>
        </span>
        <code className="font-mono text-sm break-all max-md:min-w-0 max-md:flex-1 md:shrink-0">
          {endpoint.path}
        </code>
        <span className="ml-auto min-w-0 text-right text-sm text-muted max-md:ml-7 max-md:w-full max-md:text-left">
          <Words text={firstSentence(endpoint.summary)} />
        </span>
      </button>
      {open ? <EndpointDetails description={description} endpoint={endpoint} /> : null}
    </div>
  );
}

function EndpointDetails({ description, endpoint }: { description: Description; endpoint: Endpoint }) {
  const answers = endpoint.answers.filter((answer) => /^[123]/.test(answer.status));
  return (
    <div className="flex flex-col gap-4 border-t bg-canvas px-4 py-4">
      {[endpoint.summary, endpoint.description]
        .filter((text): text is string => Boolean(text) && text !== firstSentence(text ?? ""))
        .map((text) => (
          <p key={text} className="max-w-prose text-muted">
            <Words text={text} />
          </p>
        ))}
      {endpoint.permission ? (
        <p className="text-sm text-muted">
          Needs the permission <code className="font-mono">{endpoint.permission}</code>.
        </p>
      ) : endpoint.anonymous ? (
        <p className="text-sm text-muted">Needs no sign-in.</p>
      ) : null}
      {endpoint.body ? (
        <SchemaPart
          title="Body"
          description={description}
          schema={endpoint.body}
          media={endpoint.bodyMedia}
        />
      ) : null}
      {answers.map((answer) => (
        <SchemaPart
          key={answer.status}
          title={`Answer ${answer.status}`}
          description={description}
          schema={answer.schema}
          media={answer.media}
        />
      ))}
      {endpoint.socket ? (
        <p className="text-muted">
          A WebSocket: use the terminal and console of an instance, or the command line.
        </p>
      ) : (
        <Trial description={description} endpoint={endpoint} />
      )}
    </div>
  );
}

function SchemaPart({
  title,
  description,
  schema,
  media,
}: {
  title: string;
  description: Description;
  schema: Schema | undefined;
  media: string | undefined;
}) {
  return (
    <div>
      <h3 className="mb-1 font-medium">
        {title}{" "}
        <span className="font-normal text-faint">{schema ? typeWords(schema) : "without a body"}</span>
        {media && media !== "application/json" ? (
          <span className="font-normal text-faint"> · {media}</span>
        ) : null}
      </h3>
      {schema ? <Properties description={description} schema={schema} depth={0} /> : null}
    </div>
  );
}

function Properties({
  description,
  schema,
  depth,
}: {
  description: Description;
  schema: Schema;
  depth: number;
}) {
  const { schema: real } = resolve(description, schema);
  const parts = real.oneOf ?? real.anyOf ?? real.allOf;
  if (parts) {
    return (
      <div className="flex flex-col gap-2">
        {parts
          .filter((part) => part.type !== "null")
          .map((part, index) => (
            <Properties key={index} description={description} schema={part} depth={depth} />
          ))}
      </div>
    );
  }
  if (real.type === "array" && real.items)
    return <Properties description={description} schema={real.items} depth={depth} />;
  const entries = Object.entries(real.properties ?? {});
  if (entries.length === 0) return null;
  return (
    <ul className="divide-y rounded-md border bg-surface">
      {entries.map(([name, property]) => (
        <PropertyItem
          key={name}
          description={description}
          name={name}
          property={property}
          required={real.required?.includes(name) ?? false}
          depth={depth}
        />
      ))}
    </ul>
  );
}

function PropertyItem({
  description,
  name,
  property,
  required,
  depth,
}: {
  description: Description;
  name: string;
  property: Schema;
  required: boolean;
  depth: number;
}) {
  const [open, setOpen] = useState(false);
  const inner =
    property.items ?? (property.oneOf ?? property.anyOf)?.find((part) => part.type !== "null") ?? property;
  const { schema: real } = resolve(description, inner);
  const deeper = depth < 4 && Boolean(inner.$ref) && Boolean(real.properties ?? real.oneOf);
  const words =
    real.enum && inner.$ref
      ? real.enum.map((value) => JSON.stringify(value)).join(" | ")
      : typeWords(property);
  const about = property.description ?? real.description;
  return (
    <li className="px-3 py-1.5">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <code className="font-mono text-sm font-medium">{name}</code>
        {deeper ? (
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="font-mono text-sm text-accent-ink hover:underline"
          >
            {words}
          </button>
        ) : (
          <span className="font-mono text-sm break-words text-muted">{words}</span>
        )}
        {required ? null : <span className="text-sm text-faint">optional</span>}
      </p>
      {about ? <p className="text-sm text-muted">{about}</p> : null}
      {open ? (
        <div className="mt-1.5 mb-1">
          <Properties description={description} schema={inner} depth={depth + 1} />
        </div>
      ) : null}
    </li>
  );
}

function Trial({ description, endpoint }: { description: Description; endpoint: Endpoint }) {
  const [values, setValues] = useState<Record<string, string>>({});
  const json = endpoint.bodyMedia === "application/json";
  const [text, setText] = useState(() =>
    json ? JSON.stringify(sample(description, endpoint.body), null, 2) : "",
  );
  const trial = useTrial();
  const { path, headers } = fill(endpoint, values);
  const missing = endpoint.parameters.some((parameter) => parameter.in === "path" && !values[parameter.name]);
  const body = json && text.trim() !== "" ? text : undefined;
  const streaming = endpoint.answers.some((answer) => answer.media === "text/event-stream");
  const unusual = endpoint.bodyMedia !== undefined && !json;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    trial.mutate({
      method: endpoint.method,
      path,
      headers:
        endpoint.method === "POST" && !headers["Idempotency-Key"]
          ? { ...headers, "Idempotency-Key": crypto.randomUUID() }
          : headers,
      body,
    });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-3 rounded-md border bg-surface p-3">
      <h3 className="font-medium">Try it</h3>
      {endpoint.parameters.length > 0 ? (
        <div className="grid gap-3 sm:grid-cols-2">
          {endpoint.parameters.map((parameter) => (
            <Field
              key={`${parameter.in}:${parameter.name}`}
              label={parameter.name}
              optional={!parameter.required}
              hint={parameter.description ?? (parameter.in === "header" ? "header" : undefined)}
            >
              {(props) => (
                <Input
                  {...props}
                  mono
                  value={values[parameter.name] ?? ""}
                  onChange={(event) => setValues({ ...values, [parameter.name]: event.target.value })}
                  placeholder={typeWords(parameter.schema)}
                />
              )}
            </Field>
          ))}
        </div>
      ) : null}
      {json ? (
        <Field label="Body, JSON">
          {(props) => (
            <TextArea
              {...props}
              rows={Math.min(14, text.split("\n").length + 1)}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          type="submit"
          kind={endpoint.method === "DELETE" ? "danger" : "primary"}
          disabled={missing || streaming || unusual}
          pending={trial.isPending}
        >
          <Play aria-hidden /> Send
        </Button>
        <CopyButton
          text={curl(window.location.origin, endpoint.method, path, headers, body)}
          label="Copy as curl"
        />
        <span className="text-sm text-faint">
          {streaming
            ? "A stream without end: use curl."
            : unusual
              ? "Takes bytes: use curl."
              : missing
                ? "Fill in what stands in the path."
                : ""}
        </span>
      </div>
      {trial.isError ? <ProblemNote error={trial.error} /> : null}
      {trial.data ? (
        <div>
          <p className="mb-1 flex items-center gap-2 text-sm">
            <Badge tone={trial.data.status < 400 ? "ok" : "bad"}>{trial.data.status}</Badge>
            <span className="text-muted numeric">{duration(trial.data.milliseconds)}</span>
            <CopyButton text={trial.data.text} label="Copy the answer" />
          </p>
          <pre
            tabIndex={0}
            aria-label="The answer"
            className="max-h-96 overflow-auto rounded-md border bg-sunken p-3 font-mono text-sm"
          >
            {trial.data.text || "(no body)"}
          </pre>
        </div>
      ) : null}
    </form>
  );
}
