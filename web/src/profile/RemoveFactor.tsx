import { useState } from "react";
import { account } from "@/api/api";
import { Field } from "@/auth/Field";
import { FormError } from "@/auth/FormError";
import { useForm } from "@/auth/useForm";
import { Button } from "@/components/ui/button";

type Props = { left: number; onRemoved: () => void };

export function RemoveFactor({ left, onRemoved }: Props) {
  const [asking, setAsking] = useState(false);
  const { busy, problem, fieldError, onSubmit } = useForm(async ({ code = "" }) => {
    await account.removeFactor(code);
    onRemoved();
  });
  if (!asking) {
    return (
      <div className="flex flex-wrap items-center gap-3 text-sm">
        <span className={left < 3 ? "text-warning" : "text-muted-foreground"}>{left} recovery {left === 1 ? "code" : "codes"} left</span>
        <Button variant="outline" size="sm" onClick={() => setAsking(true)} data-testid="remove-factor">Turn it off</Button>
      </div>
    );
  }
  return (
    <form onSubmit={onSubmit} className="grid max-w-sm gap-4">
      <Field label="A code from the app, or a recovery code" name="code" autoComplete="one-time-code" required autoFocus error={fieldError("code")} />
      {!fieldError("code") && <FormError problem={problem} />}
      <div className="flex gap-2">
        <Button type="submit" size="sm" variant="destructive" disabled={busy} data-testid="remove-factor-now">Turn it off</Button>
        <Button type="button" size="sm" variant="ghost" onClick={() => setAsking(false)}>Cancel</Button>
      </div>
    </form>
  );
}
