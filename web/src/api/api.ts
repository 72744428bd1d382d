/** The routes the UI uses, one function each. */
import { request } from "./request";
import type { Device, Enrolment, Message, Model, Page, Posted, Project, ProjectMember, ProjectRole, Provider, Security, Session, SignInAnswer, User, Version, VersionFile, VersionSummary } from "./types";

const post = <T>(path: string, body?: unknown, idempotencyKey?: string) => request<T>(path, { method: "POST", body, idempotencyKey });
const query = (parameters: Record<string, string | number | undefined | null>) => {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length > 0 ? `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}` : "";
};

export const auth = {
  signUp: (body: { name: string; email: string; password: string }) => request<User>("auth/sign-up", { method: "POST", body, anonymous: true }),
  signIn: (body: { email: string; password: string }) => request<SignInAnswer>("auth/sign-in", { method: "POST", body, anonymous: true }),
  providers: (org?: string | null) => request<{ items: Provider[] }>(`auth/providers${query({ org })}`, { anonymous: true }).then((answer) => answer.items),
  loginUrl: (provider: string, next: string) => `/api/v1/auth/login/${provider}${query({ next })}`,
  forgot: (email: string) => request<void>("auth/password/forgot", { method: "POST", body: { email }, anonymous: true }),
  reset: (token: string, password: string) => request<void>("auth/password/reset", { method: "POST", body: { token, password }, anonymous: true }),
  verify: (token: string) => request<void>("auth/verify", { method: "POST", body: { token }, anonymous: true }),
  sendCode: (email: string) => request<void>("auth/code", { method: "POST", body: { email }, anonymous: true }),
  verifyCode: (email: string, code: string) => request<SignInAnswer>("auth/code/verify", { method: "POST", body: { email, code }, anonymous: true }),
  /** Without a ticket the one from a provider's way back is used, which no script sees. */
  verifyFactor: (ticket: string | null, code: string) => request<User>("auth/mfa/verify", { method: "POST", body: { ...(ticket ? { ticket } : {}), code }, anonymous: true }),
  signOut: () => request<void>("auth/sign-out", { method: "POST", anonymous: true }),
  me: () => request<User>("me"),
};

/** The caller's own account. */
export const account = {
  security: () => request<Security>("me/security"),
  devices: () => request<{ items: Device[] }>("me/devices").then((answer) => answer.items),
  endDevice: (id: string) => request<void>(`me/devices/${id}`, { method: "DELETE" }),
  endOthers: () => post<{ ended: number }>("me/devices/sign-out-everywhere", { keep_this: true }),
  changePassword: (current: string, next: string) => post<void>("me/password", { current, new: next }),
  resendVerification: () => post<void>("auth/verify/resend"),
  /** Without the password only shortly after a sign-in; else the problem is `prove_again`. */
  enroll: (password?: string) => post<Enrolment>("auth/mfa/enroll", password === undefined ? {} : { password }),
  confirm: (code: string) => post<{ recovery_codes: string[] }>("auth/mfa/confirm", { code }),
  removeFactor: (code: string) => request<void>("me/mfa", { method: "DELETE", body: { code } }),
  link: (provider: string, password: string) => post<{ url: string }>(`me/identities/${provider}`, { password }),
  unlink: (provider: string) => request<void>(`me/identities/${provider}`, { method: "DELETE" }),
};

export const projects = {
  list: (q: string, cursor?: string | null, after?: string) => request<Page<Project>>(`projects${query({ limit: 60, q, cursor, after })}`),
  get: (id: string, minVersion?: number) => request<Project>(`projects/${id}${query({ min_version: minVersion })}`),
  create: (name: string, description?: string) => post<Project>("projects", { name, ...(description ? { description } : {}) }),
  rename: (id: string, name: string) => request<Project>(`projects/${id}`, { method: "PATCH", body: { name } }),
  remove: (id: string) => request<void>(`projects/${id}`, { method: "DELETE" }),
  archiveUrl: (id: string, session?: string, version?: number | null) => `/api/v1/projects/${id}/archive${query({ session, version })}`,
  sessions: (id: string, after?: string) => request<Page<Session>>(`projects/${id}/sessions${query({ limit: 100, after })}`),
  members: (id: string) => request<Page<ProjectMember>>(`projects/${id}/members`).then((page) => page.items),
  share: (id: string, user: string, role: Exclude<ProjectRole, "owner">) => request<ProjectMember>(`projects/${id}/members/${user}`, { method: "PUT", body: { role } }),
  unshare: (id: string, user: string) => request<void>(`projects/${id}/members/${user}`, { method: "DELETE" }),
  openSession: (id: string, title?: string) => post<Session>(`projects/${id}/sessions`, title ? { title } : {}),
};

export const sessions = {
  get: (id: string, minVersion?: number) => request<Session>(`sessions/${id}${query({ min_version: minVersion })}`),
  messages: (id: string, minVersion?: number) => allMessages(id, minVersion),
  rename: (id: string, title: string) => request<Session>(`sessions/${id}`, { method: "PATCH", body: { title } }),
  remove: (id: string) => request<void>(`sessions/${id}`, { method: "DELETE" }),
  post: (id: string, content: string, key: string, model?: string) => post<Posted>(`sessions/${id}/messages`, { content, model }, key),
  cancel: (id: string, generation: string) => post<void>(`sessions/${id}/generations/${generation}/cancel`),
  versions: (id: string, minVersion?: number) => request<Page<VersionSummary>>(`sessions/${id}/versions${query({ limit: 100, min_version: minVersion })}`),
  version: (id: string, number: number, minVersion?: number) => request<Version>(`sessions/${id}/versions/${number}${query({ min_version: minVersion })}`),
  restore: (id: string, version: number) => post<{ version: number; number: number }>(`sessions/${id}/restore`, { version }),
  importFiles: (id: string, baseVersion: number, files: VersionFile[]) =>
    post<{ version: number; number?: number }>(`sessions/${id}/imports`, { base_version: baseVersion, files }),
  eventsUrl: (id: string, from?: string) => `/api/v1/sessions/${id}/events${query({ from })}`,
};

export const models = { list: () => request<Page<Model> | Model[]>("models").then((answer) => (Array.isArray(answer) ? answer : answer.items)) };

async function allMessages(id: string, minVersion?: number): Promise<Message[]> {
  const items: Message[] = [];
  let cursor: string | null | undefined;
  do {
    const page: Page<Message> = await request(`sessions/${id}/messages${query({ limit: 100, min_version: minVersion, cursor })}`);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return items;
}
