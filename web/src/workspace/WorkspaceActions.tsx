"use client";

import { Download } from "lucide-react";
import { projects } from "@/api/api";
import { Button } from "@/components/ui/button";
import { useSession } from "@/session/store";
import { useVersions } from "@/session/versions";
import { ConnectionPill } from "./ConnectionPill";
import { useProject } from "./project";

export function WorkspaceActions() {
  const project = useProject((store) => store.project);
  const session = useSession((store) => store.id);
  const head = useSession((store) => store.state?.head ?? null);
  const viewed = useVersions((store) => store.viewed);
  return (
    <>
      <ConnectionPill />
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
