"use client";

import { ChevronDown, FileCode2, FileJson, FileText, Folder } from "lucide-react";
import { type KeyboardEvent, useMemo, useState } from "react";
import { treeRows } from "./tree";

type Props = { paths: string[]; selected: string; dirty?: ReadonlySet<string>; onSelect: (path: string) => void };

/** The files as a tree, walked with the arrow keys. */
export function FileTree({ paths, selected, dirty, onSelect }: Props) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => treeRows(paths, closed), [paths, closed]);
  const toggle = (folder: string) => setClosed((before) => (before.has(folder) ? new Set([...before].filter((one) => one !== folder)) : new Set([...before, folder])));

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=treeitem]")];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    const row = rows[at];
    if (to !== undefined) items[Math.max(0, Math.min(items.length - 1, to))]?.focus();
    else if (row?.folder && ((event.key === "ArrowLeft" && !closed.has(row.path)) || (event.key === "ArrowRight" && closed.has(row.path)))) toggle(row.path);
    else return;
    event.preventDefault();
  };

  return (
    <div role="tree" aria-label="Files" onKeyDown={onKeyDown} className="w-48 shrink-0 overflow-y-auto border-r py-2 text-[13px] max-sm:w-36">
      {rows.map((row) => (
        <button
          key={row.path}
          type="button"
          role="treeitem"
          data-path={row.path}
          aria-level={row.depth + 1}
          aria-selected={row.path === selected}
          aria-expanded={row.folder ? !closed.has(row.path) : undefined}
          tabIndex={row.path === selected || (!rows.some((one) => one.path === selected) && row === rows[0]) ? 0 : -1}
          onClick={() => (row.folder ? toggle(row.path) : onSelect(row.path))}
          className={`flex w-full items-center gap-1.5 py-1 pr-2 text-left outline-none focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset ${row.path === selected ? "bg-accent font-medium" : "hover:bg-accent/50"}`}
          style={{ paddingLeft: 10 + row.depth * 12 }}
        >
          {row.folder ? <ChevronDown className={`size-3.5 shrink-0 text-muted-foreground transition-transform ${closed.has(row.path) ? "-rotate-90" : ""}`} /> : <FileIcon name={row.name} />}
          {row.folder && <Folder className="size-3.5 shrink-0 text-muted-foreground" />}
          <span className="truncate">{row.name}</span>
          {dirty?.has(row.path) && <span className="ml-auto size-1.5 shrink-0 rounded-full bg-brand" title="Not saved" />}
        </button>
      ))}
    </div>
  );
}

function FileIcon({ name }: { name: string }) {
  const Icon = /\.[tj]sx?$/.test(name) ? FileCode2 : name.endsWith(".json") ? FileJson : FileText;
  return <Icon className="size-3.5 shrink-0 text-muted-foreground" />;
}
