import { KeyRound, Plus, X } from "lucide-react";
import { useState } from "react";
import { type ApiKey, apiKeys } from "@/api/org";
import { ago } from "@/components/ago";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { EmptyState } from "@/components/EmptyState";
import { notifyProblem } from "@/components/notify";
import { ListPanel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { type Pages, usePages } from "@/components/usePages";
import { NewKeyDialog } from "./NewKeyDialog";
import { OnceDialog } from "./OnceDialog";

export function ApiKeys() {
  const list = usePages(apiKeys.list);
  const [creating, setCreating] = useState(false);
  const [key, setKey] = useState<string | null>(null);
  const made = (one: ApiKey) => {
    setCreating(false);
    setKey(one.key ?? null);
    list.change((items) => [one, ...items]);
  };
  return (
    <>
      <ListPanel
        id="api-keys"
        title="API keys"
        text="For scripts. A key acts in the name of who made it, within its scopes."
        action={
          <Button variant="outline" size="sm" onClick={() => setCreating(true)} data-testid="new-key">
            <Plus /> New key
          </Button>
        }
        list={list}
        empty={<EmptyState icon={KeyRound} title="No keys yet" text="Make one to call the API from a script or a pipeline." />}
        row={(one) => <Row key={one.id} one={one} list={list} />}
      />
      <NewKeyDialog open={creating} onOpenChange={setCreating} onMade={made} />
      <OnceDialog title="Your new API key" text="Copy it now: it is shown only once. Send it as Authorization: Bearer." secret={key} onClose={() => setKey(null)} />
    </>
  );
}

function Row({ one, list }: { one: ApiKey; list: Pages<ApiKey> }) {
  const [revoking, setRevoking] = useState(false);
  const revoke = () =>
    apiKeys.revoke(one.id).then(
      () => list.change((items) => items.filter((other) => other.id !== one.id)),
      (error) => notifyProblem("The key could not be revoked", error),
    );
  return (
    <li className="flex items-center gap-3 px-4 py-2.5" data-testid="key-row">
      <div className="min-w-0 flex-1">
        <div className="truncate text-sm font-medium">{one.name}</div>
        <div className="truncate text-xs text-muted-foreground">
          {one.scopes.join(", ")} · made {ago(one.created_at)}
          {one.expires_at && ` · ends ${ago(one.expires_at)}`}
        </div>
      </div>
      <Button variant="ghost" size="icon" className="size-8" aria-label={`Revoke ${one.name}`} onClick={() => setRevoking(true)} data-testid="revoke-key">
        <X />
      </Button>
      <ConfirmDialog open={revoking} onOpenChange={setRevoking} title={`Revoke ${one.name}?`} text="Whatever uses it stops working within seconds." action="Revoke" onConfirm={() => void revoke()} />
    </li>
  );
}
