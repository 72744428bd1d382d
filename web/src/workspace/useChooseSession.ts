import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { notifyProblem } from "@/components/notify";
import { workspaceUrl } from "@/projects/start";
import { expectVersion } from "@/session/store";
import { useProject } from "./project";

/** An address without session goes to the newest one; a project without any gets its first. */
export function useChooseSession(projectId: string | null, sessionId: string | null): void {
  const router = useRouter();
  const project = useProject((store) => store.project);
  const sessions = useProject((store) => store.sessions);
  const newSession = useProject((store) => store.newSession);
  const opening = useRef(false);
  useEffect(() => {
    if (!projectId) return router.replace("/");
    if (sessionId || !sessions || project?.id !== projectId || opening.current) return;
    const newest = sessions[0];
    if (newest) return router.replace(workspaceUrl(projectId, newest.id));
    if (project.role === "viewer") return;
    opening.current = true;
    newSession()
      .then((session) => {
        expectVersion(session.id, session.version);
        router.replace(workspaceUrl(projectId, session.id));
      })
      .catch((error) => notifyProblem("The session could not be opened", error))
      .finally(() => (opening.current = false));
  }, [projectId, sessionId, sessions, project, newSession, router]);
}
