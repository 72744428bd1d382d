"use client";

import Link from "next/link";
import { useState } from "react";
import { auth } from "@/api/api";
import { Button } from "@/components/ui/button";
import { AuthFrame } from "./AuthFrame";
import { Field } from "./Field";
import { FormError } from "./FormError";
import { useFragment } from "./fragment";
import { useForm } from "./useForm";

export function ResetScreen() {
  const token = useFragment();
  const [done, setDone] = useState(false);
  const { busy, problem, fieldError, onSubmit } = useForm(async ({ password = "" }) => {
    await auth.reset(token ?? "", password);
    setDone(true);
  });
  if (done) {
    return (
      <AuthFrame title="You have a new password" back={false}>
        <p className="mb-4 text-sm" role="status">You were signed out everywhere.</p>
        <Button asChild className="w-full">
          <Link href="/login" data-testid="to-login">Sign in</Link>
        </Button>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title="Choose a new password">
      <form onSubmit={onSubmit} className="grid gap-4">
        <Field label="New password" name="password" type="password" required minLength={10} autoComplete="new-password" error={fieldError("password")} />
        <FormError problem={problem} />
        <Button type="submit" disabled={busy || token === null} data-testid="submit">
          {busy ? "One moment…" : "Set the password"}
        </Button>
      </form>
    </AuthFrame>
  );
}
