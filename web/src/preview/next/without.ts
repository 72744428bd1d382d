/** Props less those that mean something to Next only: React would write them into the document, and complain. */
export function without<T extends object, K extends string>(props: T, names: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(props).filter(([name]) => !names.includes(name as K))) as Omit<T, K>;
}
