import type { VariantProps } from "class-variance-authority";
import { ToggleGroup as Primitive } from "radix-ui";
import * as React from "react";
import { cn } from "@/lib/utils";
import { toggleVariants } from "./toggle";

type Look = VariantProps<typeof toggleVariants>;

/** The items look as their group says. */
const GroupLook = React.createContext<Look>({});

function ToggleGroup({ className, variant, size, children, ...props }: React.ComponentProps<typeof Primitive.Root> & Look) {
  const look = React.useMemo(() => ({ variant, size }), [variant, size]);
  return (
    <Primitive.Root className={cn("flex w-fit items-center rounded-md", variant === "outline" && "shadow-xs", className)} {...props}>
      <GroupLook value={look}>{children}</GroupLook>
    </Primitive.Root>
  );
}

function ToggleGroupItem({ className, variant, size, ...props }: React.ComponentProps<typeof Primitive.Item> & Look) {
  const group = React.use(GroupLook);
  const look = { variant: group.variant ?? variant, size: group.size ?? size };
  return (
    <Primitive.Item
      className={cn(toggleVariants(look), "min-w-0 flex-1 shrink-0 rounded-none shadow-none first:rounded-l-md last:rounded-r-md focus-visible:z-10", look.variant === "outline" && "border-l-0 first:border-l", className)}
      {...props}
    />
  );
}

export { ToggleGroup, ToggleGroupItem };
