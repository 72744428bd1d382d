"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { notifyProblem } from "@/components/notify";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { startEmpty } from "./start";

export function NewProjectDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const router = useRouter();
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const create = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      router.push(await startEmpty(name.trim()));
    } catch (error) {
      notifyProblem("The project could not be created", error);
      setBusy(false);
    }
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent className="max-w-md">
        <DialogHeader>
          <DialogTitle>New project</DialogTitle>
          <DialogDescription>An empty one. You describe what goes into it next.</DialogDescription>
        </DialogHeader>
        <form onSubmit={create} className="grid gap-4">
          <Input autoFocus required maxLength={120} placeholder="Name" aria-label="Name of the project" value={name} onChange={(event) => setName(event.target.value)} data-testid="project-name" />
          <DialogFooter>
            <Button type="submit" disabled={busy || !name.trim()} data-testid="create-project">
              Create
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
