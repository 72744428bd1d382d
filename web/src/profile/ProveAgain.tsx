import { account } from "@/api/api";
import type { Enrolment } from "@/api/types";
import { Field } from "@/auth/Field";
import { FormError } from "@/auth/FormError";
import { useForm } from "@/auth/useForm";
import { Button } from "@/components/ui/button";

type Props = { hasPassword: boolean; onEnrolled: (enrolment: Enrolment) => void; onCancel: () => void };

/** The password once more, before a second factor is set up on a device that has been signed in for a while. */
export function ProveAgain({ hasPassword, onEnrolled, onCancel }: Props) {
  const { busy, problem, fieldError, onSubmit } = useForm(async ({ password = "" }) => onEnrolled(await account.enroll(password)));
  if (!hasPassword) {
    return <p className="text-sm text-muted-foreground" data-testid="sign-in-anew">You have no password here. Sign out, sign in by your provider once more, and set it up then.</p>;
  }
  return (
    <form onSubmit={onSubmit} className="grid max-w-sm gap-4" data-testid="prove-again">
      <Field label="Your password, once more" name="password" type="password" autoComplete="current-password" required autoFocus error={fieldError("password")} />
      <FormError problem={problem} />
      <div className="flex gap-2">
        <Button type="submit" size="sm" disabled={busy} data-testid="prove-again-now">Go on</Button>
        <Button type="button" size="sm" variant="ghost" onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}
