import { toast } from "sonner";
import Link from "next/link";
import { account } from "@/api/api";
import type { Security } from "@/api/types";
import { Field } from "@/auth/Field";
import { FormError } from "@/auth/FormError";
import { useForm } from "@/auth/useForm";
import { Button } from "@/components/ui/button";
import { Section } from "./Section";

export function PasswordSection({ security }: { security: Security }) {
  const { busy, problem, fieldError, onSubmit } = useForm(async ({ current = "", new: next = "" }, form) => {
    await account.changePassword(current, next);
    form.reset();
    toast.success("You have a new password", { description: "Your other devices were signed out." });
  });
  if (!security.password) {
    return (
      <Section title="Password" text="You sign in by a provider, and have no password." testId="password-section">
        <Button variant="outline" size="sm" asChild>
          <Link href="/forgot">Set one by mail</Link>
        </Button>
      </Section>
    );
  }
  return (
    <Section title="Password" text="A new one signs your other devices out." testId="password-section">
      <form onSubmit={onSubmit} className="grid max-w-sm gap-4">
        <Field label="Current password" name="current" type="password" autoComplete="current-password" required error={fieldError("current")} />
        <Field label="New password" name="new" type="password" autoComplete="new-password" required minLength={10} error={fieldError("new")} />
        {problem && problem.errors.length === 0 && <FormError problem={problem} />}
        <Button type="submit" size="sm" className="justify-self-start" disabled={busy} data-testid="change-password">
          Change it
        </Button>
      </form>
    </Section>
  );
}
