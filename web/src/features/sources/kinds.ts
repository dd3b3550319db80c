/** What each kind of source wants to know. Pure. */
import type { SourceKind } from "./queries";

export interface SourceField {
  key: string;
  label: string;
  hint?: string;
  placeholder?: string;
  secret?: true;
  optional?: true;
}

const CLIENT: readonly SourceField[] = [
  { key: "client_id", label: "Client id" },
  { key: "client_secret", label: "Client secret", secret: true },
];

export const KINDS: Record<SourceKind, { words: string; fields: readonly SourceField[] }> = {
  oidc: {
    words: "OpenID Connect",
    fields: [
      {
        key: "issuer",
        label: "Issuer",
        placeholder: "https://login.example.org",
        hint: "Its settings are read from /.well-known/openid-configuration below this address.",
      },
      { key: "client_id", label: "Client id" },
      { key: "client_secret", label: "Client secret", secret: true, optional: true },
      {
        key: "accept_unproven_email",
        label: "Addresses count unconfirmed",
        placeholder: "false",
        hint: "true for a provider that never says whether an address is confirmed.",
        optional: true,
      },
    ],
  },
  github: { words: "GitHub", fields: CLIENT },
  google: { words: "Google", fields: CLIENT },
  gitlab: {
    words: "GitLab",
    fields: [
      { key: "issuer", label: "Address", placeholder: "https://gitlab.com", optional: true },
      ...CLIENT,
    ],
  },
  ldap: {
    words: "LDAP or Active Directory",
    fields: [
      { key: "url", label: "Server", placeholder: "ldaps://directory.example.org" },
      {
        key: "start_tls",
        label: "StartTLS",
        placeholder: "false",
        hint: "true with an ldap:// address: passwords never go unencrypted.",
        optional: true,
      },
      {
        key: "bind_dn",
        label: "Account that searches",
        placeholder: "cn=stead,dc=example,dc=org",
        optional: true,
      },
      { key: "bind_password", label: "Its password", secret: true, optional: true },
      { key: "base_dn", label: "Where people are", placeholder: "ou=people,dc=example,dc=org" },
      {
        key: "user_filter",
        label: "Filter",
        placeholder: "(uid={user})",
        hint: "(sAMAccountName={user}) for Active Directory.",
        optional: true,
      },
      {
        key: "id_attribute",
        label: "What never changes",
        placeholder: "entryUUID",
        hint: "objectGUID for Active Directory.",
        optional: true,
      },
      {
        key: "group_base_dn",
        label: "Where groups are",
        placeholder: "ou=groups,dc=example,dc=org",
        optional: true,
      },
    ],
  },
};
