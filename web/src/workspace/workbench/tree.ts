export type Row = { path: string; name: string; depth: number; folder: boolean };

/** Paths as the rows of a tree, folders first; what lies in a closed folder is left out. */
export function treeRows(paths: readonly string[], closed: ReadonlySet<string>, under = "", depth = 0): Row[] {
  const inside = paths.filter((path) => path.startsWith(under));
  const folders = [...new Set(inside.filter((path) => path.slice(under.length).includes("/")).map((path) => path.slice(under.length).split("/")[0]!))].toSorted();
  const files = inside.filter((path) => !path.slice(under.length).includes("/")).toSorted();
  return [
    ...folders.flatMap((name) => {
      const path = under + name;
      const row: Row = { path, name, depth, folder: true };
      return closed.has(path) ? [row] : [row, ...treeRows(inside, closed, `${path}/`, depth + 1)];
    }),
    ...files.map((path) => ({ path, name: path.slice(under.length), depth, folder: false })),
  ];
}
