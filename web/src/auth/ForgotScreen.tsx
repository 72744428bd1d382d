"use client";

import { useState } from "react";
import { auth } from "@/api/api";
import { Button } from "@/components/ui/button";
import { AuthFrame } from "./AuthFrame";
import { Field } from "./Field";
import { FormError } from "./FormError";
import { useForm } from "./useForm";

export function ForgotScreen() {
  const [sent, setSent] = useState(false);
  const { busy, problem, fieldError, onSubmit } = useForm(async ({ email = "" }) => {
    await auth.forgot(email);
    setSent(true);
  });
  if (sent) {
    return (
      <AuthFrame title="Look into your mail">
        <p className="text-sm" role="status" data-testid="sent">
          If there is an account with this address, a link to choose a new password is on its way. It works once, within 30 minutes.
        </p>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title="Forgot your password?" text="We send you a link to choose a new one.">
      <form onSubmit={onSubmit} className="grid gap-4">
        <Field label="Email" name="email" type="email" autoComplete="email" required error={fieldError("email")} />
        <FormError problem={problem} />
        <Button type="submit" disabled={busy} data-testid="submit">
          {busy ? "One moment…" : "Send the link"}
        </Button>
      </form>
    </AuthFrame>
  );
}
