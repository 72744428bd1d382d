"use client";

import { Loader2, WifiOff } from "lucide-react";
import { useSession } from "@/session/store";

const words = { connecting: "Connecting", live: "Live", reconnecting: "Reconnecting", offline: "Offline", paused: "Paused" };

/** Says so when the stream is not open. Nothing is lost meanwhile, so it is never an error. */
export function ConnectionPill() {
  const connection = useSession((store) => store.connection);
  const hasSession = useSession((store) => store.state !== null);
  const quiet = connection === "live" || connection === "connecting" || connection === "paused" || !hasSession;
  const Icon = connection === "offline" ? WifiOff : Loader2;
  return (
    <span data-testid="connection-state" data-state={connection} role="status" className={quiet ? "sr-only" : "flex items-center gap-1.5 rounded-full bg-muted px-2.5 py-1 text-xs text-muted-foreground"}>
      {!quiet && <Icon className={connection === "offline" ? "size-3" : "size-3 animate-spin"} />}
      {words[connection]}
    </span>
  );
}
