// transformers.js as a peer: `node decode.mjs PACKAGES FOLDER`. Each line in, {prompt, requests, tokens}, asks for so many
// answers of so many tokens at once, which go as one batch; each line out, {seconds, tokens}, says how long they took together.
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [packages, folder] = process.argv.slice(2);
const library = join(packages, 'node_modules/@huggingface/transformers/dist/transformers.node.mjs');
const { AutoModelForCausalLM, AutoTokenizer, DynamicCache, env, Tensor } = await import(pathToFileURL(library).href);
env.allowRemoteModels = false;
env.localModelPath = dirname(folder);
const name = basename(folder);
const tokenizer = await AutoTokenizer.from_pretrained(name);
const model = await AutoModelForCausalLM.from_pretrained(name, {
  dtype: 'fp32',
  device: 'cpu',
  use_external_data_format: true,
  session_options: { intraOpNumThreads: availableParallelism(), interOpNumThreads: 1, logSeverityLevel: 3 },
});

// It makes an empty past itself only for graphs that name their first axis `batch_size`.
function emptyPast(rows) {
  const { num_key_value_heads: heads, head_dim: size } = model.config;
  const names = model.sessions.model.inputNames.filter((each) => each.startsWith('past_key_values.'));
  const empty = () => new Tensor('float32', new Float32Array(0), [rows, heads, 0, size]);
  return new DynamicCache(Object.fromEntries(names.map((each) => [each, empty()])));
}

for await (const line of createInterface({ input: process.stdin })) {
  const { prompt, requests, tokens } = JSON.parse(line);
  const started = performance.now();
  const inputs = tokenizer(Array(requests).fill(prompt), { add_special_tokens: false });
  const options = { past_key_values: emptyPast(requests), max_new_tokens: tokens, do_sample: false };
  const output = await model.generate({ ...inputs, ...options });
  const given = (output.dims[1] - inputs.input_ids.dims[1]) * requests;
  process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - started) / 1000, tokens: given })}\n`);
}
process.exit(0);
