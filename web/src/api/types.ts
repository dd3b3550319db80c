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

/* Signing in and one's own account. */
export type AuthMethods = Schemas["AuthMethods"];
export type AuthSource = Schemas["AuthSource"];
export type SignInAnswer = Schemas["SignInAnswer"];
export type SignUpRequest = Schemas["SignUpRequest"];
export type SecondFactorRequest = Schemas["SecondFactorRequest"];
export type PasskeyBegun = Schemas["PasskeyBegun"];
export type PasskeyProof = Schemas["PasskeyProof"];
export type DeviceRequest = Schemas["DeviceRequest"];
export type Factors = Schemas["Factors"];
export type Passkey = Schemas["Passkey"];
export type TotpSetup = Schemas["TotpSetup"];
export type ChangePassword = Schemas["ChangePassword"];
export type NewToken = Schemas["CreateApiToken"];

/* Tenants and who works in them. */
export type TenantSecurity = Schemas["TenantSecurity"];
export type TenantSecurityChange = Schemas["UpdateTenantSecurity"];
export type Quota = Schemas["Quota"];
export type Quotas = Schemas["Quotas"];
export type Invite = Schemas["Invite"];
export type NewInvite = Schemas["CreateInvite"];
export type InviteOffer = Schemas["InviteOffer"];
/** A built-in role or one of the tenant's own. */
export type Role = Schemas["RoleDefinition"];
export type Binding = Schemas["Binding"];
export type PermissionInfo = Schemas["PermissionInfo"];

/* What is kept, told and remembered. */
export type Secret = Schemas["Secret"];
export type SecretVersion = Schemas["SecretVersion"];
export type Injection = Schemas["Inject"];
export type Notification = Schemas["Notification"];
export type Inbox = Schemas["Inbox"];
export type Preference = Schemas["NotificationPreference"];
export type Preferences = Schemas["NotificationPreferences"];
export type PreferenceChange = Schemas["SetNotificationPreference"];
export type Webhook = Schemas["Webhook"];
export type WebhookKind = Schemas["WebhookKind"];
export type NewWebhook = Schemas["CreateWebhook"];
export type WebhookChange = Schemas["UpdateWebhook"];
export type Delivery = Schemas["WebhookDelivery"];
export type DeliveryAttempt = Schemas["DeliveryAttempt"];
export type AuditEvent = Schemas["AuditEvent"];
export type Checkpoint = Schemas["AuditCheckpoint"];
export type Verification = Schemas["AuditVerification"];

/* The installation. */
export type OperatorTenant = Schemas["OperatorTenant"];
export type OperatorUser = Schemas["OperatorUser"];
export type QuotaLimits = Schemas["SetQuotas"];
export type Mail = Schemas["Mail"];
export type MailContent = Schemas["MailContent"];
export type MailTemplate = Schemas["MailTemplate"];
export type Keys = Schemas["Keys"];
export type KeyKind = Schemas["KeyKind"];
export type KeyRotation = Schemas["KeyRotation"];

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

/** An event of the change feed. */
export type ChangeEvent = Schemas["Event"];
export type AuditSink = Schemas["AuditSink"];
export type CreatedAuditSink = Schemas["CreatedAuditSink"];
export type Export = Schemas["Export"];
export type ExportScope = Schemas["ExportScope"];
