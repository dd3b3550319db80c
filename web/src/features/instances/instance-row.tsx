import { Link } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";
import { useEffect, useRef } from "react";

import type { Instance } from "@/api/types";
import { bytes, cores, NONE } from "@/format/numbers";
import { cx } from "@/ui/cx";
import { Meter } from "@/ui/meter";
import { RelativeTime } from "@/ui/relative-time";
import { StatePill } from "@/ui/state-pill";
import { Cell, Row } from "@/ui/table";
import { OperationLine } from "../operations/operation-line";
import { InstanceMenu } from "./instance-menu";
import type { Action } from "./queries";
import { StateSentence } from "./state-sentence";
import { useFlash } from "./use-flash";
import { imageWords, portsToShow, safeHref, sourceWords } from "./words";

export interface InstanceRowProps {
  instance: Instance;
  nodeName: string | undefined;
  focused: boolean;
  selected: boolean;
  mayWrite: boolean;
  onSelect: (selected: boolean) => void;
  onAction: (action: Action) => void;
}

export function InstanceRow({
  instance,
  nodeName,
  focused,
  selected,
  mayWrite,
  onSelect,
  onAction,
}: InstanceRowProps) {
  const flash = useFlash(instance.state.phase);
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (focused) row.current?.scrollIntoView({ block: "nearest" });
  }, [focused]);
  const { usage, resources, operation } = instance;
  return (
    <Row
      ref={row}
      data-focused={focused || undefined}
      className={cx(
        "group relative hover:bg-hover",
        flash && "flash",
        focused && "bg-hover shadow-[inset_2px_0_0_var(--accent)]",
        selected && "bg-accent-soft",
      )}
    >
      <Cell className="w-8 max-md:hidden">
        <input
          type="checkbox"
          aria-label={`Select ${instance.name}`}
          checked={selected}
          onChange={(event) => onSelect(event.target.checked)}
          className="block size-4 accent-accent"
        />
      </Cell>
      <Cell className="min-w-0 max-md:order-1 max-md:w-0 max-md:flex-1 md:w-full md:max-w-0 md:min-w-40 md:pl-1!">
        <Link
          to="/instances/$instance"
          params={{ instance: instance.name }}
          className="font-medium after:absolute after:inset-0"
        >
          {instance.name}
        </Link>
        <p className="truncate text-sm text-muted" title={instance.source?.url ?? undefined}>
          {sourceWords(instance)}
          {instance.image === "host" ? null : <> · {imageWords(instance.image)}</>}
        </p>
      </Cell>
      <Cell className="max-md:order-3 max-md:w-full">
        <div className="flex min-w-44 flex-col items-start gap-0.5 max-md:flex-row max-md:flex-wrap max-md:items-center max-md:gap-x-2">
          <StatePill phase={instance.state.phase} />
          {operation ? (
            <OperationLine operation={operation} />
          ) : (
            <span className="text-sm text-muted" title={instance.state.reason}>
              <StateSentence state={instance.state} short />
            </span>
          )}
        </div>
      </Cell>
      <Cell className="whitespace-nowrap text-muted max-lg:hidden">
        {nodeName ?? <span className="text-faint">{NONE}</span>}
      </Cell>
      <Cell className={cx("max-md:order-4 max-md:w-full", !usage && "max-md:hidden")}>
        {usage ? (
          <div className="grid grid-cols-[2rem_minmax(3rem,1fr)_3.5rem] items-center gap-x-2 md:w-40 text-sm text-muted numeric">
            <span>CPU</span>
            <Meter
              tiny
              label="CPU"
              value={usage.cpu_millis}
              max={resources.cpu_millis}
              text={`${cores(usage.cpu_millis)} of ${cores(resources.cpu_millis)}`}
            />
            <span className="text-right whitespace-nowrap">{cores(usage.cpu_millis)}</span>
            <span>Mem</span>
            <Meter
              tiny
              label="Memory"
              value={usage.memory_bytes}
              max={resources.memory_bytes}
              text={`${bytes(usage.memory_bytes)} of ${bytes(resources.memory_bytes)}`}
            />
            <span className="text-right whitespace-nowrap">{bytes(usage.memory_bytes)}</span>
          </div>
        ) : (
          <span className="text-faint">{NONE}</span>
        )}
      </Cell>
      <Cell
        className={cx(
          "max-md:order-5 max-md:w-full",
          instance.ports.every((port) => !port.listening) && "max-md:hidden",
        )}
      >
        <div className="relative z-10 flex flex-wrap gap-x-2.5">
          {portsToShow(instance.ports, 3).map((port) => (
            <a
              key={port.port}
              href={safeHref(port.preview_url)}
              target="_blank"
              rel="noreferrer"
              className="inline-flex items-center gap-1 whitespace-nowrap text-accent-ink hover:underline"
            >
              {port.label ?? `:${port.port}`}
              <ExternalLink aria-hidden className="size-3" />
              <span className="sr-only">(preview of port {port.port}, opens a new tab)</span>
            </a>
          ))}
        </div>
      </Cell>
      <Cell className="text-sm whitespace-nowrap text-muted max-xl:hidden">
        <RelativeTime at={usage?.measured_at ?? instance.state.since} />
      </Cell>
      <Cell className="w-12 max-md:order-2">
        <div className="relative z-10 flex justify-end">
          <InstanceMenu instance={instance} mayWrite={mayWrite} onAction={onAction} />
        </div>
      </Cell>
    </Row>
  );
}
