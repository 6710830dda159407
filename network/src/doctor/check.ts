/** What was looked at, what was found, and what to do where that is not as it should be. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly remedy: string | null;
}

export function good(name: string, detail: string): Check {
  return { name, ok: true, detail, remedy: null };
}

export function bad(name: string, detail: string, remedy: string): Check {
  return { name, ok: false, detail, remedy };
}

/** Whether the version (`v20.19.0`, `go1.26`, `3.11.2`) is `least` or newer, compared number by number. */
export function isAtLeast(version: string, least: readonly number[]): boolean {
  const numbers = (/\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
  for (const [index, wanted] of least.entries()) {
    const found = numbers[index] ?? 0;
    if (found !== wanted) return found > wanted;
  }
  return true;
}
