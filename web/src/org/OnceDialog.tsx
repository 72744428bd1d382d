import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";

type Props = { title: string; text: string; secret: string | null; onClose: () => void };

/** Shows something that is never shown again. */
export function OnceDialog({ title, text, secret, onClose }: Props) {
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(secret ?? "").then(() => setCopied(true));
  const close = () => {
    setCopied(false);
    onClose();
  };
  return (
    <Dialog open={secret !== null} onOpenChange={(open) => !open && close()}>
      <DialogContent className="max-w-md">
        <DialogHeader>
          <DialogTitle>{title}</DialogTitle>
          <DialogDescription>{text}</DialogDescription>
        </DialogHeader>
        <div className="flex gap-2">
          <Input readOnly value={secret ?? ""} aria-label={title} className="font-mono text-xs" onFocus={(event) => event.target.select()} data-testid="once" />
          <Button variant="outline" onClick={() => void copy()}>
            {copied ? <Check /> : <Copy />} {copied ? "Copied" : "Copy"}
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  );
}
