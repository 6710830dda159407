import type { ApiKeys } from '../ports/api-keys';
import type { Ledgers } from '../ports/ledger';
import type { ObjectStore } from '../ports/object-store';

export interface Readiness {
  ready: boolean;
  /** `ok`, or the code of what is wrong. */
  parts: { database: string; objectStore: string; ledger: string };
}

async function stateOf(check: Promise<unknown>): Promise<string> {
  try {
    await check;
    return 'ok';
  } catch (error) {
    return (error as { code?: string }).code ?? 'internal';
  }
}

/** Whether everything that this gateway stands on answers. */
export class CheckReadiness {
  readonly #ports: { keys: ApiKeys; store: ObjectStore; ledgers: Ledgers };

  constructor(_options: object, ports: { keys: ApiKeys; store: ObjectStore; ledgers: Ledgers }) {
    this.#ports = ports;
  }

  async run(): Promise<Readiness> {
    const { keys, store, ledgers } = this.#ports;
    const [database, objectStore, ledger] = await Promise.all([
      stateOf(keys.check()),
      stateOf(store.check()),
      stateOf(ledgers.service.query('ledger:whoami', {})),
    ]);
    return {
      ready: [database, objectStore, ledger].every((state) => state === 'ok'),
      parts: { database, objectStore, ledger },
    };
  }
}
