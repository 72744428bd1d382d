import { GripVertical } from "lucide-react";
import type * as React from "react";
import { Group, Panel, Separator } from "react-resizable-panels";
import { cn } from "@/lib/utils";

function ResizablePanelGroup({ className, ...props }: React.ComponentProps<typeof Group>) {
  return <Group className={cn("flex size-full", className)} {...props} />;
}

const ResizablePanel = Panel;

function ResizableHandle({ className, ...props }: React.ComponentProps<typeof Separator>) {
  return (
    <Separator
      className={cn("group relative flex w-px items-center justify-center bg-border outline-none after:absolute after:inset-y-0 after:left-1/2 after:w-3 after:-translate-x-1/2 focus-visible:ring-2 focus-visible:ring-ring", className)}
      {...props}
    >
      <span className="z-10 flex h-6 w-3 items-center justify-center rounded-sm border bg-background text-muted-foreground group-hover:text-foreground">
        <GripVertical className="size-2.5" />
      </span>
    </Separator>
  );
}

export { ResizableHandle, ResizablePanel, ResizablePanelGroup };
