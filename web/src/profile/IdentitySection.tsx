import { useState } from "react";
import { account, auth } from "@/api/api";
import type { Provider, Security } from "@/api/types";
import { Field } from "@/auth/Field";
import { FormError } from "@/auth/FormError";
import { useForm } from "@/auth/useForm";
import { ago } from "@/components/ago";
import { notifyProblem } from "@/components/notify";
import { Button } from "@/components/ui/button";
import { Section } from "./Section";
import { useLoaded } from "./useLoaded";

type Props = { security: Security; onChange: () => void };

/** Who else signs the person in. */
export function IdentitySection({ security, onChange }: Props) {
  const { value: providers } = useLoaded(auth.providers);
  const [linking, setLinking] = useState<string | null>(null);
  const known = providers?.filter((one) => one.kind === "redirect") ?? [];
  if (known.length === 0 && security.identities.length === 0) return null;
  const linked = (provider: Provider) => security.identities.find((one) => one.provider === provider.id);
  const unlink = (id: string) => account.unlink(id).then(onChange, (error) => notifyProblem("It stays linked", error));
  return (
    <Section title="Sign in with" text="Accounts elsewhere that open this one." testId="identity-section">
      <ul className="grid gap-3">
        {known.map((provider) => (
          <li key={provider.id} className="grid gap-3" data-testid={`identity-${provider.id}`}>
            <div className="flex items-center gap-3 text-sm">
              <span className="flex-1">{provider.name}</span>
              {linked(provider) ? (
                <>
                  <span className="text-xs text-muted-foreground">linked {ago(linked(provider)?.linked_at ?? "")}</span>
                  <Button size="sm" variant="outline" onClick={() => unlink(provider.id)} data-testid={`unlink-${provider.id}`}>Unlink</Button>
                </>
              ) : (
                security.password && <Button size="sm" variant="outline" onClick={() => setLinking(provider.id)} data-testid={`link-${provider.id}`}>Link</Button>
              )}
            </div>
            {linking === provider.id && <LinkForm provider={provider} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** The password once more: whoever can sign in by the provider then has the whole account. */
function LinkForm({ provider }: { provider: Provider }) {
  const { busy, problem, fieldError, onSubmit } = useForm(async ({ password = "" }) => location.assign((await account.link(provider.id, password)).url));
  return (
    <form onSubmit={onSubmit} className="grid max-w-sm gap-3">
      <Field label="Your password, once more" name="password" type="password" autoComplete="current-password" required autoFocus error={fieldError("password")} />
      {!fieldError("password") && <FormError problem={problem} />}
      <Button type="submit" size="sm" className="justify-self-start" disabled={busy} data-testid={`link-${provider.id}-now`}>Go to {provider.name}</Button>
    </form>
  );
}
