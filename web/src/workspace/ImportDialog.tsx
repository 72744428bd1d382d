"use client";

import { FileUp, X } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { sessions } from "@/api/api";
import type { VersionFile } from "@/api/types";
import { notifyProblem } from "@/components/notify";
import { useOverlays } from "@/components/overlays";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import { useSession } from "@/session/store";
import { projectPath } from "./projectPath";

const MAX_FILE_BYTES = 512 * 1024;

/** Brings files in, chosen or pasted; they become a version of yours, and the next prompt sees them. */
export function ImportDialog() {
  const { open, show } = useOverlays();
  return (
    <Dialog open={open === "import"} onOpenChange={(now) => show(now ? "import" : null)}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Bring files in</DialogTitle>
          <DialogDescription>They become a version of yours, and the next prompt works on them.</DialogDescription>
        </DialogHeader>
        <ImportForm onDone={() => show(null)} />
      </DialogContent>
    </Dialog>
  );
}

function ImportForm({ onDone }: { onDone: () => void }) {
  const [files, setFiles] = useState<VersionFile[]>([]);
  const [path, setPath] = useState("src/App.tsx");
  const [pasted, setPasted] = useState("");
  const [busy, setBusy] = useState(false);
  const all = pasted.trim() ? [...files.filter((one) => one.path !== path), { path, content: pasted }] : files;

  const choose = async (list: FileList | null) => {
    const chosen = [...(list ?? [])].filter((file) => !/(^|\/)(node_modules|\.git|\.next|dist)\//.test(file.webkitRelativePath));
    const large = chosen.filter((file) => file.size > MAX_FILE_BYTES);
    if (large.length > 0) toast.warning(`Too large, left out: ${large.map((file) => file.name).join(", ")}`);
    const read = await Promise.all(chosen.filter((file) => file.size <= MAX_FILE_BYTES).map(async (file) => ({ path: projectPath(file.webkitRelativePath, file.name), content: await file.text() })));
    setFiles((before) => [...before.filter((one) => !read.some((other) => other.path === one.path)), ...read]);
  };

  const send = async () => {
    setBusy(true);
    if (await importFiles(all)) onDone();
    setBusy(false);
  };

  return (
    <div className="grid gap-4">
      <label className="flex cursor-pointer flex-col items-center gap-2 rounded-xl border border-dashed p-6 text-sm text-muted-foreground hover:bg-accent/50 focus-within:ring-2 focus-within:ring-ring" onDragOver={(event) => event.preventDefault()} onDrop={(event) => (event.preventDefault(), void choose(event.dataTransfer.files))}>
        <FileUp className="size-5" />
        Choose files, or drop them here
        <input type="file" multiple className="sr-only" onChange={(event) => void choose(event.target.files)} data-testid="import-files" />
      </label>
      {files.length > 0 && (
        <ul className="max-h-32 overflow-y-auto rounded-md border text-sm">
          {files.map((file) => (
            <li key={file.path} className="flex items-center gap-2 px-3 py-1">
              <span className="flex-1 truncate font-mono text-xs">{file.path}</span>
              <Button variant="ghost" size="icon-sm" aria-label={`Leave out ${file.path}`} onClick={() => setFiles(files.filter((one) => one !== file))}>
                <X />
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div className="grid gap-2">
        <Input aria-label="Path of the pasted file" value={path} onChange={(event) => setPath(event.target.value)} className="font-mono text-xs" data-testid="import-path" />
        <Textarea aria-label="Pasted code" placeholder="… or paste code here" className="max-h-48 min-h-24 font-mono text-xs" value={pasted} onChange={(event) => setPasted(event.target.value)} data-testid="import-text" />
      </div>
      <DialogFooter>
        <Button disabled={busy || all.length === 0} onClick={() => void send()} data-testid="import-submit">
          {all.length > 1 ? `Bring in ${all.length} files` : "Bring in"}
        </Button>
      </DialogFooter>
    </div>
  );
}

/** Posts the files on top of the newest version. Tells of success and failure; answers whether it worked. */
export async function importFiles(files: VersionFile[]): Promise<boolean> {
  const { id, state, refetch } = useSession.getState();
  if (!id || !state) return false;
  try {
    const { version, number } = await sessions.importFiles(id, state.head ?? 0, files);
    await refetch(version);
    toast.success(number ? `Saved as version ${number}` : "Saved");
    return true;
  } catch (error) {
    notifyProblem("The files could not be brought in", error);
    return false;
  }
}
