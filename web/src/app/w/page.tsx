import { Suspense } from "react";
import { WorkspaceScreen } from "@/workspace/WorkspaceScreen";
import { WorkspaceSkeleton } from "@/workspace/WorkspaceSkeleton";

export default function Page() {
  return (
    <Suspense fallback={<WorkspaceSkeleton />}>
      <WorkspaceScreen />
    </Suspense>
  );
}
