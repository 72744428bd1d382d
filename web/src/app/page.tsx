import { ProjectsScreen } from "@/projects/ProjectsScreen";

export default function Page() {
  return <ProjectsScreen />;
}
