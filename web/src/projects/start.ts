import { projects, sessions } from "@/api/api";
import { uuid7 } from "@/api/uuid7";
import { modelToAsk } from "@/models/choice";
import { expectVersion } from "@/session/store";
import { nameFor } from "./nameFor";

export const workspaceUrl = (project: string, session?: string) => `/w?p=${encodeURIComponent(project)}${session ? `&c=${encodeURIComponent(session)}` : ""}`;

/** A project with a session whose first prompt is already on its way. Answers with the address of its workspace. */
export async function startFromPrompt(prompt: string): Promise<string> {
  const project = await projects.create(nameFor(prompt));
  const session = await projects.openSession(project.id, "First draft");
  const { version } = await sessions.post(session.id, prompt, uuid7(), modelToAsk());
  expectVersion(session.id, version);
  return workspaceUrl(project.id, session.id);
}

/** An empty project, with its first session. */
export async function startEmpty(name: string): Promise<string> {
  const project = await projects.create(name);
  const session = await projects.openSession(project.id);
  expectVersion(session.id, session.version);
  return workspaceUrl(project.id, session.id);
}
