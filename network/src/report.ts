/** One step of a longer operation, as a person sees it. */
export interface Step {
  /** @param note what was done, in a few words (`cached`, `4 consenters`) */
  done(note?: string): void;
  fail(error: unknown): void;
}

/** Where progress is told; steps may overlap. */
export interface Report {
  step(name: string): Step;
}

/** Runs `work` as a step of `report`; the note is derived from its result. */
export async function reported<T>(
  report: Report,
  name: string,
  work: () => Promise<T>,
  note: (result: T) => string | undefined = () => undefined,
): Promise<T> {
  const step = report.step(name);
  try {
    const result = await work();
    step.done(note(result));
    return result;
  } catch (error) {
    step.fail(error);
    throw error;
  }
}
