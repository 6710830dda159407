/** Why a step of a verification failed, in words for a person. */
export class Refusal extends Error {}

/** @throws {Refusal} unless the condition holds */
export function demand(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Refusal(message);
}
