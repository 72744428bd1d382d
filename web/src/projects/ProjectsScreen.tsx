"use client";

import { Plus, Search } from "lucide-react";
import { useMemo, useState } from "react";
import { AppShell } from "@/components/AppShell";
import type { Action } from "@/components/shortcuts";
import { useOffer } from "@/components/shortcuts";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { NewProjectDialog } from "./NewProjectDialog";
import { ProjectGrid } from "./ProjectGrid";
import { PromptHero } from "./PromptHero";
import { useProjects } from "./useProjects";

export function ProjectsScreen() {
  const [query, setQuery] = useState("");
  const [creating, setCreating] = useState(false);
  const list = useProjects(query);
  const actions = useMemo<Action[]>(() => [{ id: "new-project", label: "New project", group: "Projects", keys: "Mod+Shift+O", run: () => setCreating(true) }], []);
  useOffer("projects", actions);
  const searchable = query !== "" || (list.items?.length ?? 0) > 0;

  return (
    <AppShell className="bg-canvas">
      <main className="flex-1 pb-16">
        <PromptHero />
        <section aria-labelledby="projects-title" className="mx-auto w-full max-w-5xl px-4">
          <div className="mb-4 flex items-center gap-3">
            <h2 id="projects-title" className="flex-1 text-lg whitespace-nowrap font-semibold tracking-tight">
              Your projects
            </h2>
            {searchable && (
              <div className="relative w-full max-w-56">
                <Search className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-muted-foreground" />
                <Input type="search" aria-label="Search projects" placeholder="Search" className="bg-card pl-8" value={query} onChange={(event) => setQuery(event.target.value)} data-testid="project-search" />
              </div>
            )}
            <Button variant="outline" className="bg-card" onClick={() => setCreating(true)} data-testid="new-project">
              <Plus /> <span className="max-sm:sr-only">New project</span>
            </Button>
          </div>
          <ProjectGrid list={list} query={query} />
        </section>
      </main>
      <NewProjectDialog open={creating} onOpenChange={setCreating} />
    </AppShell>
  );
}
