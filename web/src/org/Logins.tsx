import { Check, Copy, KeyRound, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { logins, type OrgProvider } from "@/api/org";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { EmptyState } from "@/components/EmptyState";
import { notifyProblem } from "@/components/notify";
import { ListPanel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { type Pages, usePages } from "@/components/usePages";
import { LoginDialog } from "./LoginDialog";
import { useOrg } from "./useOrg";

/** The providers that people sign in to this organisation by. */
export function Logins() {
  const list = usePages(logins.list);
  const [editing, setEditing] = useState<OrgProvider | "new" | null>(null);
  const known = (provider: OrgProvider) => list.change((items) => [...items.filter((one) => one.id !== provider.id), provider]);
  return (
    <>
      <ListPanel
        id="logins"
        title="Sign-in providers"
        text="Whoever your own provider vouches for signs in here, on a page of your own."
        action={
          <Button size="sm" onClick={() => setEditing("new")} data-testid="new-login">
            Add a provider
          </Button>
        }
        list={list}
        empty={<EmptyState icon={KeyRound} title="No providers yet" text="People sign in with a password, a code by mail, or what this installation offers." />}
        row={(provider) => <Row key={provider.id} provider={provider} list={list} onEdit={() => setEditing(provider)} />}
      />
      {list.items && list.items.length > 0 && <Page />}
      {editing && <LoginDialog provider={editing === "new" ? null : editing} onClose={() => setEditing(null)} onDone={known} />}
    </>
  );
}

/** Where people of this organisation sign in. */
function Page() {
  const org = useOrg((store) => store.current?.id);
  const [copied, setCopied] = useState(false);
  const address = `${location.origin}/login?org=${org}`;
  return (
    <p className="-mt-3 flex items-center gap-2 px-4 text-sm text-muted-foreground">
      <span className="min-w-0 truncate">
        Your sign-in page: <a className="font-mono text-xs underline-offset-4 hover:underline" href={address} data-testid="login-page">{address}</a>
      </span>
      <Button variant="ghost" size="icon" className="size-8 shrink-0" aria-label="Copy the address of the sign-in page" onClick={() => void navigator.clipboard.writeText(address).then(() => setCopied(true))}>
        {copied ? <Check /> : <Copy />}
      </Button>
    </p>
  );
}

function Row({ provider, list, onEdit }: { provider: OrgProvider; list: Pages<OrgProvider>; onEdit: () => void }) {
  const [removing, setRemoving] = useState(false);
  const remove = () =>
    logins.remove(provider.id).then(
      () => list.change((items) => items.filter((one) => one.id !== provider.id)),
      (error) => notifyProblem(`${provider.label} could not be removed`, error),
    );
  return (
    <li className="flex items-center gap-3 px-4 py-2.5" data-testid="login-row">
      <div className="min-w-0 flex-1">
        <div className="truncate text-sm font-medium">{provider.label}</div>
        <div className="truncate text-xs text-muted-foreground">{provider.issuer ?? "github.com"}</div>
        <div className="truncate font-mono text-xs text-muted-foreground" title="The redirect address that the provider has to know" data-testid="login-callback">
          {provider.callback}
        </div>
      </div>
      <span className="text-sm text-muted-foreground">{provider.joins ? `Joins as ${provider.joins}` : "By invite only"}</span>
      <Button variant="ghost" size="icon" className="size-8" aria-label={`Change ${provider.label}`} onClick={onEdit} data-testid="edit-login">
        <Pencil />
      </Button>
      <Button variant="ghost" size="icon" className="size-8" aria-label={`Remove ${provider.label}`} onClick={() => setRemoving(true)} data-testid="remove-login">
        <Trash2 />
      </Button>
      <ConfirmDialog open={removing} onOpenChange={setRemoving} title={`Remove ${provider.label}?`} text="Nobody signs in by it any more, and its secret is deleted. Who has no other way in asks for a code by mail." action="Remove" onConfirm={() => void remove()} />
    </li>
  );
}
