import { UserMinus } from "lucide-react";
import { useState } from "react";
import { type Member, org, type Role } from "@/api/org";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { EmptyState } from "@/components/EmptyState";
import { useMe } from "@/components/me";
import { notifyProblem } from "@/components/notify";
import { ListPanel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { type Pages, usePages } from "@/components/usePages";
import { RoleSelect } from "./RoleSelect";
import { useManages, useOrg } from "./useOrg";

export function Members() {
  const list = usePages(org.members);
  return (
    <ListPanel
      id="members"
      title="Members"
      text="Who belongs to this organisation, and what they may do."
      list={list}
      empty={<EmptyState title="Nobody yet" text="Members appear here once they have joined." />}
      row={(member) => <Row key={member.id} member={member} list={list} />}
    />
  );
}

function Row({ member, list }: { member: Member; list: Pages<Member> }) {
  const me = useMe((store) => store.user?.id);
  const role = useOrg((store) => store.current?.role);
  const manages = useManages();
  const [removing, setRemoving] = useState(false);
  const owners = role === "owner";
  const changeable = manages && (owners || member.role !== "owner");
  const change = (next: Role) =>
    org.changeRole(member.id, next).then(
      () => list.change((items) => items.map((one) => (one.id === member.id ? { ...one, role: next } : one))),
      (error) => notifyProblem("The role could not be changed", error),
    );
  const remove = () =>
    org.removeMember(member.id).then(
      () => list.change((items) => items.filter((one) => one.id !== member.id)),
      (error) => notifyProblem(`${member.name} could not be removed`, error),
    );
  return (
    <li className="flex items-center gap-3 px-4 py-2.5" data-testid="member">
      <div className="min-w-0 flex-1">
        <div className="truncate text-sm font-medium">
          {member.name || "…"} {member.id === me && <span className="font-normal text-muted-foreground">(you)</span>}
        </div>
        <div className="truncate text-xs text-muted-foreground">{member.email}</div>
      </div>
      {changeable ? (
        <RoleSelect value={member.role} onChange={(next) => void change(next)} label={`Role of ${member.name}`} owners={owners} />
      ) : (
        <span className="text-sm text-muted-foreground capitalize">{member.role}</span>
      )}
      {changeable && member.id !== me && (
        <Button variant="ghost" size="icon" className="size-8" aria-label={`Remove ${member.name}`} onClick={() => setRemoving(true)} data-testid="remove-member">
          <UserMinus />
        </Button>
      )}
      <ConfirmDialog open={removing} onOpenChange={setRemoving} title={`Remove ${member.name}?`} text="They are signed out of this organisation within seconds, and their API keys for it end." action="Remove" onConfirm={() => void remove()} />
    </li>
  );
}
