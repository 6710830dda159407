import fc from 'fast-check';
import { sha256Hex } from '../crypto/hash';
import { USES } from '../records/work';
import { aiprefSignal } from './aipref';
import { tdmrepSignal } from './tdmrep';
import { xmpSignal } from './xmp';

const FORBIDDEN = Object.fromEntries(USES.map((use) => [use, 'not_allowed']));
const CONSTRAINED = Object.fromEntries(USES.map((use) => [use, 'constrained']));
const RESERVED = { training: 'not_allowed', generative_training: 'not_allowed', mining: 'not_allowed' };
const packet = (inside: string, attributes = ''): string => `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" ${attributes}>${inside}</rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;
const read = (text: string) => xmpSignal(new TextEncoder().encode(text), text);
const term = (word: string): string => `http://ns.useplus.org/ldf/vocab/${word}`;

describe('PLUS data mining in XMP', () => {
  test.each([
    ['DMI-UNSPECIFIED', {}],
    ['DMI-PROHIBITED', FORBIDDEN],
    ['DMI-PROHIBITED-AIMLTRAINING', { training: 'not_allowed', generative_training: 'not_allowed' }],
    ['DMI-PROHIBITED-GENAIMLTRAINING', { generative_training: 'not_allowed' }],
    ['DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING', FORBIDDEN],
    ['DMI-PROHIBITED-SEECONSTRAINT', CONSTRAINED],
    ['DMI-SOMETHING-NEW', FORBIDDEN],
    ['', FORBIDDEN],
  ])('%j, in each of its three forms', (word, preference) => {
    for (const text of [
      packet('', `plus:DataMining="${term(word)}"`),
      packet(`<plus:DataMining>${term(word)}</plus:DataMining>`),
      packet(`<plus:DataMining rdf:resource='${term(word)}'/>`),
    ])
      expect(read(text)).toEqual({ source: 'iptc', digest: sha256Hex(text), preference });
  });

  test('whatever the namespace’s prefix is, and of two values the stricter', () => {
    const other = '<a xmlns:p.2="http://ns.useplus.org/ldf/xmp/1.0/" p.2:DataMining="DMI-PROHIBITED"/>';
    expect(read(packet(other, `plus:DataMining="${term('DMI-ALLOWED')}"`))?.preference).toEqual(FORBIDDEN);
    expect(read('<a xmlns:plus="http://example.org/" plus:DataMining="DMI-PROHIBITED"/>')).toBeUndefined();
    expect(read(packet('<dc:title>A rose</dc:title>'))).toBeUndefined();
  });

  test('entities are refused, and references are values that nobody knows', async () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa">]>${packet('')}`;
    await expect(() => read(bomb)).toThrowWithCode('invalid_argument');
    expect(read(packet('', 'plus:DataMining="DMI-ALL&#79;WED"'))?.preference).toEqual(FORBIDDEN);
    await expect(() => read(' '.repeat(1024 * 1024 + 1))).toThrowWithCode('invalid_argument');
  });
});

describe('TDMRep', () => {
  test.each([
    ['{"tdm-reservation":1}', RESERVED],
    ['{"tdm-reservation":"1"}', RESERVED],
    ['{"tdm-reservation":2}', RESERVED],
    ['{}', RESERVED],
    ['{"tdm-reservation":true,"tdm-policy":"https://example.org/p.json"}', RESERVED],
    ['{"tdm-reservation":1,"tdm-policy":"none"}', RESERVED],
  ])('%s reserves', (text, preference) => {
    expect(tdmrepSignal(text)).toEqual({ source: 'tdmrep', digest: sha256Hex(text), preference });
  });

  test('a policy makes it a matter of licences, 0 allows, and of a list the strictest entry counts', () => {
    const policy = { location: '/a/*', 'tdm-reservation': 1, 'tdm-policy': 'https://example.org/policy.json' };
    const free = { location: '/', 'tdm-reservation': 0 };
    expect(tdmrepSignal(JSON.stringify(free)).preference.mining).toBe('allowed');
    expect(tdmrepSignal(JSON.stringify([free, policy])).preference.training).toBe('constrained');
    expect(tdmrepSignal(JSON.stringify([policy, {}])).preference).toEqual(RESERVED);
  });

  test.each(['', 'null', '[]', '1', '[1]', '{'])('%j is refused', async (text) => {
    await expect(() => tdmrepSignal(text)).toThrowWithCode('invalid_argument');
  });
});

describe('AIPREF', () => {
  test.each([
    ['Content-Usage: train-ai=n', { training: 'not_allowed', generative_training: 'not_allowed' }],
    ['content-usage: train-ai=y, train-genai=n', { training: 'allowed', generative_training: 'not_allowed' }],
    ['User-Agent: *\nAllow: /\nContent-Usage: /works/ train-genai=n', { generative_training: 'not_allowed' }],
    ['Content-Usage: search=n', {}],
    ['Content-Usage: bots=n', FORBIDDEN],
    ['Content-Usage: ai-use=n;x=1', { inference: 'not_allowed' }],
    ['Content-Usage: train-genai=maybe', { generative_training: 'not_allowed' }],
    ['Content-Usage: train-genai', { generative_training: 'not_allowed' }],
    ['Content-Usage: something-new=n', FORBIDDEN],
    ['Content-Usage:', FORBIDDEN],
  ])('%j', (text, preference) => {
    expect(aiprefSignal(text)).toEqual({ source: 'aipref', digest: sha256Hex(text), preference });
  });

  test('text without such a line is refused', async () => {
    await expect(() => aiprefSignal('train-ai=n')).toThrowWithCode('invalid_argument');
  });
});

test('another statement never makes anything laxer', () => {
  const statement = fc.tuple(
    fc.constantFrom('bots', 'train-ai', 'train-genai', 'search', 'x'),
    fc.constantFrom('y', 'n', ''),
  );
  const line = fc.array(statement, { minLength: 1 });
  fc.assert(
    fc.property(line, line, (some, more) => {
      const say = (all: [string, string][]) =>
        aiprefSignal(`Content-Usage: ${all.map((each) => each.join('=')).join(', ')}`).preference;
      const [before, after] = [say(some), say([...some, ...more])];
      for (const use of USES) if (before[use] === 'not_allowed') expect(after[use]).toBe('not_allowed');
    }),
  );
});
