import { canonicalJson, merkleRoot, toHex, type RequestOf, type SubmitName } from '@llmchain/protocol';
import { item, work } from './consortium';
import type { TestIdentity } from './identities';

/** Submits under a fresh operation id, where the transaction takes one. */
export type Submit = <N extends SubmitName>(
  name: N,
  request: Omit<RequestOf<N>, 'operationId'>,
  as: TestIdentity,
) => Promise<unknown>;

/**
 * A dataset, a job and a model version, all called `name`, over one work of the artist's; then the work's consent is taken
 * back and the taint moves down to the model.
 */
export async function tainted(
  name: string,
  submit: Submit,
  people: Record<'artist' | 'steward' | 'trainer', TestIdentity>,
  made: { plan: (job: string) => object; result: object; entry: (model: string) => object },
): Promise<{ work: string }> {
  const { artist, steward, trainer } = people;
  const verse = work(name, ['will'], 'allowed');
  const items = [item(verse)];
  const datasets = [{ dataset: name, version: 1 }];
  await submit('artworks:register', { works: [verse] }, artist);
  await submit('datasets:create', { dataset: name, title: name, purpose: 'verses' }, steward);
  await submit('datasets:addPage', { dataset: name, version: 1, index: 0, items }, steward);
  const root = toHex(merkleRoot(items.map((each) => canonicalJson(each))));
  await submit('datasets:seal', { dataset: name, version: 1, pages: 1, root }, steward);
  await submit('training:open', { ...(made.plan(name) as RequestOf<'training:open'>), datasets }, trainer);
  await submit('training:complete', { job: name, result: made.result as never }, trainer);
  const model = made.entry(name) as RequestOf<'models:register'>;
  await submit('models:register', { ...model, job: name, datasets }, trainer);
  await submit('artworks:setPreference', { work: verse.sha256, preference: {} }, artist);
  await submit('datasets:taint', { dataset: name, version: 1, page: 0, item: verse.sha256 }, trainer);
  await submit('training:taint', { job: name }, trainer);
  await submit('models:taint', { model: name, version: 1 }, trainer);
  return { work: verse.sha256 };
}
