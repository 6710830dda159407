import { SILENCE_WEIGHS_MS, type BatchEntry } from '@llmchain/protocol';

type Silences = NonNullable<BatchEntry['silent']>;

/** Which rivals were passed over at own batches of late, as far as this process has heard: new batches call upon them last. */
export class SilentRivals {
  readonly #latest = new Map<string, { sequence: number; until: number }>();

  note(member: string, sequence: number, now = Date.now()): void {
    if ((this.#latest.get(member)?.sequence ?? 0) >= sequence) return;
    this.#latest.set(member, { sequence, until: now + SILENCE_WEIGHS_MS });
  }

  /** @returns one silence of each, by MSP id; undefined where there is none */
  lately(now = Date.now()): Silences | undefined {
    const silences = [...this.#latest].flatMap(([member, { sequence, until }]) =>
      until > now ? [{ member, sequence }] : [],
    );
    return silences.length > 0 ? silences.sort((a, b) => (a.member < b.member ? -1 : 1)) : undefined;
  }
}
