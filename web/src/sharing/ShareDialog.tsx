"use client";

import { Search, Users } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { Member } from "@/api/org";
import type { Project, ProjectMember } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { useMe } from "@/components/me";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { ACCESS, type Access, useSharing } from "./useSharing";

type Props = { project: Project; onClose: () => void; onLeft: () => void };

/** Who sees a project, and as what. Its owner decides; the others see who is there, and may leave. */
export function ShareDialog({ project, onClose, onLeft }: Props) {
  const owns = (project.role ?? "owner") === "owner";
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="max-w-lg" data-testid="share-dialog">
        <DialogHeader>
          <DialogTitle className="pr-6">{owns ? `Share “${project.name}”` : `Who sees “${project.name}”`}</DialogTitle>
          <DialogDescription>{owns ? "Viewers watch along as answers are written. Editors work in it as you do; nobody but you shares or deletes it." : "Its owner decides who is here. You can leave at any time."}</DialogDescription>
        </DialogHeader>
        {owns ? <Colleagues project={project} /> : <Companions project={project} onLeft={onLeft} />}
      </DialogContent>
    </Dialog>
  );
}

/** Everybody in the organisation, with what they may do here. */
function Colleagues({ project }: { project: Project }) {
  const [query, setQuery] = useState("");
  const { people, roles, problem, give, reload } = useSharing(project.id, query);
  if (problem) return <ErrorState problem={problem} onRetry={reload} />;
  if (people?.length === 0 && !query) {
    return (
      <EmptyState icon={Users} title="You are alone here" text="Nobody else belongs to this organisation yet. Invite somebody, and share with them.">
        <Button variant="outline" size="sm" asChild>
          <Link href="/org/">Invite somebody</Link>
        </Button>
      </EmptyState>
    );
  }
  return (
    <div className="grid gap-3">
      <div className="relative">
        <Search className="absolute top-2.5 left-2.5 size-4 text-muted-foreground" />
        <Input autoFocus type="search" maxLength={200} placeholder="Find somebody" aria-label="Find somebody" className="pl-8" value={query} onChange={(event) => setQuery(event.target.value)} data-testid="share-search" />
      </div>
      {!people || !roles ? (
        <Skeleton className="h-24" aria-busy="true" />
      ) : people.length === 0 ? (
        <p className="py-6 text-center text-sm text-muted-foreground">Nobody here is called “{query}”.</p>
      ) : (
        <ul className="max-h-80 divide-y overflow-y-auto rounded-lg border">
          {people.map((person) => (
            <Colleague key={person.id} person={person} access={roles[person.id] ?? "none"} onChange={(access) => void give(person, access)} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Colleague({ person, access, onChange }: { person: Member; access: Access; onChange: (access: Access) => void }) {
  return (
    <li className="flex items-center gap-3 px-3 py-2" data-testid="share-row">
      <Names {...person} />
      <Select value={access} onValueChange={(next) => onChange(next as Access)}>
        <SelectTrigger size="sm" aria-label={`Access of ${person.name}`} className="w-32">
          <SelectValue>{ACCESS[access].label}</SelectValue>
        </SelectTrigger>
        <SelectContent>
          {(Object.keys(ACCESS) as Access[]).map((one) => (
            <SelectItem key={one} value={one}>
              {ACCESS[one].label} <span className="text-muted-foreground">{ACCESS[one].help}</span>
            </SelectItem>
          ))}
        </SelectContent>
      </Select>
    </li>
  );
}

/** Those who see it with us. */
function Companions({ project, onLeft }: { project: Project; onLeft: () => void }) {
  const me = useMe((store) => store.user?.id);
  const { members, problem, leave, reload } = useSharing(project.id, null);
  if (problem) return <ErrorState problem={problem} onRetry={reload} />;
  if (!members) return <Skeleton className="h-24" aria-busy="true" />;
  return (
    <div className="grid gap-3">
      <ul className="max-h-80 divide-y overflow-y-auto rounded-lg border">
        {members.map((member: ProjectMember) => (
          <li key={member.id} className="flex items-center gap-3 px-3 py-2" data-testid="share-row">
            <Names {...member} you={member.id === me} />
            <span className="text-sm text-muted-foreground capitalize">{member.role}</span>
          </li>
        ))}
      </ul>
      {me && (
        <Button variant="outline" className="justify-self-end" onClick={() => void leave(me).then((left) => left && onLeft())} data-testid="leave-project">
          Leave this project
        </Button>
      )}
    </div>
  );
}

function Names({ name, email, you }: { name: string; email: string; you?: boolean }) {
  return (
    <div className="min-w-0 flex-1">
      <div className="truncate text-sm font-medium">
        {name || "…"} {you && <span className="font-normal text-muted-foreground">(you)</span>}
      </div>
      <div className="truncate text-xs text-muted-foreground">{email}</div>
    </div>
  );
}
