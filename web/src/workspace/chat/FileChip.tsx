import { FileCode2, FileMinus2, FilePen, FilePlus2, Loader2 } from "lucide-react";
import type { FilePart } from "@/session/state";
import { useUi } from "../ui";

const ops = {
  created: { icon: FilePlus2, word: "created" },
  patched: { icon: FilePen, word: "edited" },
  renamed: { icon: FilePen, word: "renamed" },
  deleted: { icon: FileMinus2, word: "deleted" },
};

/** One file operation; opens the file in the editor. */
export function FileChip({ file, live }: { file: FilePart; live: boolean }) {
  const openFile = useUi((store) => store.openFile);
  const known = file.op ? ops[file.op] : null;
  const writing = live && !file.done;
  const Icon = known?.icon ?? FileCode2;
  return (
    <button
      type="button"
      data-testid="file-chip"
      data-path={file.path}
      disabled={file.op === "deleted"}
      onClick={() => openFile(file.path)}
      className="flex w-full min-w-0 items-center gap-2 rounded-lg border bg-card px-3 py-2 text-left text-xs shadow-xs outline-none transition-colors enabled:hover:bg-accent/60 focus-visible:ring-2 focus-visible:ring-ring"
    >
      {writing ? <Loader2 className="size-3.5 shrink-0 animate-spin text-brand" /> : <Icon className="size-3.5 shrink-0 text-muted-foreground" />}
      <span className="truncate font-mono">{file.path}</span>
      <span className="ml-auto shrink-0 text-muted-foreground">{writing ? (file.edit ? "editing" : `${lines(file.text)} lines`) : (known?.word ?? "unfinished")}</span>
    </button>
  );
}

const lines = (text: string) => (text === "" ? 0 : text.split("\n").length);
