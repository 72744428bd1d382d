import { Mail, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { type Invite, org, type Role } from "@/api/org";
import { ago } from "@/components/ago";
import { EmptyState } from "@/components/EmptyState";
import { notifyProblem } from "@/components/notify";
import { ListPanel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { type Pages, usePages } from "@/components/usePages";
import { OnceDialog } from "./OnceDialog";
import { RoleSelect } from "./RoleSelect";
import { useOrg } from "./useOrg";

export function Invites() {
  const list = usePages(org.invites);
  const [link, setLink] = useState<string | null>(null);
  const made = (invite: Invite) => {
    setLink(invite.link ?? null);
    list.change((items) => [invite, ...items]);
  };
  return (
    <>
      <ListPanel
        id="invites"
        title="Invites"
        text="A link that can be followed once, for seven days."
        action={<InviteForm onMade={made} />}
        list={list}
        empty={<EmptyState icon={Mail} title="No open invites" text="Invite somebody with their address; then pass the link on to them." />}
        row={(invite) => <Row key={invite.id} invite={invite} list={list} />}
      />
      <OnceDialog title="The invite's link" text="Pass it on to whom it is for. Whoever has it can join; it is shown only now." secret={link} onClose={() => setLink(null)} />
    </>
  );
}

function InviteForm({ onMade }: { onMade: (invite: Invite) => void }) {
  const owners = useOrg((store) => store.current?.role === "owner");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("member");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      onMade(await org.invite(email.trim(), role));
      setEmail("");
    } catch (error) {
      notifyProblem("The invite could not be made", error);
    }
    setBusy(false);
  };
  return (
    <form onSubmit={submit} className="flex w-full gap-2 sm:w-auto">
      <Input type="email" required maxLength={254} placeholder="name@example.com" aria-label="Address to invite" className="h-8 min-w-0 flex-1 sm:w-52" value={email} onChange={(event) => setEmail(event.target.value)} data-testid="invite-email" />
      <RoleSelect value={role} onChange={setRole} label="Role of who is invited" owners={owners} />
      <Button type="submit" size="sm" disabled={busy || !email.trim()} data-testid="invite">
        Invite
      </Button>
    </form>
  );
}

function Row({ invite, list }: { invite: Invite; list: Pages<Invite> }) {
  const expired = new Date(invite.expires_at).getTime() < Date.now();
  const revoke = () =>
    org.revokeInvite(invite.id).then(
      () => list.change((items) => items.filter((one) => one.id !== invite.id)),
      (error) => notifyProblem("The invite could not be taken back", error),
    );
  return (
    <li className="flex items-center gap-3 px-4 py-2.5" data-testid="invite-row">
      <div className="min-w-0 flex-1">
        <div className="truncate text-sm font-medium">{invite.email}</div>
        <div className="text-xs text-muted-foreground">
          {expired ? "Expired" : "Ends"} {ago(invite.expires_at)}
        </div>
      </div>
      <span className="text-sm text-muted-foreground capitalize">{invite.role}</span>
      <Button variant="ghost" size="icon" className="size-8" aria-label={`Take back the invite of ${invite.email}`} onClick={() => void revoke()} data-testid="revoke-invite">
        <X />
      </Button>
    </li>
  );
}
