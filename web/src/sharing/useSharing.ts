/** With whom a project is shared, and with whom it could be. */
import { useCallback, useEffect, useState } from "react";
import { projects } from "@/api/api";
import { type Member, org } from "@/api/org";
import { type Problem, toProblem } from "@/api/problem";
import type { ProjectMember } from "@/api/types";
import { useMe } from "@/components/me";
import { notifyProblem } from "@/components/notify";

export const ACCESS = {
  none: { label: "No access", help: "" },
  viewer: { label: "Viewer", help: "Reads and watches" },
  editor: { label: "Editor", help: "Works in it" },
} as const;
export type Access = keyof typeof ACCESS;

const SEARCH_PAUSE_MS = 200;
/** Those whose role in the organisation lets them open projects. */
const READS = ["owner", "admin", "member", "viewer"];

export type Sharing = {
  /** Others in the organisation, as searched; null while they are read, or where nobody asked for them. */
  people: Member[] | null;
  members: ProjectMember[] | null;
  roles: Record<string, Access> | null;
  problem: Problem | null;
  give: (person: Member, access: Access) => Promise<void>;
  leave: (me: string) => Promise<boolean>;
  reload: () => void;
};

/** `query` null: only who is there already. */
export function useSharing(project: string, query: string | null): Sharing {
  const me = useMe((store) => store.user?.id);
  const [people, setPeople] = useState<Member[] | null>(null);
  const [members, setMembers] = useState<ProjectMember[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);

  useEffect(() => {
    projects.members(project).then(setMembers, (error) => setProblem(toProblem(error)));
  }, [project, round]);

  useEffect(() => {
    if (query === null) return;
    let current = true;
    const read = () => org.members(query).then((page) => current && setPeople(page.items), (error) => current && setProblem(toProblem(error)));
    const timer = setTimeout(read, query ? SEARCH_PAUSE_MS : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query, round]);

  const give = useCallback(
    async (person: Member, access: Access) => {
      try {
        if (access === "none") await projects.unshare(project, person.id);
        else await projects.share(project, person.id, access);
        setMembers((before) => [...(before ?? []).filter((one) => one.id !== person.id), ...(access === "none" ? [] : [{ ...person, role: access, since: new Date().toISOString() }])]);
      } catch (error) {
        notifyProblem(`The access of ${person.name} could not be changed`, error);
      }
    },
    [project],
  );

  const leave = useCallback(
    (me: string) =>
      projects.unshare(project, me).then(
        () => true,
        (error) => {
          notifyProblem("You could not leave the project", error);
          return false;
        },
      ),
    [project],
  );

  return {
    people: people?.filter((one) => one.id !== me && READS.includes(one.role)) ?? null,
    members,
    roles: members && (Object.fromEntries(members.map((one) => [one.id, one.role])) as Record<string, Access>),
    problem,
    give,
    leave,
    reload: () => {
      setProblem(null);
      setRound((before) => before + 1);
    },
  };
}
