import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";

type Props = { open: boolean; onOpenChange: (open: boolean) => void; onCreate: (name: string) => Promise<void> };

export function NewOrgDialog({ open, onOpenChange, onCreate }: Props) {
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    await onCreate(name.trim()).catch(() => setBusy(false));
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent className="max-w-md">
        <DialogHeader>
          <DialogTitle>New organisation</DialogTitle>
          <DialogDescription>You are its owner, and invite the others.</DialogDescription>
        </DialogHeader>
        <form onSubmit={submit} className="grid gap-4">
          <Input autoFocus required maxLength={120} placeholder="Name" aria-label="Name of the organisation" value={name} onChange={(event) => setName(event.target.value)} data-testid="org-new-name" />
          <DialogFooter>
            <Button type="submit" disabled={busy || !name.trim()} data-testid="create-org">
              Create
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
