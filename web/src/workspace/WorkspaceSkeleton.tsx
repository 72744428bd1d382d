import { Skeleton } from "@/components/ui/skeleton";

export function WorkspaceSkeleton() {
  return (
    <div className="flex h-dvh flex-col" aria-busy="true" aria-label="Loading the workspace">
      <div className="flex h-12 items-center gap-3 border-b px-3">
        <Skeleton className="size-6" />
        <Skeleton className="h-5 w-48" />
      </div>
      <div className="flex flex-1">
        <div className="w-[36%] min-w-80 border-r max-[900px]:w-full">
          <ChatSkeleton />
        </div>
        <div className="flex-1 bg-canvas p-4 max-[900px]:hidden">
          <Skeleton className="size-full" />
        </div>
      </div>
    </div>
  );
}

export function ChatSkeleton() {
  return (
    <div className="grid gap-4 p-4" aria-busy="true" aria-label="Loading the conversation">
      <Skeleton className="ml-auto h-12 w-3/5 rounded-2xl" />
      <Skeleton className="h-4 w-4/5" />
      <Skeleton className="h-4 w-3/5" />
      <Skeleton className="h-9 w-2/5" />
    </div>
  );
}
