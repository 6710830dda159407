import { resemblanceKey, type Resemblance } from '@llmchain/protocol';
import { resemblanceOf } from '../rules/resemblance';
import type { State } from './state';

/** Works that are alike though neither names the other. */
export class Resemblances {
  readonly #state: State;

  constructor({ state }: { state: State }) {
    this.#state = state;
  }

  /**
   * Whoever finds a resemblance first has it on the ledger; it is the same for all who come later.
   * @throws {LlmchainError} `not_found` | `invalid_argument` | `wrong_state`
   */
  async flag(a: string, b: string, finder: string): Promise<Resemblance> {
    const key = resemblanceKey(a, b);
    const known = await this.#state.find('resemblance', ...key);
    if (known) return known;
    const found = resemblanceOf(await this.#state.get('work', a), await this.#state.get('work', b));
    return this.#state.create('resemblance', key, { ...found, owner: { member: finder } });
  }
}
