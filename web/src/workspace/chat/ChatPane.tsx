"use client";

import { MessageSquareDashed } from "lucide-react";
import { EmptyState } from "@/components/EmptyState";
import { useSession } from "@/session/store";
import { useWorks } from "../project";
import { ChatSkeleton } from "../WorkspaceSkeleton";
import { Composer } from "./Composer";
import { MessageList } from "./MessageList";
import { QueueList } from "./QueueList";

export function ChatPane() {
  const state = useSession((store) => store.state);
  return (
    <section aria-label="Chat" className="flex h-full flex-col bg-background">
      <div className="min-h-0 flex-1">{!state ? <ChatSkeleton /> : state.turns.length === 0 ? <NothingYet /> : <MessageList state={state} />}</div>
      {state && <QueueList state={state} />}
      <Composer />
    </section>
  );
}

function NothingYet() {
  const works = useWorks();
  if (!works) {
    return (
      <div className="grid h-full place-items-center">
        <EmptyState icon={MessageSquareDashed} title="Nothing was asked yet" text="What is asked appears here, and its answer while it is being written." />
      </div>
    );
  }
  return (
    <div className="grid h-full place-items-center">
      <EmptyState icon={MessageSquareDashed} title="What shall it be?" text="Describe a component or a page below. It appears on the right while it is being written." />
    </div>
  );
}
