"use client";

import Link from "next/link";
import { auth } from "@/api/api";
import type { SignInAnswer } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "./Field";
import { FormError } from "./FormError";
import { useForm } from "./useForm";

export type Mode = "sign-in" | "sign-up";
type Props = { mode: Mode; onAnswer: (answer: SignInAnswer) => void };

/** Signs in with a password, or opens an account. */
export function PasswordForm({ mode, onAnswer }: Props) {
  const { busy, problem, fieldError, onSubmit } = useForm(async ({ name = "", email = "", password = "" }) => {
    onAnswer(await (mode === "sign-up" ? auth.signUp({ name, email, password }) : auth.signIn({ email, password })));
  });
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
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
      <FormError problem={problem} />
      <Button type="submit" disabled={busy} data-testid="submit">
        {busy ? "One moment…" : mode === "sign-in" ? "Sign in" : "Create account"}
      </Button>
      {mode === "sign-in" && (
        <Link href="/forgot" className="text-center text-sm text-muted-foreground underline-offset-4 hover:underline" data-testid="forgot">
          Forgot your password?
        </Link>
      )}
    </form>
  );
}
