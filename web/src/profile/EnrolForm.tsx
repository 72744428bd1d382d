import { account } from "@/api/api";
import type { Enrolment } from "@/api/types";
import { Field } from "@/auth/Field";
import { FormError } from "@/auth/FormError";
import { useForm } from "@/auth/useForm";
import { Button } from "@/components/ui/button";

type Props = { enrolment: Enrolment; onConfirmed: (recoveryCodes: string[]) => void; onCancel: () => void };

export function EnrolForm({ enrolment, onConfirmed, onCancel }: Props) {
  const { busy, problem, fieldError, onSubmit } = useForm(async ({ code = "" }) => onConfirmed((await account.confirm(code)).recovery_codes));
  return (
    <form onSubmit={onSubmit} className="grid gap-4 sm:grid-cols-[auto_1fr]">
      <img src={`data:image/svg+xml,${encodeURIComponent(enrolment.qr_svg)}`} alt="The secret as a QR code" className="size-44 rounded-lg border" />
      <div className="grid content-start gap-4">
        <div className="text-sm">
          <p>Scan this with your authenticator app, or type the secret in:</p>
          <code className="mt-1 block font-mono text-xs break-all text-muted-foreground" data-testid="totp-secret">{enrolment.secret}</code>
        </div>
        <Field label="The code that it shows" name="code" inputMode="numeric" autoComplete="one-time-code" required error={fieldError("code")} />
        {!fieldError("code") && <FormError problem={problem} />}
        <div className="flex gap-2">
          <Button type="submit" size="sm" disabled={busy} data-testid="confirm-factor">Turn it on</Button>
          <Button type="button" size="sm" variant="ghost" onClick={onCancel}>Cancel</Button>
        </div>
      </div>
    </form>
  );
}
