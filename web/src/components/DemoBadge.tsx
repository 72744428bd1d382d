"use client";

import { FlaskConical } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Tooltip, TooltipContent, TooltipTrigger } from "@/components/ui/tooltip";
import { useIsDemo } from "./me";

export function DemoBadge() {
  const demo = useIsDemo();
  if (!demo) return null;
  return (
    <Tooltip>
      <TooltipTrigger asChild>
        <Badge variant="outline" tabIndex={0} data-testid="demo-badge" className="border-warning/40 bg-warning/10 text-warning">
          <FlaskConical /> demo
        </Badge>
      </TooltipTrigger>
      <TooltipContent>No model is configured. Answers come from a built-in set of components chosen by your prompt.</TooltipContent>
    </Tooltip>
  );
}
