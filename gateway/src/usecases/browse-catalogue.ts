import type { CatalogueKind, CatalogueOrder, CataloguePlace, CatalogueRow, Position } from '@llmchain/indexer';
import { LlmchainError, type ModelVersion } from '@llmchain/protocol';
import type { IndexRecords } from '../ports/index-records';
import type { ConsentStanding } from './consent-standing';
import type { Models } from './models';
import type { RouteInference } from './route-inference';

/** What is looked for; where nothing is said, everything is. */
export type Wanted = Pick<CatalogueOrder, 'text' | 'use' | 'owner' | 'price' | 'medium' | 'limit'> & {
  kinds?: readonly CatalogueKind[] | undefined;
  /** From the page before. */
  after?: string | undefined;
};

/** A row of the index, and what this gateway knows of a model version beyond it. */
export interface Offered {
  row: CatalogueRow;
  /** Of a model or a service: whether the consent behind it stands, and the members whose workers have it loaded. */
  serving?: { stands: boolean; servedBy: string[] };
}

export interface Shelf {
  data: Offered[];
  after?: string;
  asOf: Position;
  complete: boolean;
}

const KINDS: readonly CatalogueKind[] = ['dataset', 'licence', 'model', 'sale', 'service'];

/** What this member can have of the others and of its own people, with price and terms. */
export class BrowseCatalogue {
  readonly #member: string;
  readonly #now: () => number;
  readonly #ports: { index: IndexRecords; models: Models; router: RouteInference; standing: ConsentStanding };

  constructor(
    options: { member: string; now?: () => number },
    dependencies: { index: IndexRecords; models: Models; router: RouteInference; standing: ConsentStanding },
  ) {
    this.#member = options.member;
    this.#now = options.now ?? Date.now;
    this.#ports = dependencies;
  }

  /** @throws {LlmchainError} `invalid_argument` for a cursor that no page gave */
  async run({ kinds = KINDS, after, ...wanted }: Wanted): Promise<Shelf> {
    const { index, router, standing } = this.#ports;
    const place = after === undefined ? undefined : placeOf(after);
    const served = await router.served();
    const { rows, next, asOf, complete } = await index.catalogue({
      ...wanted,
      kinds,
      buyer: this.#member,
      now: this.#now(),
      served: kinds.includes('service') ? await this.#standing(served) : [],
      after: place,
    });
    const data = await Promise.all(
      rows.map(async (row): Promise<Offered> => {
        if (!('prices' in row.record)) return { row };
        const stands = (await standing.ofModel(row.record)).length === 0;
        return { row, serving: { stands, servedBy: served.get(`${row.name}@${row.version}`) ?? [] } };
      }),
    );
    return { data, ...(next ? { after: cursorOf(next) } : {}), asOf, complete };
  }

  /** Of what workers have loaded, the versions whose consent stands: the router serves no others. */
  async #standing(served: ReadonlyMap<string, unknown>): Promise<string[]> {
    const loaded = (await this.#ports.models.all()).filter(
      (model) => model.state === 'approved' && served.has(nameOf(model)),
    );
    const offences = await Promise.all(loaded.map((model) => this.#ports.standing.ofModel(model)));
    return loaded.filter((_, at) => offences[at]?.length === 0).map(nameOf);
  }
}

function nameOf({ model, version }: Pick<ModelVersion, 'model' | 'version'>): string {
  return `${model}@${version}`;
}

function cursorOf({ kind, name, version }: CataloguePlace): string {
  return Buffer.from(`${kind}/${name}/${version}`).toString('base64url');
}

function placeOf(cursor: string): CataloguePlace {
  const parts = /^([a-z]+)\/([a-z0-9][a-z0-9._-]{0,63})\/(\d{1,7})$/.exec(Buffer.from(cursor, 'base64url').toString());
  const kind = KINDS.find((each) => each === parts?.[1]);
  if (kind && parts?.[2] !== undefined) return { kind, name: parts[2], version: Number(parts[3]) };
  throw new LlmchainError(
    'invalid_argument',
    'This cursor is of another list. Send back "after" as the last page gave it.',
    { issues: [{ pointer: '/after', message: 'must come from the page before' }] },
  );
}
