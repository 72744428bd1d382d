"use client";

import { Eye, Trash2 } from "lucide-react";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";
import { AppShell } from "@/components/AppShell";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Button } from "@/components/ui/button";
import { workspaceUrl } from "@/projects/start";
import { useSession } from "@/session/store";
import { useVersions } from "@/session/versions";
import { ImportDialog } from "./ImportDialog";
import { LiveAnnouncer } from "./LiveAnnouncer";
import { ShareOpenProject } from "./ShareOpenProject";
import { useProject } from "./project";
import { SkipLinks } from "./SkipLinks";
import { useChooseSession } from "./useChooseSession";
import { useWorkspaceActions } from "./useWorkspaceActions";
import { WorkspaceActions } from "./WorkspaceActions";
import { WorkspaceLayout } from "./WorkspaceLayout";
import { WorkspaceTrail } from "./WorkspaceTrail";

export function WorkspaceScreen() {
  const parameters = useSearchParams();
  const projectId = parameters.get("p");
  const sessionId = parameters.get("c");
  const project = useProject();
  const session = useSession();
  useOpen(projectId, sessionId);
  useChooseSession(projectId, sessionId);
  useVersionsOfSession();
  useNoteSession();
  useWorkspaceActions();
  useTitle(project.project?.name);

  const problem = project.problem ?? session.problem;
  const again = () => {
    if (projectId) void project.open(projectId);
    if (sessionId) void session.open(sessionId);
  };
  return (
    <AppShell className="h-dvh overflow-hidden" skips={<SkipLinks />} trail={<WorkspaceTrail />} actions={<WorkspaceActions />}>
      {problem && !session.state ? (
        <main className="grid flex-1 place-items-center">
          <ErrorState problem={problem} onRetry={again} />
        </main>
      ) : session.state?.deleted ? (
        <main className="grid flex-1 place-items-center">
          <SessionGone project={projectId!} />
        </main>
      ) : project.project?.role === "viewer" && !sessionId && project.sessions?.length === 0 ? (
        <main className="grid flex-1 place-items-center">
          <EmptyState icon={Eye} title="Nothing to see yet" text="No session was begun in this project. What its owner makes appears here." />
        </main>
      ) : (
        <WorkspaceLayout />
      )}
      <ImportDialog />
      <ShareOpenProject />
      <LiveAnnouncer />
    </AppShell>
  );
}

/** Deleted while it was open, perhaps on another device. */
function SessionGone({ project }: { project: string }) {
  return (
    <EmptyState icon={Trash2} title="This session was deleted" text="Its messages and files are gone.">
      <Button variant="outline" size="sm" asChild>
        <Link href={workspaceUrl(project)}>Go to the project</Link>
      </Button>
    </EmptyState>
  );
}

function useOpen(projectId: string | null, sessionId: string | null): void {
  const openProject = useProject((store) => store.open);
  const openSession = useSession((store) => store.open);
  const close = useSession((store) => store.close);
  useEffect(() => {
    if (projectId) void openProject(projectId);
  }, [projectId, openProject]);
  useEffect(() => {
    if (sessionId) void openSession(sessionId);
    return close;
  }, [sessionId, openSession, close]);
}

/** Reads the list of versions when the session opens and whenever a new version appears. */
function useVersionsOfSession(): void {
  const id = useSession((store) => store.id);
  const head = useSession((store) => store.state?.head ?? null);
  const version = useSession((store) => store.state?.version);
  const { reset, refresh, load } = useVersions();
  const [seen, setSeen] = useState<string | null>(null);
  useEffect(() => reset(id), [id, reset]);
  useEffect(() => {
    const key = `${id}:${head}`;
    if (!id || head === null || seen === key) return;
    setSeen(key);
    // Of a version that the list has, the files can be read.
    void refresh(version).then(() => load(head));
  }, [id, head, version, seen, refresh, load]);
}

/** A session that the list does not have yet, knows by an older title, or still has. */
function useNoteSession(): void {
  const session = useSession((store) => store.state?.session);
  const deleted = useSession((store) => store.state?.deleted === true);
  const note = useProject((store) => store.note);
  const forget = useProject((store) => store.forget);
  const listed = useProject((store) => store.sessions !== null);
  useEffect(() => {
    if (session && listed && !deleted) note(session);
    if (session && listed && deleted) forget(session.id);
  }, [session, listed, deleted, note, forget]);
}

function useTitle(name: string | undefined): void {
  useEffect(() => {
    if (name) document.title = `${name} · Atelier`;
    return () => {
      document.title = "Atelier";
    };
  }, [name]);
}
