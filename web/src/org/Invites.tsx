import { Mail, Send, X } from "lucide-react";
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
  const [handed, setHanded] = useState<Invite | null>(null);
  const made = (invite: Invite) => {
    setHanded(invite);
    list.change((items) => [invite, ...items.filter((one) => one.id !== invite.id)]);
  };
  return (
    <>
      <ListPanel
        id="invites"
        title="Invites"
        text="A mail with a link that can be followed once, for seven days."
        action={<InviteForm onMade={made} />}
        list={list}
        empty={<EmptyState icon={Mail} title="No open invites" text="Whoever you invite gets a mail with a link." />}
        row={(invite) => <Row key={invite.id} invite={invite} list={list} onResent={made} />}
      />
      <OnceDialog title="The invite's link" text={handed ? told(handed) : ""} secret={handed?.link ?? null} onClose={() => setHanded(null)} />
    </>
  );
}

const told = ({ email, mailed }: Invite) =>
  mailed ? `It is on its way to ${email}. You can pass the link on yourself, too: whoever has it can join. It is shown only now.` : `No mail leaves for ${email}: too many were sent. Pass the link on yourself; whoever has it can join. It is shown only now.`;

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

function Row({ invite, list, onResent }: { invite: Invite; list: Pages<Invite>; onResent: (invite: Invite) => void }) {
  const [busy, setBusy] = useState(false);
  const expired = new Date(invite.expires_at).getTime() < Date.now();
  const resend = () => {
    setBusy(true);
    org
      .resendInvite(invite.id)
      .then(onResent, (error) => notifyProblem("The invite could not be sent again", error))
      .finally(() => setBusy(false));
  };
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
      <Button variant="ghost" size="icon" className="size-8" disabled={busy} aria-label={`Send the invite of ${invite.email} again, with a new link`} title="Send again" onClick={resend} data-testid="resend-invite">
        <Send />
      </Button>
      <Button variant="ghost" size="icon" className="size-8" title="Take back" aria-label={`Take back the invite of ${invite.email}`} onClick={() => void revoke()} data-testid="revoke-invite">
        <X />
      </Button>
    </li>
  );
}
