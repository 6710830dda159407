import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { initialParameters } from '@llmchain/onnx-graph';
import { InferenceSession } from 'onnxruntime-node';
import { POET_SETTINGS } from '../local/poet-settings';
import { Random } from '../local/random';
import { writeModelFolder } from './write-model-folder';

const MODEL = {
  ...POET_SETTINGS.model,
  hiddenSize: 16,
  intermediateSize: 32,
  layers: 1,
  heads: 2,
  kvHeads: 2,
  headSize: 16,
};

test('a model folder holds what Hugging Face libraries load, and says so by digest', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'model-folder-'));
  try {
    const random = new Random(1);
    const params = initialParameters(MODEL, () => random.uniform());
    const files = await writeModelFolder(join(folder, 'poet'), MODEL, params);
    expect(files.map(({ path }) => path)).toEqual([
      'config.json',
      'generation_config.json',
      'onnx/model.onnx',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    for (const { path, sha256, bytes } of files) {
      const content = await readFile(join(folder, 'poet', path));
      expect(content).toHaveLength(bytes);
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    }
    expect(JSON.parse(await readFile(join(folder, 'poet/config.json'), 'utf8'))).toMatchObject({
      model_type: 'llama',
      vocab_size: 257,
      eos_token_id: 256,
    });
    const session = await InferenceSession.create(join(folder, 'poet/onnx/model.onnx'));
    expect(session.inputNames).toEqual([
      'input_ids',
      'attention_mask',
      'num_logits_to_keep',
      'past_key_values.0.key',
      'past_key_values.0.value',
    ]);
    expect(session.outputNames).toEqual(['logits', 'last_hidden_state', 'present.0.key', 'present.0.value']);
    await session.release();
    expect(await writeModelFolder(join(folder, 'poet'), MODEL, params)).toEqual(files);
  } finally {
    await rm(folder, { recursive: true });
  }
});
