"use client";

import { Hammer, Sparkles } from "lucide-react";
import { useState } from "react";
import { EmptyState } from "@/components/EmptyState";
import { useWorks } from "../project";
import { type Device, useUi } from "../ui";
import { ConsoleDrawer } from "./ConsoleDrawer";
import { DeviceBar } from "./DeviceBar";
import { PreviewErrorCard } from "./PreviewErrorCard";
import { PreviewFrame } from "./PreviewFrame";
import { Tools } from "./Tools";
import type { Preview } from "./usePreview";
import type { WorkFiles } from "./useWorkFiles";

const widths: Record<Device, string> = { desktop: "100%", tablet: "768px", phone: "390px" };

export function PreviewPane({ work, preview, visible }: { work: WorkFiles; preview: Preview; visible: boolean }) {
  const device = useUi((store) => store.device);
  const [console, setConsole] = useState(false);
  const nothing = preview.state === "empty" || (!preview.shown && work.streaming);
  return (
    <div id="preview" tabIndex={-1} className="flex h-full flex-col outline-none" data-testid="preview-pane" data-preview-state={preview.state} data-version={work.number ?? undefined}>
      {visible && (
        <Tools>
          <DeviceBar preview={preview} console={console} onConsole={() => setConsole(!console)} />
        </Tools>
      )}
      <div className="relative flex min-h-0 flex-1 justify-center p-3 max-sm:p-0">
        {/* The frame boots while the answer is still being written, so that nothing waits for it later. */}
        <div className={`h-full overflow-hidden bg-white shadow-sm transition-[width] dark:bg-neutral-950 max-sm:rounded-none ${device === "desktop" ? "rounded-lg border" : "rounded-2xl border-4"} ${nothing ? "invisible" : ""}`} style={{ width: widths[device], maxWidth: "100%" }}>
          {preview.frameKey !== null && <PreviewFrame key={preview.frameKey} attach={preview.attach} />}
        </div>
        {nothing && <Nothing streaming={work.streaming} />}
        {preview.state === "compiling" && !nothing && !preview.error && <Building />}
        {preview.error && <PreviewErrorCard error={preview.error} onDismiss={preview.dismiss} />}
      </div>
      {console && <ConsoleDrawer lines={preview.console} onClear={preview.clearConsole} />}
    </div>
  );
}

function Nothing({ streaming }: { streaming: boolean }) {
  const works = useWorks();
  return (
    <div className="absolute inset-0 grid place-items-center">
      {streaming ? <EmptyState icon={Hammer} title="At work" text="The preview appears as soon as the first component is written." /> : <EmptyState icon={Sparkles} title="Nothing to see yet" text={works ? "Send a prompt, and what it makes comes alive here." : "What is made here comes alive as you watch."} />}
    </div>
  );
}

function Building() {
  return (
    <span role="status" className="absolute bottom-5 left-1/2 -translate-x-1/2 animate-pulse rounded-full border bg-background px-3 py-1 text-xs text-muted-foreground shadow-sm">
      Building the preview
    </span>
  );
}
