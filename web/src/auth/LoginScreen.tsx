"use client";

import { useRouter, useSearchParams } from "next/navigation";
import { type FormEvent, useState } from "react";
import { auth } from "@/api/api";
import { type Problem, toProblem } from "@/api/problem";
import { ProblemCode } from "@/components/ErrorState";
import { Logo } from "@/components/Logo";
import { ThemeToggle } from "@/components/ThemeToggle";
import { Button } from "@/components/ui/button";
import { Tabs, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { Field } from "./Field";

type Mode = "sign-in" | "sign-up";

export function LoginScreen() {
  const parameters = useSearchParams();
  const [mode, setMode] = useState<Mode>(parameters.get("mode") === "sign-up" ? "sign-up" : "sign-in");
  return (
    <main className="relative grid min-h-dvh place-items-center bg-canvas p-4">
      <div className="absolute top-3 right-3">
        <ThemeToggle />
      </div>
      <div className="w-full max-w-sm">
        <div className="mb-6 flex flex-col items-center gap-3 text-center">
          <Logo className="size-12" />
          <h1 className="text-2xl font-semibold tracking-tight">{mode === "sign-in" ? "Welcome back" : "Create your atelier"}</h1>
          <p className="text-sm text-muted-foreground">Describe an interface and watch it come alive.</p>
        </div>
        <div className="rounded-2xl border bg-card p-6 shadow-sm">
          <Tabs value={mode} onValueChange={(value) => setMode(value as Mode)} className="mb-5">
            <TabsList className="w-full">
              <TabsTrigger value="sign-in" data-testid="tab-sign-in">Sign in</TabsTrigger>
              <TabsTrigger value="sign-up" data-testid="tab-sign-up">Sign up</TabsTrigger>
            </TabsList>
          </Tabs>
          <LoginForm key={mode} mode={mode} next={safeNext(parameters.get("next"))} />
        </div>
      </div>
    </main>
  );
}

/** Only a path of ours: never another site. */
function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

function LoginForm({ mode, next }: { mode: Mode; next: string }) {
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const fieldError = (field: string) => problem?.errors.find((one) => one.field === field)?.message;

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    setBusy(true);
    setProblem(null);
    try {
      const { name = "", email = "", password = "" } = values;
      await (mode === "sign-up" ? auth.signUp({ name, email, password }) : auth.signIn({ email, password }));
      router.replace(next);
    } catch (error) {
      setProblem(toProblem(error));
      setBusy(false);
    }
  };

  return (
    <form onSubmit={submit} className="grid gap-4" noValidate={false}>
      {mode === "sign-up" && <Field label="Name" name="name" autoComplete="name" required maxLength={120} error={fieldError("name")} />}
      <Field label="Email" name="email" type="email" autoComplete="email" required error={fieldError("email")} />
      <Field
        label="Password"
        name="password"
        type="password"
        required
        minLength={mode === "sign-up" ? 10 : undefined}
        autoComplete={mode === "sign-up" ? "new-password" : "current-password"}
        error={fieldError("password")}
      />
      {problem && (
        <div role="alert" data-testid="form-error" className="rounded-lg border border-destructive/30 bg-destructive/5 px-3 py-2 text-sm">
          <p>{problem.message}</p>
          {problem.status >= 500 && <ProblemCode problem={problem} />}
        </div>
      )}
      <Button type="submit" disabled={busy} data-testid="submit">
        {busy ? "One moment…" : mode === "sign-in" ? "Sign in" : "Create account"}
      </Button>
    </form>
  );
}
