import { Slider as Primitive } from "radix-ui";
import type * as React from "react";
import { cn } from "@/lib/utils";

function Slider({ className, defaultValue, value, ...props }: React.ComponentProps<typeof Primitive.Root>) {
  const thumbs = value ?? defaultValue ?? [0];
  return (
    <Primitive.Root
      value={value}
      defaultValue={defaultValue}
      className={cn("relative flex w-full touch-none items-center select-none data-[disabled]:opacity-50", className)}
      {...props}
    >
      <Primitive.Track className="relative h-1.5 w-full grow overflow-hidden rounded-full bg-muted">
        <Primitive.Range className="absolute h-full bg-primary" />
      </Primitive.Track>
      {thumbs.map((_, index) => (
        <Primitive.Thumb key={index} className="block size-4 rounded-full border border-primary bg-background shadow-sm outline-none focus-visible:ring-4 focus-visible:ring-ring/50" />
      ))}
    </Primitive.Root>
  );
}

export { Slider };
