import { Toggle as Primitive } from "radix-ui";
import type * as React from "react";
import { cn } from "@/lib/utils";

function Toggle({ className, ...props }: React.ComponentProps<typeof Primitive.Root>) {
  return (
    <Primitive.Root
      className={cn("inline-flex h-9 min-w-9 items-center justify-center gap-2 rounded-md px-2 text-sm font-medium outline-none hover:bg-muted focus-visible:ring-2 focus-visible:ring-ring disabled:pointer-events-none disabled:opacity-50 data-[state=on]:bg-accent data-[state=on]:text-accent-foreground [&_svg]:size-4", className)}
      {...props}
    />
  );
}

export { Toggle };
