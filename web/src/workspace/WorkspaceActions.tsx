"use client";

import { Download, Users } from "lucide-react";
import { projects } from "@/api/api";
import { useOverlays } from "@/components/overlays";
import { Button } from "@/components/ui/button";
import { useSession } from "@/session/store";
import { useVersions } from "@/session/versions";
import { ConnectionPill } from "./ConnectionPill";
import { useProject } from "./project";

export function WorkspaceActions() {
  const project = useProject((store) => store.project);
  const show = useOverlays((store) => store.show);
  const session = useSession((store) => store.id);
  const head = useSession((store) => store.state?.head ?? null);
  const viewed = useVersions((store) => store.viewed);
  return (
    <>
      <ConnectionPill />
      {project && (
        <Button variant="outline" size="sm" onClick={() => show("share")} data-testid="share">
          <Users /> <span className="max-md:sr-only">{project.role === "owner" ? "Share" : "Shared"}</span>
        </Button>
      )}
      {project && session && head !== null && (
        <Button variant="outline" size="sm" asChild>
          <a href={projects.archiveUrl(project.id, session, viewed ?? head)} download={`${project.name}.zip`} data-testid="download-zip">
            <Download /> <span className="max-md:sr-only">Download zip</span>
          </a>
        </Button>
      )}
    </>
  );
}
