"use client";

import { type FormEvent, useEffect, useState } from "react";
import { org } from "@/api/org";
import { type Problem, toProblem } from "@/api/problem";
import { refresh, request } from "@/api/request";
import type { User } from "@/api/types";
import { Field } from "@/auth/Field";
import { EmptyState } from "@/components/EmptyState";
import { Logo } from "@/components/Logo";
import { ThemeToggle } from "@/components/ThemeToggle";
import { Button } from "@/components/ui/button";

/** Kept while somebody signs in on the way here; it ends with the tab. */
const KEPT = "atelier-invite";

const me = () => request<User>("me", { anonymous: true });
/** Whoever is signed in, perhaps after a refresh; null: nobody. */
const whoIsHere = () => me().catch(async () => ((await refresh()) ? me() : null)).catch(() => null);

/** Where an invite's link leads. The secret stands behind the #, which no server sees. */
export function JoinScreen() {
  const [token, setToken] = useState<string | null>(null);
  const [user, setUser] = useState<User | null | undefined>(undefined);
  useEffect(() => {
    const given = location.hash.slice(1) || sessionStorage.getItem(KEPT) || "";
    if (given) sessionStorage.setItem(KEPT, given);
    history.replaceState(null, "", location.pathname);
    setToken(given);
    void whoIsHere().then(setUser);
  }, []);
  if (token === null || user === undefined) return <Frame>{null}</Frame>;
  if (!token) {
    return (
      <Frame>
        <EmptyState title="This link is not complete" text="Open the whole link that you were sent, or ask for a new one." />
      </Frame>
    );
  }
  return <Frame>{user ? <Accept token={token} user={user} /> : <SignUp token={token} />}</Frame>;
}

function Frame({ children }: { children: React.ReactNode }) {
  return (
    <main className="relative grid min-h-dvh place-items-center bg-canvas p-4">
      <div className="absolute top-3 right-3">
        <ThemeToggle />
      </div>
      <div className="w-full max-w-sm">
        <div className="mb-6 flex flex-col items-center gap-3 text-center">
          <Logo className="size-12" />
          <h1 className="text-2xl font-semibold tracking-tight">Join an organisation</h1>
        </div>
        {children && <div className="rounded-2xl border bg-card p-6 shadow-sm">{children}</div>}
      </div>
    </main>
  );
}

const arrive = () => {
  sessionStorage.removeItem(KEPT);
  location.assign("/");
};

function Accept({ token, user }: { token: string; user: User }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const join = async () => {
    setBusy(true);
    try {
      const joined = await org.accept(token);
      await org.switchTo(joined.tenant);
      arrive();
    } catch (error) {
      setProblem(toProblem(error));
      setBusy(false);
    }
  };
  return (
    <div className="grid gap-4 text-sm">
      <p>
        You are signed in as <strong>{user.email}</strong>.
      </p>
      <Trouble problem={problem} />
      <Button onClick={() => void join()} disabled={busy} data-testid="join">
        Join
      </Button>
    </div>
  );
}

function SignUp({ token }: { token: string }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const fieldError = (field: string) => problem?.errors.find((one) => one.field === field)?.message;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { name, email, password } = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    setBusy(true);
    try {
      await request<User>("auth/sign-up", { method: "POST", body: { name, email, password, invite: token }, anonymous: true });
      arrive();
    } catch (error) {
      setProblem(toProblem(error));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field label="Name" name="name" autoComplete="name" required maxLength={120} error={fieldError("name")} />
      <Field label="Email" name="email" type="email" autoComplete="email" required error={fieldError("email")} />
      <Field label="Password" name="password" type="password" required minLength={10} autoComplete="new-password" error={fieldError("password")} />
      <Trouble problem={problem} />
      <Button type="submit" disabled={busy} data-testid="submit">
        Create account and join
      </Button>
      <a className="text-center text-sm text-muted-foreground underline-offset-4 hover:underline" href={`/login?next=${encodeURIComponent("/join/")}`}>
        I have an account
      </a>
    </form>
  );
}

function Trouble({ problem }: { problem: Problem | null }) {
  if (!problem) return null;
  return (
    <p role="alert" className="rounded-lg border border-destructive/30 bg-destructive/5 px-3 py-2 text-sm" data-testid="form-error">
      {problem.message}
    </p>
  );
}
