import { type FormEvent, useState } from "react";
import { logins, type NewOrgProvider, type OrgProvider } from "@/api/org";
import { type Problem, toProblem } from "@/api/problem";
import { Field } from "@/auth/Field";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Label } from "@/components/ui/label";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";

type Props = { provider: OrgProvider | null; onClose: () => void; onDone: (provider: OrgProvider) => void };
type Joins = "invited" | "viewer" | "member";

const KINDS = { oidc: "OpenID Connect", github: "GitHub" } as const;
const JOINS: Record<Joins, string> = { invited: "Only who was invited", viewer: "Everybody, as viewer", member: "Everybody, as member" };

export function LoginDialog({ provider, onClose, onDone }: Props) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="max-w-md">
        <DialogHeader>
          <DialogTitle>{provider ? `Change ${provider.label}` : "Add a provider"}</DialogTitle>
          <DialogDescription>It is asked at once whether it is there. The secret is kept sealed and never shown again.</DialogDescription>
        </DialogHeader>
        <Form provider={provider} onDone={(known) => (onDone(known), onClose())} />
      </DialogContent>
    </Dialog>
  );
}

function Form({ provider, onDone }: { provider: OrgProvider | null; onDone: (provider: OrgProvider) => void }) {
  const [kind, setKind] = useState<OrgProvider["kind"]>(provider?.kind ?? "oidc");
  const [joins, setJoins] = useState<Joins>(provider?.joins ?? "invited");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const error = (field: string) => problem?.errors.find((one) => one.field === field)?.message;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { label, issuer, client_id, client_secret } = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    const rule = kind === "oidc" && joins !== "invited" ? { joins } : {};
    const form: NewOrgProvider = { kind, label: label!, client_id: client_id!, ...rule, ...(kind === "oidc" ? { issuer } : {}), ...(client_secret ? { client_secret } : {}) };
    setBusy(true);
    try {
      onDone(await (provider ? logins.change(provider.id, form) : logins.create(form)));
    } catch (cause) {
      setProblem(toProblem(cause));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Choice label="Kind" value={kind} options={KINDS} onChange={setKind} />
      <Field label="Label on the button" name="label" required maxLength={120} defaultValue={provider?.label} error={error("label")} />
      {kind === "oidc" && <Field label="Issuer" name="issuer" type="url" required placeholder="https://id.example.com" defaultValue={provider?.issuer ?? ""} error={error("issuer")} />}
      <Field label="Client id" name="client_id" required defaultValue={provider?.client_id} error={error("client_id")} />
      <Field label={provider ? "Client secret (leave empty to keep it)" : "Client secret"} name="client_secret" type="password" autoComplete="off" required={!provider} error={error("client_secret")} />
      {kind === "oidc" && <Choice label="Who comes in" value={joins} options={JOINS} onChange={setJoins} />}
      {problem && problem.errors.length === 0 && (
        <p role="alert" className="rounded-lg border border-destructive/30 bg-destructive/5 px-3 py-2 text-sm" data-testid="form-error">
          {problem.message}
        </p>
      )}
      <DialogFooter>
        <Button type="submit" disabled={busy} data-testid="save-login">
          {busy ? "Asking it…" : "Save"}
        </Button>
      </DialogFooter>
    </form>
  );
}

function Choice<T extends string>({ label, value, options, onChange }: { label: string; value: T; options: Record<T, string>; onChange: (value: T) => void }) {
  return (
    <div className="grid gap-2">
      <Label>{label}</Label>
      <Select value={value} onValueChange={(next) => onChange(next as T)}>
        <SelectTrigger aria-label={label} className="w-full">
          <SelectValue>{options[value]}</SelectValue>
        </SelectTrigger>
        <SelectContent>
          {(Object.keys(options) as T[]).map((one) => (
            <SelectItem key={one} value={one}>
              {options[one]}
            </SelectItem>
          ))}
        </SelectContent>
      </Select>
    </div>
  );
}
