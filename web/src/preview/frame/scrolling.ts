/**
 * Scrolling answers with nothing, as it did for twenty years. Browsers that answer with a promise make React take
 * `useEffect(() => end.current?.scrollIntoView())` for an effect with a clean-up, and fail when it cleans up.
 */
export function scrollAsEver(): void {
  for (const name of ["scrollIntoView", "scrollTo", "scrollBy", "scroll"] as const) silence(Element.prototype, name);
  for (const name of ["scrollTo", "scrollBy", "scroll"] as const) silence(window, name);
}

function silence<K extends string>(owner: Record<K, (...args: never[]) => unknown> | Element | Window, name: K): void {
  const methods = owner as Record<K, (...args: unknown[]) => unknown>;
  const original = methods[name];
  if (typeof original !== "function") return;
  methods[name] = function (this: unknown, ...args: unknown[]) {
    Reflect.apply(original, this ?? window, args);
  };
}
