const KEY = "atelier-layout";

type Layout = Record<string, number>;

/** The sizes of the panes as the user left them, in percent. */
export function savedLayout(): Layout | undefined {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

export function rememberLayout(layout: Layout): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(layout));
  } catch {
    // Without storage the sizes last as long as the page.
  }
}
