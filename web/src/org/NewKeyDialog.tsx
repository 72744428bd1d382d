import { type FormEvent, useState } from "react";
import { type ApiKey, apiKeys, type Scope, SCOPES } from "@/api/org";
import { notifyProblem } from "@/components/notify";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";

const HELP: Record<Scope, string> = {
  read: "Projects, files, members",
  write: "Change projects, ask for answers",
  manage: "Members and invites",
  usage: "Usage and invoices",
  audit: "The audit log",
};
const DAY_MS = 86_400_000;

type Props = { open: boolean; onOpenChange: (open: boolean) => void; onMade: (key: ApiKey) => void };

export function NewKeyDialog({ open, onOpenChange, onMade }: Props) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent className="max-w-md">
        <DialogHeader>
          <DialogTitle>New API key</DialogTitle>
          <DialogDescription>Give it no more than it needs.</DialogDescription>
        </DialogHeader>
        <KeyForm onMade={onMade} />
      </DialogContent>
    </Dialog>
  );
}

function KeyForm({ onMade }: Pick<Props, "onMade">) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["read"]);
  const [days, setDays] = useState("90");
  const [busy, setBusy] = useState(false);
  const toggle = (scope: Scope) => setScopes((before) => (before.includes(scope) ? before.filter((one) => one !== scope) : [...before, scope]));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const end = days ? new Date(Date.now() + Number(days) * DAY_MS).toISOString() : null;
    await apiKeys.create(name.trim(), scopes, end).then(onMade, (error) => notifyProblem("The key could not be made", error));
    setBusy(false);
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Input autoFocus required maxLength={120} placeholder="What it is for" aria-label="Name of the key" value={name} onChange={(event) => setName(event.target.value)} data-testid="key-name" />
      <fieldset className="grid gap-2">
        <legend className="mb-2 text-sm font-medium">Scopes</legend>
        {SCOPES.map((scope) => (
          <label key={scope} className="flex items-center gap-2 text-sm">
            <input type="checkbox" className="size-4 accent-primary" checked={scopes.includes(scope)} onChange={() => toggle(scope)} data-testid={`scope-${scope}`} />
            <span className="w-16 font-mono">{scope}</span>
            <span className="text-muted-foreground">{HELP[scope]}</span>
          </label>
        ))}
      </fieldset>
      <div className="grid gap-1.5">
        <Label htmlFor="key-days">Days until it ends (empty: never)</Label>
        <Input id="key-days" type="number" min={1} max={3650} value={days} onChange={(event) => setDays(event.target.value)} />
      </div>
      <DialogFooter>
        <Button type="submit" disabled={busy || !name.trim() || scopes.length === 0} data-testid="create-key">
          Create key
        </Button>
      </DialogFooter>
    </form>
  );
}
