"use client";

import { type ReactNode, useEffect, useState } from "react";
import { createPortal } from "react-dom";

/** Puts a tab's own buttons into the bar beside the tabs. */
export function Tools({ children }: { children: ReactNode }) {
  const [bar, setBar] = useState<HTMLElement | null>(null);
  useEffect(() => setBar(document.getElementById("workbench-tools")), []);
  return bar && createPortal(children, bar);
}
