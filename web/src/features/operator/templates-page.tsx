import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { MailTemplate } from "@/api/types";
import { Page } from "@/app/page";
import { cx } from "@/ui/cx";
import { Field, Select } from "@/ui/field";
import { Panel, Skeleton } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { QueryView } from "@/ui/query-view";
import { previewQuery, templatesQuery } from "./queries";

export function OperatorTemplatesPage() {
  const templates = useQuery(templatesQuery());
  return (
    <Page title="Mail templates" quietHeading>
      <QueryView query={templates}>{({ items }) => <Templates items={items} />}</QueryView>
    </Page>
  );
}

function Templates({ items }: { items: readonly MailTemplate[] }) {
  const [name, setName] = useState(items[0]?.template ?? "");
  const [plain, setPlain] = useState(false);
  const preview = useQuery({ ...previewQuery(name), enabled: name !== "" });
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[16rem_minmax(0,1fr)]">
      <ul className="flex flex-col gap-0.5 max-lg:hidden">
        {items.map((item) => (
          <li key={item.template}>
            <button
              type="button"
              aria-current={item.template === name}
              onClick={() => setName(item.template)}
              className={cx(
                "flex h-8 w-full items-center rounded-md px-2.5 text-left",
                item.template === name ? "bg-hover font-medium" : "text-muted hover:bg-hover hover:text-ink",
              )}
            >
              {item.title}
            </button>
          </li>
        ))}
      </ul>
      <Field label="Template" className="lg:hidden">
        {(props) => (
          <Select {...props} value={name} onChange={(event) => setName(event.target.value)}>
            {items.map((item) => (
              <option key={item.template} value={item.template}>
                {item.title}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Panel
        title={preview.data?.subject ?? "Preview"}
        flush
        actions={
          <span role="group" aria-label="Form" className="flex overflow-hidden rounded-md border">
            {[
              { value: false, words: "HTML" },
              { value: true, words: "Text" },
            ].map((form) => (
              <button
                key={form.words}
                type="button"
                aria-pressed={plain === form.value}
                onClick={() => setPlain(form.value)}
                className="h-7 px-2.5 text-sm text-muted aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-accent-ink"
              >
                {form.words}
              </button>
            ))}
          </span>
        }
      >
        {preview.isError ? (
          <ProblemNote error={preview.error} className="m-4" />
        ) : !preview.data ? (
          <Skeleton className="m-4 h-80" />
        ) : plain ? (
          <pre
            tabIndex={0}
            aria-label="Text"
            className="overflow-auto p-4 font-mono text-sm whitespace-pre-wrap"
          >
            {preview.data.text}
          </pre>
        ) : (
          // An empty sandbox: no script, no form, no way out.
          <iframe
            title="How the mail looks"
            sandbox=""
            srcDoc={preview.data.html}
            className="block h-[32rem] w-full rounded-b-lg bg-paper"
          />
        )}
      </Panel>
    </div>
  );
}
