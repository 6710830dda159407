import type { ModelRef, ModelVersion } from '@llmchain/protocol';
import type { Ledgers } from '../ports/ledger';
import type { Log } from '../ports/log';
import type { Charge, Sessions } from '../ports/sessions';
import type { Models } from './models';

interface Ports {
  ledgers: Ledgers;
  sessions: Sessions;
  models: Pick<Models, 'all'>;
  log: Log;
}

/**
 * Gives back what callers were charged for answers of versions that the members revoked before the answers were anchored:
 * they never will be. How much that is the ledger alone says, by what the producer's batches drew; no producer is asked.
 */
export class ReleaseCharges {
  readonly #ports: Ports;
  /** What was charged when a version was last looked at, as JSON: while that is all, there is nothing to do. */
  readonly #seen = new Map<string, string>();

  constructor(_options: object, ports: Ports) {
    this.#ports = ports;
  }

  /** @param session one that is being closed; all that are not, when left out */
  async run(session?: string): Promise<void> {
    const { models, sessions } = this.#ports;
    for (const version of await models.all()) {
      if (version.state !== 'revoked') continue;
      const charges = await sessions.charges(version, session);
      const seen = `${version.model}@${version.version}/${session ?? ''}`;
      const now = JSON.stringify(charges);
      if (charges.length === 0 || this.#seen.get(seen) === now) continue;
      await this.#release(version, charges);
      if (session === undefined) this.#seen.set(seen, now);
    }
  }

  /** @param version revoked by the ledger as it is read here: what is read of batches from now on is all there will be */
  async #release({ model, version }: ModelVersion, charges: readonly Charge[]): Promise<void> {
    const { sessions, log } = this.#ports;
    for (const producer of new Set(charges.map((charge) => charge.producer))) {
      const drawn = await this.#drawn(producer, { model, version });
      for (const { session } of charges.filter((charge) => charge.producer === producer)) {
        const amount = await sessions.releaseCharges({ session, producer, model, version }, drawn.get(session) ?? 0);
        if (amount > 0)
          log.info(
            { session, producer, model, version, amount },
            'a session has back what cannot be anchored any more',
          );
      }
    }
  }

  /** What a producer's batches of one version drew from each session, micro-credits. */
  async #drawn(producer: string, { model, version }: ModelRef): Promise<Map<string, number>> {
    const drawn = new Map<string, number>();
    for await (const batch of this.#ports.ledgers.service.list('batch', producer)) {
      if (batch.model !== model || batch.version !== version) continue;
      for (const { session, amount } of batch.sessions) drawn.set(session, (drawn.get(session) ?? 0) + amount);
    }
    return drawn;
  }
}
