import { UsersScreen } from "@/users/UsersScreen";

export default function Page() {
  return <UsersScreen />;
}
