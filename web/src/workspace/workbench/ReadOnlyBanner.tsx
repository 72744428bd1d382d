"use client";

import { Eye } from "lucide-react";
import { Button } from "@/components/ui/button";
import { useSession } from "@/session/store";
import { useVersions } from "@/session/versions";
import { restoreVersion } from "./restore";

/** Says that the past is being looked at, and the two ways out. */
export function ReadOnlyBanner() {
  const { viewed, view } = useVersions();
  const head = useSession((store) => store.state?.head ?? null);
  const running = useSession((store) => store.state?.active !== null);
  if (viewed === null || viewed === head) return null;
  return (
    <div role="status" data-testid="read-only" className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b bg-warning/10 px-3 py-1.5 text-xs">
      <Eye className="size-3.5" />
      <span className="flex-1">
        You are looking at version {viewed} of {head}. It cannot be changed.
      </span>
      <Button variant="outline" size="sm" className="h-6 px-2 text-xs" disabled={running} onClick={() => void restoreVersion(viewed)}>
        Restore
      </Button>
      <Button variant="ghost" size="sm" className="h-6 px-2 text-xs" onClick={() => view(null)}>
        Back to the newest
      </Button>
    </div>
  );
}
