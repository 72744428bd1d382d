import { memo } from "react";
import { filePart, type Generation, isOver, type Part } from "@/session/state";
import { useVersions } from "@/session/versions";
import { ErrorCard } from "./ErrorCard";
import { MessageParts } from "./MessageParts";
import { ReasoningFold } from "./ReasoningFold";
import { StatusLine } from "./StatusLine";
import { UsageLine } from "./UsageLine";
import { VersionChip } from "./VersionChip";

type Props = { generation: Generation; head: number | null; place?: number; prompt: string };

const words = { create: "created", patch: "patched", rename: "renamed", delete: "deleted" } as const;

/** After a reload the stored answer may be prose only; which files it changed is then told by its version. */
function useParts({ parts, number }: Generation): readonly Part[] {
  const told = parts.some((part) => part.kind === "file");
  const changes = useVersions((store) => (told || !number ? undefined : store.list?.find((one) => one.number === number)?.changes));
  return changes ? [...parts, ...changes.map(({ path, op }) => filePart({ path, op: words[op] }))] : parts;
}

const shownStatus = (generation: Generation) => (generation.status === "cancelling" ? "streaming" : generation.status);

export const AssistantMessage = memo(function AssistantMessage({ generation, head, place, prompt }: Props) {
  const { status, number } = generation;
  const parts = useParts(generation);
  return (
    <article aria-label="Answer" data-testid="message-assistant" data-generation={generation.id} className="grid min-w-0 gap-3 text-sm">
      <span hidden data-testid="generation-status" data-status={shownStatus(generation)} />
      {generation.reasoning && <ReasoningFold text={generation.reasoning} thinking={!isOver(generation) && generation.parts.length === 0} />}
      <MessageParts parts={parts} live={!isOver(generation)} />
      <StatusLine generation={generation} place={place} />
      {status === "failed" && <ErrorCard generation={generation} prompt={prompt} />}
      {isOver(generation) && (
        <footer className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          {number ? <VersionChip number={number} newest={number === head} /> : null}
          <UsageLine generation={generation} />
        </footer>
      )}
    </article>
  );
});
