/** Where a chosen file goes: a folder's own name is not part of it; a lone component belongs into `src/`. */
export function projectPath(relative: string, name: string): string {
  if (relative) return relative.split("/").slice(1).join("/") || name;
  return /\.(tsx|ts|jsx|js|css)$/.test(name) && !/\.config\./.test(name) ? `src/${name}` : name;
}
