// The bare runtime as a peer: `node onnxruntime.mjs FOLDER THREADS`. The usual loop over a graph in Optimum's layout: what a
// step gives as `present` goes into the next as `past_key_values`, and the likeliest token is taken. Each line in,
// {promptTokens, tokens}, asks for one answer; each line out, {seconds, tokens}, says how long it took.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [folder, threads] = process.argv.slice(2);
const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
const session = await InferenceSession.create(join(folder, 'onnx/model.onnx'), {
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});
const pasts = session.inputNames.filter((name) => name.startsWith('past_key_values.'));
const fetches = ['logits', ...pasts.map((name) => name.replace('past_key_values', 'present'))];
const integers = (values) => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);

function likeliest({ data, dims }) {
  const row = data.subarray(data.length - dims[2]);
  return row.reduce((best, value, index) => (value > row[best] ? index : best), 0);
}

async function answer(prompt, tokens) {
  const shape = [1, config.num_key_value_heads, 0, config.head_dim];
  let cache = Object.fromEntries(pasts.map((name) => [name, new Tensor('float32', new Float32Array(0), shape)]));
  let [fed, seen] = [prompt, 0];
  for (let given = 0; given < tokens; given++) {
    const inputs = {
      num_logits_to_keep: new Tensor('int64', BigInt64Array.of(1n), []),
      input_ids: integers(fed),
      attention_mask: integers(Array(seen + fed.length).fill(1)),
      position_ids: integers(fed.map((_, index) => seen + index)),
    };
    const known = Object.fromEntries(Object.entries(inputs).filter(([name]) => session.inputNames.includes(name)));
    const outputs = await session.run({ ...known, ...cache }, fetches);
    cache = Object.fromEntries(pasts.map((name, index) => [name, outputs[fetches[index + 1]]]));
    seen += fed.length;
    fed = [likeliest(outputs.logits)];
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { promptTokens, tokens } = JSON.parse(line);
  const prompt = Array.from({ length: promptTokens }, (_, index) => 100 + ((index * 37) % 20_000));
  const started = performance.now();
  await answer(prompt, tokens);
  process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - started) / 1000, tokens })}\n`);
}
