"use client";

import { Code2, Eye, History } from "lucide-react";
import dynamic from "next/dynamic";
import { Skeleton } from "@/components/ui/skeleton";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { useUi, type WorkbenchTab } from "../ui";
import { PreviewPane } from "./PreviewPane";
import { ReadOnlyBanner } from "./ReadOnlyBanner";
import { usePreview } from "./usePreview";
import { useWorkFiles } from "./useWorkFiles";

const loading = () => <Skeleton className="m-4 h-40" />;
const CodePane = dynamic(() => import("./CodePane").then((module) => module.CodePane), { ssr: false, loading });
const VersionsPane = dynamic(() => import("./VersionsPane").then((module) => module.VersionsPane), { ssr: false, loading });

export function WorkbenchTabs() {
  const { tab, show } = useUi();
  const work = useWorkFiles();
  const preview = usePreview(work);
  return (
    <section aria-label="Workbench" className="h-full bg-canvas">
      <Tabs value={tab} onValueChange={(value) => show(value as WorkbenchTab)} className="h-full gap-0">
        <div className="flex h-11 shrink-0 items-center gap-2 border-b bg-background px-2">
          <TabsList className="h-8">
            <TabsTrigger value="preview" data-testid="tab-preview">
              <Eye /> Preview
            </TabsTrigger>
            <TabsTrigger value="code" data-testid="tab-code">
              <Code2 /> Code
            </TabsTrigger>
            <TabsTrigger value="versions" data-testid="tab-versions">
              <History /> Versions
            </TabsTrigger>
          </TabsList>
          <div id="workbench-tools" className="flex min-w-0 flex-1 items-center justify-end gap-1" />
        </div>
        <ReadOnlyBanner />
        {/* Stays mounted: a preview that is not looked at keeps its state. */}
        <TabsContent value="preview" forceMount className="min-h-0 data-[state=inactive]:hidden">
          <PreviewPane work={work} preview={preview} visible={tab === "preview"} />
        </TabsContent>
        <TabsContent value="code" className="min-h-0">
          <CodePane work={work} />
        </TabsContent>
        <TabsContent value="versions" className="min-h-0">
          <VersionsPane />
        </TabsContent>
      </Tabs>
    </section>
  );
}
