/** The state of the mock server and how it moves by itself: operations advance, load wobbles, events are told. */
import type {
  ApiToken,
  ChangeEvent,
  Factors,
  Instance,
  InstanceOperation,
  Me,
  Member,
  Operation,
  Phase,
  Session,
  Terminal,
} from "@/api/types";
import { exportsMade, identities, notifications, passkeys, preferences } from "./account";
import { ago, id, me, members, operation, seed, sessions, step, tokens, usage } from "./data";
import { auditLog, deliveries, sinks, webhooks } from "./evidence";
import { operatorTenants, operatorUsers } from "./operator";
import { secrets } from "./secrets";
import { bindings, deletedTenant, invites, quotas, roles, security, sources } from "./tenancy";

export type Scenario = "rich" | "empty" | "anonymous" | "offline";

export class World {
  instances: Instance[];
  operations: Operation[];
  me: Me = me;
  members: Member[] = members;
  /** Whether the person proved lately who they are. */
  proven = false;
  factors: Factors = { password: true, totp: false, recovery_codes_left: 8, passkeys: 0 };
  sessions: Session[] = sessions();
  tokens: ApiToken[] = tokens();
  passkeys = passkeys();
  identities = identities();
  exports = exportsMade();
  preferences = preferences();
  notifications = notifications();
  secrets = secrets();
  deletedTenants = [deletedTenant()];
  roles = roles();
  invites = invites();
  security = security();
  quotas = quotas();
  sources = sources();
  bindings = bindings();
  audit = auditLog();
  sinks = sinks();
  webhooks = webhooks();
  deliveries = deliveries();
  operatorTenants = operatorTenants();
  operatorUsers = operatorUsers();
  terminals = new Map<string, Terminal[]>();
  logs = new Map<string, { at: string; step?: string; text: string }[]>();
  private readonly listeners = new Set<(event: ChangeEvent) => void>();

  constructor(readonly scenario: Scenario) {
    const made = scenario === "empty" ? { instances: [], operations: [] } : seed();
    this.instances = made.instances;
    this.operations = made.operations;
    if (scenario === "empty") {
      this.tokens = [];
      this.passkeys = [];
      this.identities = [];
      this.exports = [];
      this.notifications = [];
      this.secrets = {};
      this.deletedTenants = [];
      this.invites = [];
      this.sources = [];
      this.bindings = {};
      this.audit = [];
      this.sinks = [];
      this.webhooks = [];
    }
    for (const item of this.operations) {
      this.logs.set(item.id, [
        {
          at: item.created_at,
          step: "place",
          text: "Placed on helsinki-1: 9.1 of 16 CPUs and 41 GiB of memory are free.",
        },
        { at: item.created_at, step: "fetch", text: "Cloning into '/workspace'…" },
        ...(item.problem
          ? [
              {
                at: item.ended_at ?? item.created_at,
                step: "start",
                text: `${item.problem.message} Giving up after 3 attempts.`,
              },
            ]
          : []),
      ]);
    }
    setInterval(() => this.measure(), 2000);
  }

  subscribe(listener: (event: ChangeEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(event: ChangeEvent): void {
    for (const listener of this.listeners) listener(structuredClone(event));
  }

  find(reference: string): Instance | undefined {
    return this.instances.find((item) => item.id === reference || item.name === reference);
  }

  change(instance: Instance, patch: Partial<Instance>): void {
    Object.assign(instance, patch, { updated_at: new Date().toISOString() });
    this.tell({ type: "instance", instance });
  }

  private measure(): void {
    for (const item of this.instances) {
      if (!item.usage || (item.state.phase !== "running" && item.state.phase !== "unhealthy")) continue;
      const wobble = (value: number, max: number, by: number) =>
        Math.round(Math.min(max, Math.max(max * 0.01, value + (Math.random() - 0.48) * max * by)));
      item.usage = {
        ...item.usage,
        measured_at: new Date().toISOString(),
        cpu_millis: wobble(item.usage.cpu_millis, item.resources.cpu_millis, 0.09),
        memory_bytes: wobble(item.usage.memory_bytes, item.resources.memory_bytes, 0.01),
        received_bytes: item.usage.received_bytes + 48_000,
        sent_bytes: item.usage.sent_bytes + 9000,
      };
      this.tell({ type: "usage", instance_id: item.id, usage: item.usage });
    }
  }

  /** Runs the steps one after the other and ends in `phase`. */
  begin(
    kind: string,
    instance: Instance,
    during: Phase,
    reason: string,
    steps: [string, string][],
    after: () => void,
  ): InstanceOperation {
    const work = operation(kind, instance, {
      state: "running",
      created_at: new Date().toISOString(),
      started_at: new Date().toISOString(),
      ended_at: null,
      cancellable: true,
      steps: steps.map(([name, title]) => step(name, title, "waiting")),
    });
    this.operations.unshift(work);
    this.logs.set(work.id, [{ at: ago(0), text: `${kind} of ${instance.name} begins.` }]);
    this.change(instance, {
      state: { phase: during, reason, since: new Date().toISOString() },
      operation: work,
    });
    let index = 0;
    const advance = () => {
      const now = new Date().toISOString();
      const present = work.steps[index];
      if (work.state !== "running") return;
      if (present?.state === "running") {
        present.state = "done";
        present.ended_at = now;
        this.logs.get(work.id)?.push({ at: now, step: present.name, text: `${present.title}: done.` });
        index += 1;
      }
      const next = work.steps[index];
      if (next) {
        next.state = "running";
        next.started_at = now;
        next.attempts = 1;
        work.progress =
          next.name === "fetch" ? { label: "Receiving objects", done: 42_000_000, total: 96_000_000 } : null;
        setTimeout(advance, 700);
      } else {
        work.state = "succeeded";
        work.ended_at = now;
        work.cancellable = false;
        work.progress = null;
        instance.operation = null;
        after();
      }
      this.tell({ type: "operation", operation: work });
    };
    setTimeout(advance, 150);
    return structuredClone({ instance, operation: work });
  }

  act(action: string, instance: Instance): InstanceOperation {
    const ends: Record<string, [Phase, Phase, string, string]> = {
      start: ["starting", "running", "Starting.", "Started by Ada."],
      wake: ["starting", "running", "Waking.", "Woken by Ada."],
      restart: ["starting", "running", "Restarting.", "Restarted by Ada."],
      stop: ["stopping", "stopped", "Stopping.", "Stopped by Ada."],
      kill: ["stopping", "stopped", "Being killed.", "Killed by Ada."],
      pause: ["stopping", "paused", "Being paused.", "Paused by Ada."],
    };
    const [during, then, why, reason] = ends[action] ?? ["starting", "running", "", ""];
    return this.begin(
      `instance.${action}`,
      instance,
      during,
      why,
      [["apply", `${action.charAt(0).toUpperCase()}${action.slice(1)} the sandbox`]],
      () =>
        this.change(instance, {
          state: { phase: then, reason, since: new Date().toISOString() },
          usage: then === "running" ? usage(300, 512, 1.2) : null,
          problem: null,
        }),
    );
  }

  delete(instance: Instance): InstanceOperation {
    return this.begin(
      "instance.delete",
      instance,
      "deleting",
      "Being deleted by Ada.",
      [
        ["stop", "Stop the sandbox"],
        ["remove", "Remove its files"],
      ],
      () => {
        this.instances = this.instances.filter((item) => item.id !== instance.id);
        this.tell({ type: "instance_deleted", instance_id: instance.id });
      },
    );
  }

  terminalsOf(instance: Instance): Terminal[] {
    const held = this.terminals.get(instance.id);
    if (held) return held;
    const fresh: Terminal[] =
      instance.name === "shop" || instance.name === "agent-refactor"
        ? [
            { id: id("proc"), label: "bash", started_at: ago(40), viewers: 1 },
            { id: id("proc"), label: "dev server", started_at: ago(39), viewers: 2 },
          ]
        : [];
    this.terminals.set(instance.id, fresh);
    return fresh;
  }
}
