import { Check } from "lucide-react";
import { Checkbox as Primitive } from "radix-ui";
import type * as React from "react";
import { cn } from "@/lib/utils";

function Checkbox({ className, ...props }: React.ComponentProps<typeof Primitive.Root>) {
  return (
    <Primitive.Root
      className={cn("peer size-4 shrink-0 rounded-[4px] border border-input shadow-xs outline-none focus-visible:ring-2 focus-visible:ring-ring disabled:opacity-50 data-[state=checked]:border-primary data-[state=checked]:bg-primary data-[state=checked]:text-primary-foreground", className)}
      {...props}
    >
      <Primitive.Indicator className="grid place-content-center text-current">
        <Check className="size-3.5" />
      </Primitive.Indicator>
    </Primitive.Root>
  );
}

export { Checkbox };
