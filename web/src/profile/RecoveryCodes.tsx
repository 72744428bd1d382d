import { Button } from "@/components/ui/button";

type Props = { codes: string[]; onDone: () => void };

/** Shown this once: we do not have them ourselves. */
export function RecoveryCodes({ codes, onDone }: Props) {
  return (
    <div className="grid gap-3">
      <p className="text-sm">
        Two-step sign-in is on. Keep these ten codes where you find them without your phone; each works once. <strong>They are not shown again.</strong>
      </p>
      <ol className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-lg border bg-canvas p-4 font-mono text-sm" data-testid="recovery-codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className="flex gap-2">
        <Button size="sm" variant="outline" onClick={() => void navigator.clipboard?.writeText(codes.join("\n"))}>Copy</Button>
        <Button size="sm" onClick={onDone} data-testid="codes-kept">I have kept them</Button>
      </div>
    </div>
  );
}
