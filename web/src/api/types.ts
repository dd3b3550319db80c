/** The wire types under short names. The only file that knows how the generated schema calls them. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Instance = Schemas["Instance"];
export type InstanceState = Schemas["InstanceState"];
export type Phase = Schemas["Phase"];
export type InstanceProblem = Schemas["InstanceProblem"];
export type Resources = Schemas["Resources"];
export type Usage = Schemas["Usage"];
export type TaskView = Schemas["TaskView"];
export type CreateInstance = Schemas["CreateInstance"];
export type UpdateInstance = Schemas["UpdateInstance"];
export type InstanceOperation = Schemas["InstanceOperation"];
export type Operation = Schemas["Operation"];
export type OperationState = Schemas["OperationState"];
export type OperationLogLine = Schemas["OperationLogLine"];
export type Step = Schemas["Step"];
export type StepState = Schemas["StepState"];
export type Terminal = Schemas["Terminal"];
export type Port = Schemas["Port"];
export type Visibility = Schemas["Visibility"];
export type Node = Schemas["Node"];
export type NodeDriver = Schemas["NodeDriver"];
export type User = Schemas["User"];
export type Me = Schemas["Me"];
export type Tenant = Schemas["Tenant"];
export type Member = Schemas["Member"];
export type Session = Schemas["Session"];
export type ApiToken = Schemas["ApiToken"];
export type CreatedApiToken = Schemas["CreatedApiToken"];
export type SignInLink = Schemas["SignInLink"];
export type ProblemBody = Schemas["ProblemBody"];
export type ProblemField = Schemas["ProblemField"];

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

/** The change feed's events, as `crates/api/src/v1/events.rs` defines them. */
export type ChangeEvent =
  | { type: "instance"; instance: Instance }
  | { type: "instance_deleted"; instance_id: string }
  | { type: "operation"; operation: Operation }
  | { type: "usage"; instance_id: string; usage: Usage }
  /** The inbox of the person changed. */
  | { type: "notifications"; unread: number }
  | { type: "reset" };
