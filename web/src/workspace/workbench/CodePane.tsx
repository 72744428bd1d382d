"use client";

import { Copy, Download, FileCode2, Save, Undo2 } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { toast } from "sonner";
import { EmptyState } from "@/components/EmptyState";
import { notifyProblem } from "@/components/notify";
import { type Action, useOffer } from "@/components/shortcuts";
import { Button } from "@/components/ui/button";
import { importFiles } from "../ImportDialog";
import { useWorks } from "../project";
import { useUi } from "../ui";
import { EditorPane } from "./EditorPane";
import { FileTree } from "./FileTree";
import { Tools } from "./Tools";
import type { WorkFiles } from "./useWorkFiles";

/** Files and an editor. Saving an edit makes a version of the user's own. */
export function CodePane({ work: given }: { work: WorkFiles }) {
  const works = useWorks();
  const work = useMemo(() => ({ ...given, readOnly: given.readOnly || !works }), [given, works]);
  const { file, openFile } = useUi();
  const [edits, setEdits] = useState<Readonly<Record<string, string>>>({});
  const shown = work.writing ? { ...work.files, [work.writing.path]: work.writing.text } : work.files;
  const paths = Object.keys(shown).toSorted();
  const path = work.writing?.path ?? (file && file.path in shown ? file.path : (paths.find((one) => one === "src/App.tsx") ?? paths[0]));
  useEffect(() => setEdits({}), [work.number]);

  const dirty = Object.entries(edits).filter(([name, text]) => shown[name] !== text);
  const save = async () => {
    if (dirty.length > 0 && !work.readOnly) await importFiles(dirty.map(([name, content]) => ({ path: name, content })));
  };
  const actions = useMemo<Action[]>(
    () => [
      { id: "save", label: "Save the edited files as a version", group: "Workbench", keys: "Mod+S", run: () => void save() },
      { id: "copy", label: "Copy the file in the editor", group: "Workbench", keys: "Mod+Shift+C", disabled: !path, run: () => path && void copyFile(path, edits[path] ?? shown[path]!) },
    ],
    [edits, work, path],
  );
  useOffer("code", actions);

  if (!path) return <EmptyState icon={FileCode2} title="No files yet" text="The files of this session appear here." />;
  const text = edits[path] ?? shown[path]!;
  return (
    <div className="flex h-full bg-background">
      <Tools>
        {dirty.length > 0 && (
          <>
            <Button variant="ghost" size="sm" className="h-7" onClick={() => setEdits({})}>
              <Undo2 /> Discard
            </Button>
            <Button size="sm" className="h-7" onClick={() => void save()} disabled={work.readOnly} data-testid="save">
              <Save /> Save
            </Button>
          </>
        )}
        <FileButtons path={path} text={text} />
      </Tools>
      <FileTree paths={paths} selected={path} dirty={new Set(dirty.map(([name]) => name))} onSelect={(one) => openFile(one)} />
      <EditorPane key={path} path={path} text={text} line={file?.path === path ? file.line : undefined} readOnly={work.readOnly} follow={work.writing?.path === path} onChange={(value) => setEdits((before) => ({ ...before, [path]: value }))} />
    </div>
  );
}

const copyFile = (path: string, text: string) => navigator.clipboard.writeText(text).then(() => toast.success(`${path} copied`), (cause) => notifyProblem("Copying failed", cause));

function FileButtons({ path, text }: { path: string; text: string }) {
  const download = () => {
    const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    Object.assign(document.createElement("a"), { href: url, download: path.split("/").at(-1)! }).click();
    URL.revokeObjectURL(url);
  };
  return (
    <>
      <Button variant="ghost" size="icon-sm" onClick={() => void copyFile(path, text)} aria-label="Copy the file" title="Copy the file" data-testid="copy-file">
        <Copy />
      </Button>
      <Button variant="ghost" size="icon-sm" onClick={download} aria-label="Download the file" title="Download the file" data-testid="download-file">
        <Download />
      </Button>
    </>
  );
}
