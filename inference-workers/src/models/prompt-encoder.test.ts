import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { tinyModel } from '../../../test/support/worker-model';
import { roomFor } from '../engine/generation';
import { TokenizerConfig } from './folder-schema';
import { PromptEncoder } from './prompt-encoder';

let tokenizer: object;
beforeAll(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'prompt-encoder-'));
  await tinyModel(folder, { seed: 1 });
  tokenizer = JSON.parse(await readFile(path.join(folder, 'tokenizer.json'), 'utf8')) as object;
  await rm(folder, { recursive: true });
});

const encoder = (template: unknown): PromptEncoder =>
  new PromptEncoder(
    tokenizer,
    TokenizerConfig.parse({ bos_token: { content: '<s>' }, eos_token: '</s>', chat_template: template }),
  );
const chat = (content: string) => ({ kind: 'chat' as const, messages: [{ role: 'user' as const, content }] });

test('a chat goes through the template, with the special tokens and a place for the answer', () => {
  const template =
    "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m['content'] }}{% endfor %}{% if add_generation_prompt %}>{% endif %}";
  const prompts = encoder([
    { name: 'tools', template: 'no' },
    { name: 'default', template },
  ]);
  expect(prompts.decode(prompts.encode(chat('é?')))).toBe('<s>[user]é?>');
  expect(prompts.decode(prompts.encode({ kind: 'completion', prompt: 'plain' }))).toBe('plain');
});

test('what cannot be rendered, or not be rendered again by a verifier, is refused', () => {
  const refusing = encoder("{{ raise_exception('roles must alternate') }}");
  expect(() => refusing.encode(chat('x'))).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  expect(() => encoder(undefined).encode(chat('x'))).toThrow(expect.objectContaining({ code: 'not_supported' }));
  const dated = encoder("{{ strftime_now('%d') }}");
  expect(() => dated.encode(chat('x'))).toThrow(expect.objectContaining({ code: 'not_supported' }));
});

test('a person’s words are a chat where the model has a template that can be rendered again, and a completion otherwise', () => {
  expect(encoder('{{ messages[0].content }}').asked('x')).toEqual(chat('x'));
  for (const template of [undefined, "{{ strftime_now('%d') }}"])
    expect(encoder(template).asked('x')).toEqual({ kind: 'completion', prompt: 'x' });
});

test('every message counts against the context, that of the system and the first as the last', () => {
  const prompts = encoder('{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}>');
  const most = 320;
  const messages = (['system', 'user', 'assistant', 'user'] as const).map((role) => ({ role, content: 'a' }));
  const taken = (place: number, more: number): number =>
    prompts.encode({
      kind: 'chat',
      messages: messages.map((each, at) => (at === place ? { ...each, content: 'a'.repeat(1 + more) } : each)),
    }).length;
  for (const place of messages.keys()) {
    const room = most - 1 - taken(place, 0);
    expect(roomFor(taken(place, room), most)).toBe(1);
    expect(() => roomFor(taken(place, room + 1), most)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', details: { promptTokens: most, contextTokens: most } }),
    );
  }
});
