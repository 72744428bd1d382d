import { GitCommitHorizontal } from "lucide-react";
import { Button } from "@/components/ui/button";
import { useVersions } from "@/session/versions";
import { useUi } from "../ui";

/** The version an answer made; shows its files and preview. */
export function VersionChip({ number, newest }: { number: number; newest: boolean }) {
  const { viewed, view } = useVersions();
  const show = useUi((store) => store.show);
  const active = viewed === number || (newest && viewed === null);
  const open = () => {
    view(newest ? null : number);
    show("preview");
  };
  return (
    <Button variant="outline" size="sm" aria-pressed={active} onClick={open} data-testid="version-chip" data-number={number} className={`h-6 gap-1 rounded-full px-2 text-xs font-normal ${active ? "border-brand/50 text-brand-ink" : ""}`}>
      <GitCommitHorizontal className="size-3.5" /> v{number}
    </Button>
  );
}
