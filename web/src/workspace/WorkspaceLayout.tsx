"use client";

import { MessageSquare, PanelsTopLeft } from "lucide-react";
import { ResizableHandle, ResizablePanel, ResizablePanelGroup } from "@/components/ui/resizable";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { ChatPane } from "./chat/ChatPane";
import { rememberLayout, savedLayout } from "./layout";
import { useUi } from "./ui";
import { useNarrow } from "./useNarrow";
import { WorkbenchTabs } from "./workbench/WorkbenchTabs";

export function WorkspaceLayout() {
  const narrow = useNarrow();
  return narrow ? <NarrowLayout /> : <WideLayout />;
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
    <main className="min-h-0 flex-1">
      <Tabs value={pane} onValueChange={(value) => setPane(value as typeof pane)} className="h-full gap-0">
        <TabsList className="m-2 w-auto">
          <TabsTrigger value="chat" data-testid="pane-chat">
            <MessageSquare /> Chat
          </TabsTrigger>
          <TabsTrigger value="workbench" data-testid="pane-workbench">
            <PanelsTopLeft /> Preview
          </TabsTrigger>
        </TabsList>
        <TabsContent value="chat" forceMount tabIndex={-1} className="min-h-0 border-t data-[state=inactive]:hidden">
          <ChatPane />
        </TabsContent>
        <TabsContent value="workbench" forceMount tabIndex={-1} className="min-h-0 border-t data-[state=inactive]:hidden">
          <WorkbenchTabs />
        </TabsContent>
      </Tabs>
    </main>
  );
}
