"use client";

import { auth } from "@/api/api";
import { Button } from "@/components/ui/button";
import { Field } from "./Field";
import { FormError } from "./FormError";
import { useForm } from "./useForm";

type Props = { ticket: string | null; onDone: () => void; onCancel: () => void };

/** The second step of a sign-in. */
export function MfaForm({ ticket, onDone, onCancel }: Props) {
  const { busy, problem, fieldError, onSubmit } = useForm(async ({ code = "" }) => {
    await auth.verifyFactor(ticket, code);
    onDone();
  });
  return (
    <form onSubmit={onSubmit} className="grid gap-4" data-testid="mfa-form">
      <p className="text-sm text-muted-foreground">Enter the six digits that your authenticator app shows, or one of your recovery codes.</p>
      <Field label="Code" name="code" autoComplete="one-time-code" required autoFocus error={fieldError("code")} />
      {!fieldError("code") && <FormError problem={problem} />}
      <Button type="submit" disabled={busy} data-testid="submit">
        {busy ? "One moment…" : "Continue"}
      </Button>
      <Button type="button" variant="ghost" onClick={onCancel}>
        Begin anew
      </Button>
    </form>
  );
}
