import { JoinScreen } from "@/org/JoinScreen";

export default function Page() {
  return <JoinScreen />;
}
