"use client";

import { Moon, Sun } from "lucide-react";
import { Button } from "@/components/ui/button";
import { useTheme } from "./theme";

export function ThemeToggle() {
  const toggle = useTheme((store) => store.toggle);
  return (
    <Button variant="ghost" size="icon" className="size-8" onClick={toggle} aria-label="Switch between light and dark" data-testid="theme-toggle">
      <Moon className="dark:hidden" />
      <Sun className="hidden dark:block" />
    </Button>
  );
}
