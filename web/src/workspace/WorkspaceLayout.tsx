"use client";

import { MessageSquare, PanelsTopLeft } from "lucide-react";
import { ResizableHandle, ResizablePanel, ResizablePanelGroup } from "@/components/ui/resizable";
import { Tabs, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { ChatPane } from "./chat/ChatPane";
import { rememberLayout, savedLayout } from "./layout";
import { useUi } from "./ui";
import { useNarrow } from "./useNarrow";
import { WorkbenchTabs } from "./workbench/WorkbenchTabs";

export function WorkspaceLayout() {
  const narrow = useNarrow();
  return (
    <>
      <a href="#composer" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-primary focus:p-2 focus:text-primary-foreground">
        Skip to the composer
      </a>
      {narrow ? <NarrowLayout /> : <WideLayout />}
    </>
  );
}

function WideLayout() {
  return (
    <main className="min-h-0 flex-1">
      <ResizablePanelGroup orientation="horizontal" defaultLayout={savedLayout()} onLayoutChanged={rememberLayout}>
        <ResizablePanel id="chat" defaultSize="36%" minSize={320}>
          <ChatPane />
        </ResizablePanel>
        <ResizableHandle aria-label="Resize chat and workbench" />
        <ResizablePanel id="workbench" minSize={360}>
          <WorkbenchTabs />
        </ResizablePanel>
      </ResizablePanelGroup>
    </main>
  );
}

/** Both panes stay mounted, so that changing between them loses nothing. */
function NarrowLayout() {
  const { pane, setPane } = useUi();
  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <Tabs value={pane} onValueChange={(value) => setPane(value as typeof pane)} className="border-b p-2">
        <TabsList className="w-full">
          <TabsTrigger value="chat" data-testid="pane-chat">
            <MessageSquare /> Chat
          </TabsTrigger>
          <TabsTrigger value="workbench" data-testid="pane-workbench">
            <PanelsTopLeft /> Preview
          </TabsTrigger>
        </TabsList>
      </Tabs>
      <div className={pane === "chat" ? "min-h-0 flex-1" : "hidden"}>
        <ChatPane />
      </div>
      <div className={pane === "workbench" ? "min-h-0 flex-1" : "hidden"}>
        <WorkbenchTabs />
      </div>
    </main>
  );
}
