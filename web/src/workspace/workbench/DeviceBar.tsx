import { Monitor, RotateCw, Smartphone, Tablet, Terminal } from "lucide-react";
import { Button } from "@/components/ui/button";
import { type Device, useUi } from "../ui";
import type { Preview } from "./usePreview";

const devices: { id: Device; icon: typeof Monitor; label: string }[] = [
  { id: "desktop", icon: Monitor, label: "Full width" },
  { id: "tablet", icon: Tablet, label: "Tablet, 768 px" },
  { id: "phone", icon: Smartphone, label: "Phone, 390 px" },
];

export function DeviceBar({ preview, console, onConsole }: { preview: Preview; console: boolean; onConsole: () => void }) {
  const { device, setDevice } = useUi();
  const errors = preview.console.filter((line) => line.level === "error").length;
  return (
    <>
      {devices.map(({ id, icon: Icon, label }) => (
        <Button key={id} variant={device === id ? "secondary" : "ghost"} size="icon-sm" aria-pressed={device === id} aria-label={label} title={label} onClick={() => setDevice(id)} className="max-sm:hidden" data-testid={`device-${id}`}>
          <Icon />
        </Button>
      ))}
      <span className="mx-1 h-4 w-px bg-border max-sm:hidden" />
      <Button variant={console ? "secondary" : "ghost"} size="sm" className="h-7 px-2" aria-pressed={console} onClick={onConsole} title="Console" data-testid="console-toggle">
        <Terminal /> <span className={`text-xs tabular-nums ${errors > 0 ? "text-destructive" : ""}`}>{preview.console.length}</span>
      </Button>
      <Button variant="ghost" size="icon-sm" onClick={preview.reload} aria-label="Reload the preview" title="Reload the preview" data-testid="preview-reload">
        <RotateCw />
      </Button>
    </>
  );
}
