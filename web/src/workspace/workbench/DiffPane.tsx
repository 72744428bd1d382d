"use client";

import { unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useMemo, useRef, useState } from "react";
import { Skeleton } from "@/components/ui/skeleton";
import type { FileMap } from "@/session/files";
import { useVersions } from "@/session/versions";
import { type Change, changesBetween } from "./changes";
import { diffLook, languageOf, named, reading } from "./editor";

const nothing: FileMap = {};
const signs: Record<Change["op"], { sign: string; colour: string; word: string }> = {
  added: { sign: "+", colour: "text-success", word: "added" },
  removed: { sign: "−", colour: "text-destructive", word: "removed" },
  changed: { sign: "~", colour: "text-warning", word: "changed" },
};

/** What changed between two versions, file by file. */
export function DiffPane({ from, to }: { from: number | null; to: number }) {
  const { files, load } = useVersions();
  useEffect(() => {
    if (from) void load(from);
    void load(to);
  }, [from, to, load]);
  const before = from ? files[from] : nothing;
  const after = files[to];
  const changes = useMemo(() => (before && after ? changesBetween(before, after) : null), [before, after]);
  const [path, setPath] = useState<string | null>(null);
  if (!changes) return <Skeleton className="m-4 h-40 flex-1" />;
  const chosen = changes.find((one) => one.path === path) ?? changes[0];
  return (
    <section aria-label={`Changes of version ${to}`} className="flex min-h-0 min-w-0 flex-1 flex-col" data-testid="diff">
      <ul className="flex shrink-0 gap-1 overflow-x-auto border-b p-2">
        {changes.map((change) => (
          <li key={change.path}>
            <button
              type="button"
              aria-pressed={change === chosen}
              title={signs[change.op].word}
              onClick={() => setPath(change.path)}
              className={`flex items-center gap-1.5 rounded-md px-2 py-1 font-mono text-xs whitespace-nowrap outline-none focus-visible:ring-2 focus-visible:ring-ring ${change === chosen ? "bg-accent" : "hover:bg-accent/50"}`}
            >
              <span className={signs[change.op].colour}>{signs[change.op].sign}</span>
              {change.path}
            </button>
          </li>
        ))}
        {changes.length === 0 && <li className="px-2 py-1 text-xs text-muted-foreground">No file changed{from ? ` since version ${from}` : ""}.</li>}
      </ul>
      {chosen && <UnifiedDiff key={chosen.path} path={chosen.path} before={before![chosen.path] ?? ""} after={after![chosen.path] ?? ""} />}
    </section>
  );
}

function UnifiedDiff({ path, before, after }: { path: string; before: string; after: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const merge = unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged: { margin: 3, minSize: 6 } });
    const editor = new EditorView({
      parent: box.current!,
      state: EditorState.create({ doc: after, extensions: [reading, diffLook, languageOf(path), named(`Changes of ${path}`), merge, EditorState.readOnly.of(true), EditorView.editable.of(false)] }),
    });
    return () => editor.destroy();
  }, [path, before, after]);
  return <div ref={box} className="min-h-0 flex-1 overflow-hidden" />;
}
