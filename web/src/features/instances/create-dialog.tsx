import { useNavigate } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import { fieldErrors } from "@/api/problem";
import type { CreateInstance } from "@/api/types";
import { bytes, cores } from "@/format/numbers";
import { Button } from "@/ui/button";
import { CliLine } from "@/ui/copy";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Choice, Field, Input, TextArea } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { parseEnv } from "./env-text";
import { useCreateInstance } from "./queries";
import { SIZES, type Preset, type Size } from "./sizes";
import { ResourceFields, readResources, type ResourceText } from "./resource-fields";

type Source = "git" | "blank";

/** Everything may stay empty: then a blank workspace gets a made-up name. */
export function CreateDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const creation = useCreateInstance();
  const [source, setSource] = useState<Source>("git");
  const [url, setUrl] = useState("");
  const [revision, setRevision] = useState("");
  const [name, setName] = useState("");
  const [image, setImage] = useState("");
  const [size, setSize] = useState<Size | "file">("file");
  const [custom, setCustom] = useState<ResourceText>({ cpu: "2", memory: "4 GiB", disk: "10 GiB" });
  const [env, setEnv] = useState("");
  const [wrong, setWrong] = useState<Record<string, string>>({});

  const refused = fieldErrors(creation.error, [
    "source.url",
    "source.revision",
    "source",
    "name",
    "image",
    "resources",
    "env",
  ]);
  const errors: Record<string, string> = { ...refused, ...wrong };

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const found: Record<string, string> = {};
    const input: CreateInstance = {};
    if (source === "git") {
      if (url.trim() === "")
        found["source.url"] = "Enter the address of a repository, or choose a blank workspace.";
      input.source = {
        kind: "git",
        url: url.trim(),
        ...(revision.trim() ? { revision: revision.trim() } : {}),
      };
    }
    if (name.trim()) input.name = name.trim();
    if (image.trim()) input.image = image.trim();
    if (size === "custom") {
      const { resources, error } = readResources(custom);
      if (resources) input.resources = resources;
      else found["resources"] = error;
    } else if (size !== "file") {
      input.resources = SIZES[size].resources;
    }
    const parsed = parseEnv(env);
    if (parsed.error) found["env"] = parsed.error;
    if (Object.keys(parsed.env).length > 0) input.env = parsed.env;
    setWrong(found);
    if (Object.keys(found).length > 0) return;
    creation.mutate(input, {
      onSuccess: ({ instance }) =>
        void navigate({ to: "/instances/$instance", params: { instance: instance.name } }),
    });
  }

  const command = [
    "stead open",
    source === "git" ? word(url) || "https://github.com/you/project" : "--blank",
    source === "git" && revision.trim() && `-b ${word(revision)}`,
    name.trim() && `--name ${word(name)}`,
    image.trim() && `--image ${word(image)}`,
  ]
    .filter(Boolean)
    .join(" ");
  const general = creation.isError && (Object.keys(refused).length === 0 || refused[""]);

  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="New instance"
      description="An isolated machine of your own, ready in seconds."
    >
      <form onSubmit={submit} className="contents" noValidate>
        <DialogBody className="flex flex-col gap-4">
          {general ? <ProblemNote error={creation.error} /> : null}
          <Choice
            legend="Start from"
            value={source}
            onChange={setSource}
            options={[
              { value: "git", title: "Git repository", detail: "Cloned inside the instance" },
              { value: "blank", title: "Blank workspace", detail: "An empty /workspace" },
            ]}
          />
          {source === "git" ? (
            <div className="grid gap-4 sm:grid-cols-[1fr_15rem]">
              <Field label="Repository" error={errors["source.url"] ?? errors["source"]}>
                {(props) => (
                  <Input
                    {...props}
                    autoFocus
                    mono
                    type="url"
                    inputMode="url"
                    value={url}
                    onChange={(event) => setUrl(event.target.value)}
                    placeholder="https://github.com/you/project"
                  />
                )}
              </Field>
              <Field label="Branch, tag or commit" optional error={errors["source.revision"]}>
                {(props) => (
                  <Input
                    {...props}
                    mono
                    value={revision}
                    onChange={(event) => setRevision(event.target.value)}
                    placeholder="default branch"
                  />
                )}
              </Field>
            </div>
          ) : null}
          <Field
            label="Name"
            optional
            error={errors["name"]}
            hint="Lower-case letters, digits and hyphens. Left empty, it is made for you."
          >
            {(props) => (
              <Input
                {...props}
                value={name}
                onChange={(event) => setName(event.target.value)}
                placeholder={suggested(url) ?? "shop"}
              />
            )}
          </Field>
          <div>
            <Choice
              legend="Size"
              value={size}
              onChange={setSize}
              options={[
                { value: "file", title: "Default", detail: "or phazeai.yaml" },
                ...(Object.keys(SIZES) as Preset[]).map((key) => ({
                  value: key,
                  title: SIZES[key].title,
                  detail: `${cores(SIZES[key].resources.cpu_millis)}, ${bytes(SIZES[key].resources.memory_bytes)}`,
                })),
                { value: "custom", title: "Custom", detail: "Your numbers" },
              ]}
            />
            {size === "custom" ? (
              <ResourceFields value={custom} onChange={setCustom} className="mt-3" />
            ) : null}
            {errors["resources"] ? (
              <p role="alert" className="mt-1 text-sm text-bad">
                {errors["resources"]}
              </p>
            ) : null}
          </div>
          <details
            className="group rounded-md border"
            open={Boolean(errors["image"] ?? errors["env"]) || undefined}
          >
            <summary className="flex h-9 cursor-pointer list-none items-center gap-1.5 rounded-md px-2.5 font-medium hover:bg-hover">
              <ChevronRight
                aria-hidden
                className="size-4 text-faint transition-transform group-open:rotate-90"
              />
              Image and environment
            </summary>
            <div className="flex flex-col gap-4 border-t p-3">
              <Field
                label="Image"
                optional
                error={errors["image"]}
                hint="Empty: the host’s own tools, nothing to download. Else a reference such as debian:12."
              >
                {(props) => (
                  <Input
                    {...props}
                    mono
                    value={image}
                    onChange={(event) => setImage(event.target.value)}
                    placeholder="host"
                  />
                )}
              </Field>
              <Field
                label="Environment"
                optional
                error={errors["env"]}
                hint="One NAME=value a line. Wins over phazeai.yaml."
              >
                {(props) => (
                  <TextArea
                    {...props}
                    rows={3}
                    value={env}
                    onChange={(event) => setEnv(event.target.value)}
                    placeholder={"LOG_LEVEL=debug"}
                  />
                )}
              </Field>
            </div>
          </details>
        </DialogBody>
        <DialogActions>
          <CliLine command={command} className="mr-auto -ml-1.5 max-sm:hidden" />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" pending={creation.isPending}>
            Create instance
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** One word for a shell, in quotes where it needs them. */
function word(text: string): string {
  const value = text.trim();
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value.replace(/'/g, "'\\''")}'`;
}

/** What the server would make of the address. */
function suggested(url: string): string | undefined {
  const last = url
    .trim()
    .replace(/\/+$/, "")
    .replace(/\.git$/, "")
    .split(/[/:]/)
    .pop()
    ?.toLowerCase();
  return last && /^[a-z0-9-]+$/.test(last) ? last.slice(0, 40) : undefined;
}
