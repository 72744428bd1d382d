/** Organisations and, for administrators of the system, every account. */
import { request } from "./request";
import type { Page } from "./types";

export const ROLES = ["owner", "admin", "member", "viewer", "auditor", "billing"] as const;
export type Role = (typeof ROLES)[number];
/** What a role is for, in a few words. */
export const ROLE_HELP: Record<Role, string> = {
  owner: "Everything",
  admin: "Works, manages people and keys",
  member: "Works on projects",
  viewer: "Reads projects",
  auditor: "Reads the audit log",
  billing: "Sees usage and invoices",
};

export const SCOPES = ["read", "write", "manage", "usage", "audit"] as const;
export type Scope = (typeof SCOPES)[number];

export type Org = { id: string; name: string | null; role: Role; home: boolean; version?: number };
export type Member = { id: string; email: string; name: string; role: Role; joined_at: string };
export type Invite = { id: string; email: string; role: Role; expires_at: string; link?: string; mailed?: boolean };
export type ApiKey = { id: string; name: string; scopes: Scope[]; created_by: string; created_at: string; expires_at: string | null; key?: string };
export type OrgProvider = { id: string; kind: "oidc" | "github"; label: string; issuer: string | null; client_id: string; joins: "member" | "viewer" | null; callback: string; created_at: string };
export type NewOrgProvider = { kind: OrgProvider["kind"]; label: string; issuer?: string; client_id: string; client_secret?: string; joins?: OrgProvider["joins"] };
export type Account = { id: string; email: string; name: string; role: "user" | "administrator"; tier: "free" | "premium"; version: number; created_at: string };

const query = (q: string, cursor?: string | null) => {
  const parameters = new URLSearchParams({ limit: "50", ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) });
  return `?${parameters}`;
};
const post = <T>(path: string, body?: unknown) => request<T>(path, { method: "POST", body });
const remove = (path: string) => request<void>(path, { method: "DELETE" });

export const org = {
  get: () => request<Org>("org"),
  rename: (name: string) => request<Org>("org", { method: "PATCH", body: { name } }),
  create: (name: string) => post<Org>("org", { name }),
  list: () => request<{ items: Org[] }>("org/list").then((answer) => answer.items),
  switchTo: (tenant: string) => post<void>("org/switch", { tenant }),
  leave: () => post<void>("org/leave"),
  members: (q: string, cursor?: string | null) => request<Page<Member>>(`org/members${query(q, cursor)}`),
  changeRole: (id: string, role: Role) => request<Member>(`org/members/${id}`, { method: "PATCH", body: { role } }),
  removeMember: (id: string) => remove(`org/members/${id}`),
  invites: (q: string, cursor?: string | null) => request<Page<Invite>>(`org/invites${query(q, cursor)}`),
  invite: (email: string, role: Role) => post<Invite>("org/invites", { email, role }),
  resendInvite: (id: string) => post<Invite>(`org/invites/${id}/resend`),
  revokeInvite: (id: string) => remove(`org/invites/${id}`),
  accept: (token: string) => post<{ tenant: string; role: Role }>("org/invites/accept", { token }),
};

export const logins = {
  list: () => request<Page<OrgProvider>>("org/login"),
  create: (provider: NewOrgProvider) => post<OrgProvider>("org/login", provider),
  change: (id: string, provider: NewOrgProvider) => request<OrgProvider>(`org/login/${id}`, { method: "PUT", body: provider }),
  remove: (id: string) => remove(`org/login/${id}`),
};

export const apiKeys = {
  list: (q: string, cursor?: string | null) => request<Page<ApiKey>>(`api-keys${query(q, cursor)}`),
  create: (name: string, scopes: Scope[], expires_at: string | null) => post<ApiKey>("api-keys", { name, scopes, ...(expires_at ? { expires_at } : {}) }),
  revoke: (id: string) => remove(`api-keys/${id}`),
};

export const users = {
  list: (q: string, cursor?: string | null) => request<Page<Account>>(`users${query(q, cursor)}`),
  change: (id: string, change: { role?: Account["role"]; tier?: Account["tier"]; end_sign_ins?: boolean }) =>
    request<Account>(`users/${id}`, { method: "PATCH", body: change }),
  erase: (id: string) => request<unknown>(`users/${id}`, { method: "DELETE" }),
};

/** How an organisation is called where nobody named it. */
export const orgName = (one: Pick<Org, "name" | "home">) => one.name ?? (one.home ? "Personal" : "Unnamed organisation");
