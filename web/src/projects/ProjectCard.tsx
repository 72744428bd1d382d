import { MoreHorizontal, Pencil, Trash2, Users } from "lucide-react";
import Link from "next/link";
import type { Project } from "@/api/types";
import { ago } from "@/components/ago";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import { workspaceUrl } from "./start";

type Props = { project: Project; onRename: () => void; onDelete: () => void; onShare: () => void };

export function ProjectCard({ project, onRename, onDelete, onShare }: Props) {
  const owns = (project.role ?? "owner") === "owner";
  return (
    <li data-testid="project-card" className="group relative overflow-hidden rounded-xl border bg-card shadow-xs transition hover:border-foreground/20 hover:shadow-md focus-within:ring-2 focus-within:ring-ring">
      <Cover id={project.id} />
      <div className="flex items-start gap-2 p-3.5">
        <div className="min-w-0 flex-1">
          <Link href={workspaceUrl(project.id)} className="block truncate font-medium outline-none after:absolute after:inset-0">
            {project.name}
          </Link>
          <p className="truncate text-xs text-muted-foreground">{project.description || `Changed ${ago(project.updated_at)}`}</p>
        </div>
        {!owns && (
          <Badge variant="secondary" className="capitalize" data-testid="project-role">
            {project.role}
          </Badge>
        )}
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button variant="ghost" size="icon-sm" className="relative z-10" aria-label={`More about ${project.name}`} data-testid="project-menu">
              <MoreHorizontal />
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent align="end">
            <DropdownMenuItem onSelect={onShare} data-testid="share-project">
              <Users /> {owns ? "Share" : "Shared with"}
            </DropdownMenuItem>
            {owns && (
              <>
                <DropdownMenuItem onSelect={onRename}>
                  <Pencil /> Rename
                </DropdownMenuItem>
                <DropdownMenuItem variant="destructive" onSelect={onDelete}>
                  <Trash2 /> Delete
                </DropdownMenuItem>
              </>
            )}
          </DropdownMenuContent>
        </DropdownMenu>
      </div>
    </li>
  );
}

/** A drawing of a page in colours of its own, always the same for one project. */
function Cover({ id }: { id: string }) {
  const seed = [...id].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) >>> 0, 7);
  const hue = seed % 360;
  const tint = (lightness: number, chroma: number) => `oklch(${lightness} ${chroma} ${hue})`;
  return (
    <div aria-hidden="true" className="flex h-24 items-end justify-center overflow-hidden border-b px-6 dark:brightness-75" style={{ background: `linear-gradient(135deg, ${tint(0.93, 0.05)}, ${tint(0.84, 0.1)})` }}>
      <div className="h-16 w-full max-w-44 rounded-t-md bg-white/80 p-2.5 shadow-sm">
        <div className="h-1.5 w-1/3 rounded-full" style={{ background: tint(0.6, 0.16) }} />
        <div className="mt-2 grid gap-1.5" style={{ gridTemplateColumns: `repeat(${2 + (seed % 3)}, 1fr)` }}>
          {Array.from({ length: 2 + (seed % 3) }, (_, index) => (
            <div key={index} className="h-8 rounded-sm" style={{ background: tint(0.88, 0.06) }} />
          ))}
        </div>
      </div>
    </div>
  );
}
