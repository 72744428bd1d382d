import { clsx, type ClassValue } from "clsx";
import { twMerge } from "tailwind-merge";

/** Joins class names; of two that set the same property the later one wins. (shadcn/ui's name and place.) */
export function cn(...inputs: ClassValue[]) {
  return twMerge(clsx(inputs));
}
