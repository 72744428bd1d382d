/** `next/link`: an anchor whose click changes the place that `next/navigation` tells of. */
import type * as React from "react";
import { isWatched, placeOf, push, replace } from "./place";
import { without } from "./without";

type Parts = { pathname?: string; search?: string; hash?: string; query?: Record<string, string | number | boolean> };
const onlyNext = ["scroll", "prefetch", "shallow", "passHref", "legacyBehavior", "locale"] as const;
type OnlyNext = Partial<Record<(typeof onlyNext)[number], unknown>>;
type Own = { href: string | Parts; replace?: boolean; onNavigate?: (event: { preventDefault: () => void }) => void };
export type LinkProps = Omit<React.ComponentProps<"a">, "href"> & OnlyNext & Own;

function Link({ href, replace: instead = false, onClick, onNavigate, ...props }: LinkProps) {
  const address = addressOf(href);
  const follow = (event: React.MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || !staysHere(event)) return;
    onNavigate?.(event);
    const place = placeOf(address);
    if (!place || event.defaultPrevented) return;
    // Where no component looks at the place, the click goes on to the frame, which says that there is no other page.
    if (isWatched()) event.preventDefault();
    (instead ? replace : push)(place);
  };
  return <a {...without(props, onlyNext)} href={address} onClick={follow} />;
}

const staysHere = ({ button, metaKey, ctrlKey, shiftKey, altKey, currentTarget }: React.MouseEvent<HTMLAnchorElement>) =>
  button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey && !["_blank", "_top", "_parent"].includes(currentTarget.target);

function addressOf(href: string | Parts): string {
  if (typeof href === "string") return href;
  const query = new URLSearchParams(Object.entries(href.query ?? {}).map(([name, value]) => [name, String(value)])).toString();
  return `${href.pathname ?? ""}${href.search ?? (query && `?${query}`)}${href.hash ?? ""}`;
}

/** Nothing is ever on its way: there is no server. */
export const useLinkStatus = () => ({ pending: false });

export default Link;
