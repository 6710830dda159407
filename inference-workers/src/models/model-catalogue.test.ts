import { setImmediate as turn } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { ModelVersion } from '@llmchain/protocol';
import pino from 'pino';
import { ModelCatalogue } from './model-catalogue';

const log = pino({ level: 'silent' });
const version = (state: ModelVersion['state']): ModelVersion => ({ model: 'poet', version: 1, state }) as ModelVersion;

class Loaded {
  closed = false;
  readonly load = { running: 0, waiting: 0, slots: 1, outstanding: 0, room: 1 };
  constructor(readonly version: ModelVersion) {}
  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

function catalogue(): { models: ModelCatalogue<Loaded>; opened: Loaded[] } {
  const opened: Loaded[] = [];
  const open = (each: ModelVersion): Promise<Loaded> => {
    opened.push(new Loaded(each));
    return Promise.resolve(opened.at(-1)!);
  };
  return { models: new ModelCatalogue({ open, log }), opened };
}

test('an approved version is loaded and served; once it has ended it is verified with, but not served', async () => {
  const { models, opened } = catalogue();
  models.consider(version('approved'));
  await turn();
  expect(models.loaded()).toHaveLength(1);
  models.consider(version('retired'));
  expect(models.loaded()).toEqual([]);
  expect([models.ended('poet', 1), models.toVerify('poet', 1)]).toEqual(['retired', opened[0]]);
  expect(opened).toHaveLength(1);
});

test.each(['retired', 'revoked'] as const)(
  'a version that was %s before the process began is loaded once there is something to verify, and never served',
  async (state) => {
    const { models, opened } = catalogue();
    models.consider(version(state));
    await turn();
    expect(opened).toEqual([]);
    expect(models.toVerify('poet', 1)).toBeUndefined();
    await turn();
    expect(models.toVerify('poet', 1)).toBe(opened[0]);
    expect([models.toVerify('poet', 1), opened.length, models.loaded().length]).toEqual([opened[0], 1, 0]);
    await models.close();
    expect(opened[0]!.closed).toBe(true);
    expect(models.toVerify('poet', 1)).toBeUndefined();
    expect(opened).toHaveLength(1);
  },
);

test('what nobody proposed or approved is not loaded for anything', async () => {
  const { models, opened } = catalogue();
  expect(models.toVerify('poet', 1)).toBeUndefined();
  models.consider(version('candidate'));
  expect(models.toVerify('poet', 1)).toBeUndefined();
  await turn();
  expect(opened).toEqual([]);
});
