import { expect } from '@jest/globals';

interface Coded {
  code?: unknown;
  details?: unknown;
}

/** What a promise rejected with or a function threw; undefined when neither happened. */
async function thrownBy(received: unknown): Promise<Coded | undefined> {
  if (typeof received !== 'function') return received as Coded | undefined;
  try {
    await (received as () => unknown)();
    return undefined;
  } catch (error) {
    return error as Coded;
  }
}

expect.extend({
  /** `await expect(promise).rejects.toThrowWithCode('consent_missing', { items: [id] })`: codes are the interface, messages are not. */
  async toThrowWithCode(received: unknown, code: string, details?: unknown) {
    const error = await thrownBy(received);
    const same = error?.code === code;
    const fits = details === undefined || this.equals(error?.details, expect.objectContaining(details as object));
    return {
      pass: same && fits,
      message: () =>
        `expected the error code ${code}${details === undefined ? '' : ` with ${JSON.stringify(details)}`}, got ${
          error === undefined
            ? 'no error'
            : `${String(error.code)} ${JSON.stringify(error.details)} (${error instanceof Error ? error.message : 'not an error'})`
        }`,
    };
  },
});

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>> {
    toThrowWithCode(code: string, details?: unknown): Promise<R>;
  }
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- where @types/jest keeps its matchers
  namespace jest {
    interface Matchers<R> {
      toThrowWithCode(code: string, details?: unknown): Promise<R>;
    }
  }
}
