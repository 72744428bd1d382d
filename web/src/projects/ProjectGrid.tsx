"use client";

import { FolderPlus, SearchX } from "lucide-react";
import { useState } from "react";
import { projects } from "@/api/api";
import type { Project } from "@/api/types";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { notifyProblem } from "@/components/notify";
import { RenameDialog } from "@/components/RenameDialog";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { ShareDialog } from "@/sharing/ShareDialog";
import { ProjectCard } from "./ProjectCard";
import type { ProjectList } from "./useProjects";

export function ProjectGrid({ list, query }: { list: ProjectList; query: string }) {
  const [renaming, setRenaming] = useState<Project | null>(null);
  const [deleting, setDeleting] = useState<Project | null>(null);
  const [sharing, setSharing] = useState<Project | null>(null);
  if (list.problem && !list.items) return <ErrorState problem={list.problem} onRetry={list.reload} />;
  if (!list.items) return <GridSkeleton />;
  if (list.items.length === 0) {
    return query ? <EmptyState icon={SearchX} title={`No project is called “${query}”`} /> : <EmptyState icon={FolderPlus} title="No projects yet" text="Describe what you want above, or take one of the examples. It becomes your first project." />;
  }

  const rename = async (project: Project, name: string) => {
    await projects.rename(project.id, name).catch((error) => {
      notifyProblem("The project could not be renamed", error);
      throw error;
    });
    list.change((items) => items.map((one) => (one.id === project.id ? { ...one, name } : one)));
  };
  const remove = async (project: Project) => {
    list.change((items) => items.filter((one) => one.id !== project.id));
    await projects.remove(project.id).catch((error) => {
      notifyProblem("The project could not be deleted", error);
      list.reload();
    });
  };

  return (
    <>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(15rem,1fr))] gap-4">
        {list.items.map((project) => (
          <ProjectCard key={project.id} project={project} onRename={() => setRenaming(project)} onDelete={() => setDeleting(project)} onShare={() => setSharing(project)} />
        ))}
      </ul>
      {list.more && (
        <div className="mt-6 text-center">
          <Button variant="outline" onClick={() => void list.more?.()}>
            Show more
          </Button>
        </div>
      )}
      {renaming && <RenameDialog open onOpenChange={() => setRenaming(null)} what="project" value={renaming.name} onRename={(name) => rename(renaming, name)} />}
      {sharing && <ShareDialog project={sharing} onClose={() => setSharing(null)} onLeft={() => list.change((items) => items.filter((one) => one.id !== sharing.id))} />}
      {deleting && (
        <ConfirmDialog
          open
          onOpenChange={() => setDeleting(null)}
          title={`Delete “${deleting.name}”?`}
          text="Its sessions and all versions of its files go with it. This cannot be undone."
          action="Delete project"
          onConfirm={() => void remove(deleting)}
        />
      )}
    </>
  );
}

function GridSkeleton() {
  return (
    <div className="grid grid-cols-[repeat(auto-fill,minmax(15rem,1fr))] gap-4" aria-busy="true" aria-label="Loading projects">
      {[0, 1, 2].map((index) => (
        <Skeleton key={index} className="h-40 rounded-xl" />
      ))}
    </div>
  );
}
