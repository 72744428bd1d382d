/** Bodies of the REST API. Fields the server may add later are simply ignored. */

export type User = { id: string; email: string; name: string; tenant_id?: string; tier?: "free" | "premium"; administrator?: boolean };
/** The user, or that a second factor is asked for. */
export type SignInAnswer = User | { mfa_required: true; ticket: string; expires_in: number };
export type Provider = { id: string; name: string; kind: "password" | "code" | "redirect" };
export type Device = { id: string; name: string; current: boolean; signed_in_at: string; last_seen_at: string; expires_at: string };
export type Security = { email_verified: boolean; password: boolean; totp: boolean; recovery_codes_left: number; identities: { provider: string; linked_at: string }[] };
export type Enrolment = { secret: string; url: string; qr_svg: string };
export type Page<T> = { items: T[]; next_cursor?: string | null };

export type Project = { id: string; name: string; description?: string | null; role?: ProjectRole; version: number; created_at: string; updated_at: string };
export type ProjectRole = "owner" | "editor" | "viewer";
export type ProjectMember = { id: string; email: string; name: string; role: ProjectRole; since: string };

export type ActiveGeneration = { id: string; attempt: number; status: string; stream_position?: string };
export type Queued = { generation_id: string; message_id: string; place?: number };

export type Session = {
  id: string;
  project_id: string;
  title: string;
  version: number;
  head: number | null;
  active_generation: ActiveGeneration | null;
  queued?: Queued[];
  created_at?: string;
  updated_at?: string;
};

export type Usage = { prompt_tokens: number; completion_tokens: number; reasoning_tokens?: number; total_tokens: number };
export type Cost = { amount: string; currency: string };
export type Failure = { code: string; message: string; retryable?: boolean };
export type FileOp = "created" | "patched" | "renamed" | "deleted";
export type FileChange = { path: string; op: FileOp; from?: string };

export type Message = {
  id: string;
  role: "user" | "assistant";
  content: string;
  generation_id?: string;
  status?: "completed" | "failed" | "cancelled";
  reasoning?: string | null;
  number?: number | null;
  files?: FileChange[] | null;
  model?: string | null;
  provider?: string | null;
  usage?: Usage | null;
  cost?: Cost | null;
  error?: Failure | null;
  created_at: string;
};

export type VersionChange = { path: string; op: "create" | "patch" | "rename" | "delete" };
export type VersionSummary = {
  number: number;
  author: "model" | "user";
  base?: number | null;
  generation_id?: string | null;
  restored_from?: number | null;
  changes?: VersionChange[];
  created_at: string;
};
export type VersionFile = { path: string; content: string };
export type Version = VersionSummary & { files: VersionFile[] };

export type Model = { id: string; name?: string; provider: string; default?: boolean; context_length?: number };

export type Posted = { message_id: string; generation_id: string; version: number; stream_position: string };
