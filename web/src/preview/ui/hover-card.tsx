import { HoverCard as Primitive } from "radix-ui";
import type * as React from "react";
import { cn } from "@/lib/utils";

const HoverCard = Primitive.Root;
const HoverCardTrigger = Primitive.Trigger;

function HoverCardContent({ className, align = "center", sideOffset = 4, ...props }: React.ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content align={align} sideOffset={sideOffset} className={cn("z-50 w-64 rounded-md border bg-popover p-4 text-popover-foreground shadow-md outline-none", className)} {...props} />
    </Primitive.Portal>
  );
}

export { HoverCard, HoverCardContent, HoverCardTrigger };
