"use client";

import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";

type Props = { open: boolean; onOpenChange: (open: boolean) => void; what: string; value: string; onRename: (name: string) => Promise<void> };

export function RenameDialog({ open, onOpenChange, what, value, onRename }: Props) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent className="max-w-md">
        <DialogHeader>
          <DialogTitle>Rename {what}</DialogTitle>
          <DialogDescription className="sr-only">Choose a new name.</DialogDescription>
        </DialogHeader>
        <NameForm what={what} value={value} onRename={onRename} onDone={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  );
}

function NameForm({ what, value, onRename, onDone }: Pick<Props, "what" | "value" | "onRename"> & { onDone: () => void }) {
  const [name, setName] = useState(value);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    await onRename(name.trim()).then(onDone, () => setBusy(false));
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Input autoFocus required maxLength={120} aria-label={`Name of the ${what}`} value={name} onChange={(event) => setName(event.target.value)} onFocus={(event) => event.target.select()} data-testid="rename-input" />
      <DialogFooter>
        <Button type="submit" disabled={busy || !name.trim() || name.trim() === value}>
          Rename
        </Button>
      </DialogFooter>
    </form>
  );
}
