import { useOverlays } from "@/components/overlays";
import { ShareDialog } from "@/sharing/ShareDialog";
import { useProject } from "./project";

/** With whom the project on the screen is shared. */
export function ShareOpenProject() {
  const { open, show } = useOverlays();
  const project = useProject((store) => store.project);
  if (open !== "share" || !project) return null;
  return <ShareDialog project={project} onClose={() => show(null)} onLeft={() => location.assign("/")} />;
}
