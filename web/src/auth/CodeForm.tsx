"use client";

import { useState } from "react";
import { auth } from "@/api/api";
import type { SignInAnswer } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "./Field";
import { FormError } from "./FormError";
import { useForm } from "./useForm";

/** Six digits by mail: first the address, then the digits. */
export function CodeForm({ onAnswer }: { onAnswer: (answer: SignInAnswer) => void }) {
  const [email, setEmail] = useState<string | null>(null);
  const { busy, problem, fieldError, onSubmit } = useForm(async (values) => {
    if (email) return onAnswer(await auth.verifyCode(email, values.code ?? ""));
    await auth.sendCode(values.email ?? "");
    setEmail(values.email ?? "");
  });
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {email ? (
        <>
          <p className="text-sm text-muted-foreground">If there is an account for {email}, a mail with six digits is on its way.</p>
          <Field key="code" label="Code" name="code" inputMode="numeric" autoComplete="one-time-code" required autoFocus error={fieldError("code")} />
        </>
      ) : (
        <Field key="email" label="Email" name="email" type="email" autoComplete="email" required error={fieldError("email")} />
      )}
      {!fieldError("code") && <FormError problem={problem} />}
      <Button type="submit" disabled={busy} data-testid="submit">
        {busy ? "One moment…" : email ? "Sign in" : "Send me a code"}
      </Button>
    </form>
  );
}
