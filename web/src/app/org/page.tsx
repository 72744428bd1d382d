import { OrgScreen } from "@/org/OrgScreen";

export default function Page() {
  return <OrgScreen />;
}
