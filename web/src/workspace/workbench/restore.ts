import { toast } from "sonner";
import { sessions } from "@/api/api";
import { notifyProblem } from "@/components/notify";
import { useSession } from "@/session/store";
import { useVersions } from "@/session/versions";

/** Makes an old version the newest, as a version of its own: nothing in between is lost. */
export async function restoreVersion(version: number): Promise<void> {
  const { id, refetch } = useSession.getState();
  if (!id) return;
  try {
    const made = await sessions.restore(id, version);
    useVersions.getState().view(null);
    await refetch(made.version);
    toast.success(`Version ${version} restored as version ${made.number}`);
  } catch (error) {
    notifyProblem("The version could not be restored", error);
  }
}
