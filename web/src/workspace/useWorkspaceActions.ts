import { useRouter } from "next/navigation";
import { useMemo } from "react";
import { notifyProblem } from "@/components/notify";
import { useOverlays } from "@/components/overlays";
import { type Action, useOffer } from "@/components/shortcuts";
import { workspaceUrl } from "@/projects/start";
import { expectVersion, failedPrompt, stoppable, useSession } from "@/session/store";
import { useVersions } from "@/session/versions";
import { useProject, useWorks } from "./project";
import { focusComposer, useUi } from "./ui";

/** What keys and the command menu can do in the workspace. */
export function useWorkspaceActions(): void {
  const openNew = useNewSession();
  const running = useSession((store) => stoppable(store.state));
  const works = useWorks();
  const failed = useSession((store) => failedPrompt(store.state));
  const actions = useMemo<Action[]>(
    () => [
      { id: "share", label: "Share this project", group: "Project", run: () => useOverlays.getState().show("share") },
      { id: "new-session", label: "New session", group: "Session", keys: "Mod+Shift+O", disabled: !works, run: () => void openNew() },
      { id: "focus", label: "Go to the composer", group: "Session", keys: "Shift+Escape", run: focusComposer },
      { id: "stop", label: "Stop the running answer", group: "Session", disabled: !running || !works, run: () => running && void stopWithNotice(running) },
      { id: "again", label: "Ask again after a failure", group: "Session", keys: "Mod+Shift+Enter", disabled: failed === null || !works, run: () => failed !== null && void sendWithNotice(failed) },
      { id: "import", label: "Bring files in", group: "Session", disabled: !works, run: () => useOverlays.getState().show("import") },
      { id: "tab-preview", label: "Preview", group: "Workbench", keys: "Alt+Digit1", run: () => useUi.getState().show("preview") },
      { id: "tab-code", label: "Code", group: "Workbench", keys: "Alt+Digit2", run: () => useUi.getState().show("code") },
      { id: "tab-versions", label: "Versions", group: "Workbench", keys: "Alt+Digit3", run: () => useUi.getState().show("versions") },
      { id: "older", label: "Older version", group: "Workbench", keys: "Alt+BracketLeft", run: () => step(-1) },
      { id: "newer", label: "Newer version", group: "Workbench", keys: "Alt+BracketRight", run: () => step(1) },
    ],
    [openNew, running, works, failed],
  );
  useOffer("workspace", actions);
}

export const stopWithNotice = (generation: string) => useSession.getState().stop(generation).catch((error) => notifyProblem("The answer could not be stopped", error));

export const sendWithNotice = (prompt: string) => useSession.getState().send(prompt).catch((error) => notifyProblem("The message could not be sent", error));

export function useNewSession(): () => Promise<void> {
  const router = useRouter();
  return useMemo(
    () => async () => {
      const { project, newSession } = useProject.getState();
      if (!project) return;
      try {
        const session = await newSession();
        expectVersion(session.id, session.version);
        router.push(workspaceUrl(project.id, session.id));
        focusComposer();
      } catch (error) {
        notifyProblem("The session could not be opened", error);
      }
    },
    [router],
  );
}

/** To the version before or after the one in view. */
function step(by: 1 | -1): void {
  const head = useSession.getState().state?.head;
  if (!head) return;
  const { viewed, view } = useVersions.getState();
  const next = Math.max(1, (viewed ?? head) + by);
  view(next >= head ? null : next);
}
