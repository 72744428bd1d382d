"use client";

import { Check, ChevronDown, MessageSquarePlus, Pencil, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Session } from "@/api/types";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { notifyProblem } from "@/components/notify";
import { RenameDialog } from "@/components/RenameDialog";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuLabel, DropdownMenuSeparator, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import { Skeleton } from "@/components/ui/skeleton";
import { workspaceUrl } from "@/projects/start";
import { useSession } from "@/session/store";
import { useOwns, useProject, useWorks } from "./project";
import { useNewSession } from "./useWorkspaceActions";

type Open = "rename-project" | "rename-session" | "delete-session" | null;

/** Project / session, with the menus that rename, delete and change them. */
export function WorkspaceTrail() {
  const { project, rename, renameSession, sessions } = useProject();
  const state = useSession((store) => store.state);
  const owns = useOwns();
  const [open, setOpen] = useState<Open>(null);
  const current = sessions?.find((one) => one.id === state?.session.id) ?? state?.session;
  if (!project) return <Skeleton className="h-5 w-40" />;
  const close = () => setOpen(null);
  const orNotify = (work: Promise<void>) =>
    work.catch((error) => {
      notifyProblem("The name could not be changed", error);
      throw error;
    });
  return (
    <nav aria-label="Where you are" className="flex min-w-0 items-center gap-0.5 text-sm">
      <span className="text-muted-foreground/50 max-md:hidden">/</span>
      <Button variant="ghost" size="sm" className="min-w-0 shrink px-2 font-medium max-sm:hidden" disabled={!owns} onClick={() => setOpen("rename-project")} title={owns ? "Rename project" : project.name} data-testid="project-title">
        <span className="truncate">{project.name}</span>
      </Button>
      <span className="text-muted-foreground/50 max-sm:hidden">/</span>
      <SessionMenu current={current} onRename={() => setOpen("rename-session")} onDelete={() => setOpen("delete-session")} />
      {open === "rename-project" && <RenameDialog open onOpenChange={close} what="project" value={project.name} onRename={(name) => orNotify(rename(name))} />}
      {open === "rename-session" && current && <RenameDialog open onOpenChange={close} what="session" value={titleOf(current)} onRename={(title) => orNotify(renameSession(current.id, title))} />}
      {current && <DeleteSession session={current} open={open === "delete-session"} onOpenChange={close} />}
    </nav>
  );
}

const titleOf = (session: Session) => session.title || "New session";

function SessionMenu({ current, onRename, onDelete }: { current?: Session; onRename: () => void; onDelete: () => void }) {
  const router = useRouter();
  const { project, sessions } = useProject();
  const openNew = useNewSession();
  const [works, owns] = [useWorks(), useOwns()];
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="sm" className="min-w-0 shrink px-2 font-normal" data-testid="session-menu">
          <span className="truncate">{current ? titleOf(current) : "…"}</span>
          <ChevronDown className="text-muted-foreground" />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="max-h-96 w-72">
        <DropdownMenuLabel className="text-xs text-muted-foreground">Sessions of this project</DropdownMenuLabel>
        {sessions?.map((session) => (
          <DropdownMenuItem key={session.id} onSelect={() => router.push(workspaceUrl(project!.id, session.id))} data-testid="session-item">
            <Check className={session.id === current?.id ? "" : "invisible"} />
            <span className="truncate">{titleOf(session)}</span>
          </DropdownMenuItem>
        ))}
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => void openNew()} disabled={!works} data-testid="new-session">
          <MessageSquarePlus /> New session
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={onRename} disabled={!current || !works}>
          <Pencil /> Rename session
        </DropdownMenuItem>
        <DropdownMenuItem variant="destructive" onSelect={onDelete} disabled={!current || !owns}>
          <Trash2 /> Delete session
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

function DeleteSession({ session, open, onOpenChange }: { session: Session; open: boolean; onOpenChange: (open: boolean) => void }) {
  const router = useRouter();
  const { project, removeSession } = useProject();
  const remove = async () => {
    try {
      await removeSession(session.id);
      router.replace(workspaceUrl(project!.id));
    } catch (error) {
      notifyProblem("The session could not be deleted", error);
    }
  };
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete “${titleOf(session)}”?`}
      text="Its messages and all versions of its files go with it. This cannot be undone."
      action="Delete session"
      onConfirm={() => void remove()}
    />
  );
}
