import { Laptop } from "lucide-react";
import { account } from "@/api/api";
import type { Device } from "@/api/types";
import { ago } from "@/components/ago";
import { ErrorState } from "@/components/ErrorState";
import { notifyProblem } from "@/components/notify";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { browserName } from "./browserName";
import { Section } from "./Section";
import { useLoaded } from "./useLoaded";

/** Where the person is signed in. */
export function DeviceSection() {
  const { value: devices, problem, load } = useLoaded(account.devices);
  const end = (device: Device) => account.endDevice(device.id).then(load, (error) => notifyProblem("It is still signed in", error));
  const endOthers = () => account.endOthers().then(load, (error) => notifyProblem("They are still signed in", error));
  const others = devices?.some((device) => !device.current);
  return (
    <Section
      title="Devices"
      text="Where you are signed in. Ending one closes what it shows within seconds."
      testId="device-section"
      actions={others && <Button size="sm" variant="outline" onClick={endOthers} data-testid="end-others">Sign out all others</Button>}
    >
      {problem && <ErrorState problem={problem} onRetry={load} />}
      <ul className="divide-y">
        {devices?.map((device) => (
          <li key={device.id} className="flex items-center gap-3 py-2.5 first:pt-0 last:pb-0" data-testid="device">
            <Laptop className="size-4 shrink-0 text-muted-foreground" />
            <div className="min-w-0 flex-1">
              <p className="truncate text-sm" title={device.name}>{browserName(device.name)}</p>
              <p className="text-xs text-muted-foreground">last seen {ago(device.last_seen_at)}</p>
            </div>
            {device.current ? <Badge variant="outline">This one</Badge> : <Button size="sm" variant="ghost" onClick={() => void end(device)} data-testid="end-device">End</Button>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
