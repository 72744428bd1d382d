import { GripVertical } from "lucide-react";
import type * as React from "react";
import { Group, Panel, Separator } from "react-resizable-panels";
import { cn } from "@/lib/utils";

type Direction = "horizontal" | "vertical";
type GroupProps = Omit<React.ComponentProps<typeof Group>, "orientation"> & { direction?: Direction; orientation?: Direction };

/** `direction` is what it was called for years, and what most code still says. */
function ResizablePanelGroup({ className, direction = "horizontal", orientation = direction, ...props }: GroupProps) {
  return <Group orientation={orientation} className={cn("flex size-full", className)} {...props} />;
}

type Sizes = Pick<React.ComponentProps<typeof Panel>, "defaultSize" | "minSize" | "maxSize" | "collapsedSize">;

/** Likewise, a bare number was a share of the group. */
const share = (size: Sizes["minSize"]) => (typeof size === "number" ? `${size}%` : size);

function ResizablePanel({ defaultSize, minSize, maxSize, collapsedSize, ...props }: React.ComponentProps<typeof Panel>) {
  return <Panel defaultSize={share(defaultSize)} minSize={share(minSize)} maxSize={share(maxSize)} collapsedSize={share(collapsedSize)} {...props} />;
}

function ResizableHandle({ className, withHandle = false, ...props }: React.ComponentProps<typeof Separator> & { withHandle?: boolean }) {
  return (
    <Separator
      className={cn(
        "relative flex items-center justify-center bg-border outline-none focus-visible:ring-2 focus-visible:ring-ring aria-[orientation=horizontal]:h-px aria-[orientation=horizontal]:w-full aria-[orientation=vertical]:w-px [&[aria-orientation=horizontal]>span]:rotate-90",
        className,
      )}
      {...props}
    >
      {withHandle && (
        <span className="z-10 flex h-4 w-3 items-center justify-center rounded-xs border bg-border">
          <GripVertical className="size-2.5" />
        </span>
      )}
    </Separator>
  );
}

export { ResizableHandle, ResizablePanel, ResizablePanelGroup };
