import { memo } from "react";
import type { Part } from "@/session/state";
import { FileChip } from "./FileChip";
import { Prose } from "./Prose";

/** Prose and files in the order in which they were written. */
export function MessageParts({ parts, live }: { parts: readonly Part[]; live: boolean }) {
  return parts.map((part, index) => <OnePart key={index} part={part} live={live && index === parts.length - 1} />);
}

const OnePart = memo(function OnePart({ part, live }: { part: Part; live: boolean }) {
  return part.kind === "text" ? <Prose text={part.text} /> : <FileChip file={part} live={live} />;
});
