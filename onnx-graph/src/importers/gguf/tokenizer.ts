import { GraphError } from '../../error';
import type { GgufFile } from './gguf-file';
import { numberAt, textAt, textsAt } from './metadata';

/** `tokenizer.ggml.token_type` of tokens that are not part of texts, and of those that a user added. */
const CONTROL = 3;
const USER_DEFINED = 4;

const BYTE_LEVEL = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
const split = (pattern: string): object[] => [
  { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
  { ...BYTE_LEVEL, use_regex: false },
];
/** How text is cut before byte-pair merging, by `tokenizer.ggml.pre`. Source: llama.cpp's `llama-vocab.cpp`. */
const PRE_TOKENIZERS: Readonly<Record<string, readonly object[]>> = {
  'gpt-2': [BYTE_LEVEL],
  smollm: [{ type: 'Digits', individual_digits: true }, BYTE_LEVEL],
  'llama-bpe': split(
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  ),
  qwen2: split(
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  ),
};

/** The tokenizer's part of a Hugging Face model folder. */
export interface TokenizerFiles {
  /** `tokenizer.json`. */
  readonly tokenizer: Record<string, unknown>;
  /** `tokenizer_config.json`, with the chat template. */
  readonly tokenizerConfig: Record<string, unknown>;
  /** Token ids; undefined where the file names none. */
  readonly bos?: number;
  readonly eos: number;
  readonly pad: number;
}

/**
 * The byte-level BPE tokenizer that a GGUF file carries.
 * @throws {GraphError} `not_supported` for another kind of tokenizer, `invalid_argument` when its parts do not fit
 */
export function tokenizerFiles(file: GgufFile): TokenizerFiles {
  const model = textAt(file, 'tokenizer.ggml.model');
  const pre = file.metadata.get('tokenizer.ggml.pre') ?? 'gpt-2';
  const preTokenizers = PRE_TOKENIZERS[String(pre)];
  if (model !== 'gpt2' || !preTokenizers) {
    throw new GraphError('not_supported', `The tokenizer ${model}/${String(pre)} is not read. Use byte-level BPE.`, {
      model,
      pre: String(pre),
    });
  }
  const tokens = textsAt(file, 'tokenizer.ggml.tokens');
  const types = file.metadata.get('tokenizer.ggml.token_type');
  if (!Array.isArray(types) || types.length !== tokens.length) {
    throw new GraphError('invalid_argument', 'The tokenizer does not say what each of its tokens is.');
  }
  if (new Set(tokens).size < tokens.length)
    throw new GraphError('invalid_argument', 'Two tokens of the vocabulary are the same. Convert the model again.');
  const rows = file.tensor('token_embd.weight').dims.at(-1)!;
  if (tokens.length > rows)
    throw new GraphError(
      'invalid_argument',
      `The vocabulary has ${tokens.length} tokens, and the embedding ${rows} rows. Convert the model again.`,
      { tokens: tokens.length, rows },
    );
  const added = tokens.flatMap((content, id) =>
    types[id] === CONTROL || types[id] === USER_DEFINED
      ? [
          {
            id,
            content,
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
            special: types[id] === CONTROL,
          },
        ]
      : [],
  );
  const token = (key: string, fallback?: number): number => {
    const id = numberAt(file, `tokenizer.ggml.${key}_token_id`, fallback);
    if (tokens[id] !== undefined) return id;
    throw new GraphError('invalid_argument', `The ${key} token ${id} is not in the vocabulary.`, { id });
  };
  const eos = token('eos');
  const pad = token('padding', eos);
  const bos = file.metadata.has('tokenizer.ggml.bos_token_id') ? token('bos') : undefined;
  const template = file.metadata.get('tokenizer.chat_template');
  return {
    eos,
    pad,
    ...(bos === undefined ? {} : { bos }),
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: null,
      pre_tokenizer: { type: 'Sequence', pretokenizers: preTokenizers },
      post_processor: null,
      decoder: BYTE_LEVEL,
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(tokens.map((content, id) => [content, id])),
        merges: textsAt(file, 'tokenizer.ggml.merges'),
      },
    },
    tokenizerConfig: {
      add_bos_token: file.metadata.get('tokenizer.ggml.add_bos_token') === true,
      add_prefix_space: false,
      ...(bos === undefined ? {} : { bos_token: tokens[bos] }),
      ...(typeof template === 'string' ? { chat_template: template } : {}),
      clean_up_tokenization_spaces: false,
      eos_token: tokens[eos],
      model_max_length: numberAt(file, `${textAt(file, 'general.architecture')}.context_length`),
      pad_token: tokens[pad],
      tokenizer_class: 'GPT2Tokenizer',
    },
  };
}
