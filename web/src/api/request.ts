/** One way to call the API: same origin, cookie session, CSRF header on writes, one transparent refresh. */
import { Problem } from "./problem";
import { uuid7 } from "./uuid7";

const BASE = "/api/v1/";

export type Options = { method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE"; body?: unknown; idempotencyKey?: string; signal?: AbortSignal; anonymous?: boolean };

/** Called when a session is over and cannot be refreshed. */
let onSignedOut: () => void = () => {};
export const whenSignedOut = (handler: () => void) => {
  onSignedOut = handler;
};

export async function request<T>(path: string, options: Options = {}): Promise<T> {
  const keyed = options.method === "POST" && !path.startsWith("auth/") ? { ...options, idempotencyKey: options.idempotencyKey ?? uuid7() } : options;
  let response = await send(path, keyed);
  if (response.status === 401 && !options.anonymous) {
    if (await refresh()) response = await send(path, keyed);
    if (response.status === 401) onSignedOut();
  }
  if (!response.ok) throw await Problem.from(response);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

async function send(path: string, { method = "GET", body, idempotencyKey, signal }: Options): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken();
  if (idempotencyKey) headers["Idempotency-Key"] = idempotencyKey;
  try {
    return await fetch(BASE + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal, credentials: "same-origin" });
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw Problem.network();
  }
}

function csrfToken(): string {
  const pair = document.cookie.split("; ").find((one) => one.startsWith("csrf="));
  return pair ? decodeURIComponent(pair.slice("csrf=".length)) : "";
}

let refreshing: Promise<boolean> | null = null;

/** Trades the refresh cookie for a new access cookie. Many callers share one call. */
export function refresh(): Promise<boolean> {
  refreshing ??= send("auth/refresh", { method: "POST" })
    .then((response) => response.ok)
    .catch(() => false)
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}
