"use client";

import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { useOverlays } from "./overlays";
import { readableKeys, useActions } from "./shortcuts";

const inPlace = [
  { label: "Send", keys: "Enter" },
  { label: "New line", keys: "Shift+Enter" },
  { label: "Stop, from the composer", keys: "Escape" },
  { label: "Back to the composer, from the preview", keys: "Escape" },
  { label: "Take the last prompt up again, from an empty composer", keys: "↑" },
];

export function ShortcutHelp() {
  const { open, show } = useOverlays();
  const actions = useActions((store) => store.actions);
  const keyed = Object.values(actions).flat().filter((action) => action.keys);
  return (
    <Dialog open={open === "shortcuts"} onOpenChange={(now) => show(now ? "shortcuts" : null)}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Keyboard shortcuts</DialogTitle>
          <DialogDescription>What works on this screen.</DialogDescription>
        </DialogHeader>
        <dl className="divide-y">
          {[...inPlace, ...keyed.map(({ label, keys }) => ({ label, keys: keys! }))].map(({ label, keys }) => (
            <div key={label} className="flex items-center justify-between gap-4 py-1.5 text-sm">
              <dt>{label}</dt>
              <dd>
                <kbd className="rounded-md border bg-muted px-1.5 py-0.5 font-mono text-xs whitespace-nowrap">{readableKeys(keys)}</kbd>
              </dd>
            </div>
          ))}
        </dl>
      </DialogContent>
    </Dialog>
  );
}
