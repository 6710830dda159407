/** Reads pages of a list until there are enough or no more. @param read the page after a cursor */
export async function gathered<T>(
  most: number,
  read: (limit: number, after: string | undefined) => Promise<{ data: T[]; after?: string | undefined }>,
): Promise<{ data: T[]; more: boolean }> {
  const data: T[] = [];
  let after: string | undefined;
  do {
    const page = await read(Math.min(500, most - data.length), after);
    data.push(...page.data);
    after = page.after;
  } while (after !== undefined && data.length < most);
  return { data, more: after !== undefined };
}

/** Lines of a list for people, and that there is more. */
export function listed(lines: readonly string[], more: boolean): string {
  const rest = more ? ['… and more; raise --limit to see them.'] : [];
  return [...(lines.length === 0 ? ['Nothing.'] : lines), ...rest].join('\n');
}
