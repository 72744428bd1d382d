import { Popover as Primitive } from "radix-ui";
import type * as React from "react";
import { cn } from "@/lib/utils";

const Popover = Primitive.Root;
const PopoverTrigger = Primitive.Trigger;
const PopoverAnchor = Primitive.Anchor;

function PopoverContent({ className, align = "center", sideOffset = 4, ...props }: React.ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content align={align} sideOffset={sideOffset} className={cn("z-50 w-72 rounded-md border bg-popover p-4 text-popover-foreground shadow-md outline-none", className)} {...props} />
    </Primitive.Portal>
  );
}

export { Popover, PopoverAnchor, PopoverContent, PopoverTrigger };
