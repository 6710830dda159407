import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { bertConfig } from '../../onnx-graph/src/families/bert/config';
import { Encoder } from '../../onnx-graph/src/families/bert/encoder';
import { GraphBuilder } from '../../onnx-graph/src/graph/graph-builder';
import { SafetensorsFile } from '../../onnx-graph/src/importers/safetensors/safetensors-file';

/** What a graph lacks, or calls otherwise, for tests of what is refused. */
export interface Peculiarities {
  /** Name of the hidden states, `last_hidden_state` in Optimum's. */
  hidden?: string;
  /** One input more, which nobody knows. */
  extra?: boolean;
}

/**
 * An encoder of sentence-transformers' layout as Optimum's export for feature extraction writes it: `input_ids`,
 * `attention_mask` and `token_type_ids` int64 [batch_size, sequence_length], `last_hidden_state` and `pooler_output`.
 * @param source folder with `config.json` and `model.safetensors`
 */
export async function optimumEncoder(
  source: string,
  { hidden: name = 'last_hidden_state', extra = false }: Peculiarities = {},
): Promise<Uint8Array> {
  const json = JSON.parse(await readFile(path.join(source, 'config.json'), 'utf8')) as Record<string, unknown>;
  const config = bertConfig(json);
  const file = path.join(source, 'model.safetensors');
  const descriptor = openSync(file, 'r');
  try {
    const weights = new SafetensorsFile({
      size: statSync(file).size,
      read: (offset, length) => {
        const bytes = new Uint8Array(length);
        readSync(descriptor, bytes, 0, length, offset);
        return bytes;
      },
    });
    const graph = new GraphBuilder('main_graph');
    const input = (name: string) => graph.input(name, 'int64', ['batch_size', 'sequence_length']);
    const [ids, mask, types] = [input('input_ids'), input('attention_mask'), input('token_type_ids')];
    const encoder = new Encoder(graph, config, (name) => weights.float32(name));
    const hidden = encoder.hidden(ids, graph.cast(mask, 'float32'), types);
    const shape = ['batch_size', 'sequence_length', config.hiddenSize];
    graph.output(name, extra ? graph.add(hidden, graph.input('extra', 'float32', [1])) : hidden, shape);
    const first = graph.node(
      'Gather',
      [hidden, graph.int(0)],
      { shape: ['batch_size', config.hiddenSize] },
      {
        attributes: { axis: 1 },
      },
    );
    graph.output('pooler_output', graph.map('Tanh', first));
    return graph.bytes();
  } finally {
    closeSync(descriptor);
  }
}
