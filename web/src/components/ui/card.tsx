import type * as React from "react";
import { cn } from "@/lib/utils";

function part(slot: string, base: string) {
  return function Part({ className, ...props }: React.ComponentProps<"div">) {
    return <div data-slot={slot} className={cn(base, className)} {...props} />;
  };
}

const Card = part("card", "flex flex-col gap-6 rounded-xl border bg-card py-6 text-card-foreground shadow-sm");
const CardHeader = part(
  "card-header",
  "grid auto-rows-min grid-rows-[auto_auto] items-start gap-1.5 px-6 has-data-[slot=card-action]:grid-cols-[1fr_auto]",
);
const CardTitle = part("card-title", "leading-none font-semibold");
const CardDescription = part("card-description", "text-sm text-muted-foreground");
const CardAction = part("card-action", "col-start-2 row-span-2 row-start-1 self-start justify-self-end");
const CardContent = part("card-content", "px-6");
const CardFooter = part("card-footer", "flex items-center px-6");

export { Card, CardAction, CardContent, CardDescription, CardFooter, CardHeader, CardTitle };
