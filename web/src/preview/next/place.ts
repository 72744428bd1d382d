/** Where the previewed page believes to be: an address bar in memory, with its history. */

/** No such host: it only makes relative addresses readable. */
const HOME = "http://preview.invalid";

export type Place = { readonly pathname: string; readonly search: string };

const visited: Place[] = [{ pathname: "/", search: "" }];
let at = 0;
const watchers = new Set<() => void>();

export const here = (): Place => visited[at]!;

/** Whether any component shows something else at another place. */
export const isWatched = (): boolean => watchers.size > 0;

export function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

/** The place that an address means from here; null for one that is elsewhere, or on this very page. */
export function placeOf(address: string): Place | null {
  if (address.startsWith("#") || !URL.canParse(address, HOME + here().pathname)) return null;
  const { origin, pathname, search } = new URL(address, HOME + here().pathname);
  return origin === HOME ? { pathname, search } : null;
}

export function push(place: Place): void {
  visited.splice(at + 1, visited.length, place);
  move(at + 1);
}

export function replace(place: Place): void {
  visited[at] = place;
  move(at);
}

/** One step back (-1) or forward (1), as far as there is one. */
export function step(by: -1 | 1): void {
  if (visited[at + by]) move(at + by);
}

function move(to: number): void {
  at = to;
  for (const watcher of [...watchers]) watcher();
}
