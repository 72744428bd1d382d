"use client";

import { History } from "lucide-react";
import { useState } from "react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Skeleton } from "@/components/ui/skeleton";
import { useSession } from "@/session/store";
import { useVersions } from "@/session/versions";
import { DiffPane } from "./DiffPane";
import { VersionItem } from "./VersionItem";

/** All versions, newest first, and what the chosen one changed. */
export function VersionsPane() {
  const { list, problem, refresh } = useVersions();
  const head = useSession((store) => store.state?.head ?? null);
  const known = useSession((store) => store.state !== null);
  const [chosen, setChosen] = useState<number | null>(null);
  if (problem && !list) return <ErrorState problem={problem} onRetry={() => void refresh()} />;
  if (known && head === null) return <EmptyState icon={History} title="No versions yet" text="Every answer that changes files makes one, and so does every edit of yours. Any of them can be restored." />;
  if (!list) return <Skeleton className="m-4 h-40" />;
  const selected = list.find((one) => one.number === (chosen ?? head)) ?? list[0];
  return (
    <div className="flex h-full bg-background max-sm:flex-col">
      <ol aria-label="Versions" className="w-64 shrink-0 overflow-y-auto border-r max-sm:h-44 max-sm:w-full max-sm:border-r-0 max-sm:border-b">
        {list.map((version) => (
          <VersionItem key={version.number} version={version} head={head} selected={version === selected} onSelect={() => setChosen(version.number)} />
        ))}
      </ol>
      {selected && <DiffPane key={selected.number} from={selected.base || selected.number - 1 || null} to={selected.number} />}
    </div>
  );
}
