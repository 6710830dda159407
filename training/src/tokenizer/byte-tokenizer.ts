/** One token per byte, the byte's value its id; then the stop token. */
export const STOP_TOKEN = 256;
export const VOCABULARY_SIZE = 257;

const STOP_TEXT = '<|endoftext|>';

const encoder = new TextEncoder();

/** The token ids of a text: its UTF-8 bytes. Text that reads like the stop token is text all the same. */
export function encodeBytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * The printable characters that stand for bytes in byte-level vocabularies: a byte that is printable in Latin-1 is itself,
 * the others follow from U+0100. Source: GPT-2's `bytes_to_unicode`.
 */
function byteSymbols(): string[] {
  const printable = (byte: number): boolean => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
}

/** `tokenizer.json` of the Hugging Face tokenizers: byte-level BPE without merges. */
export function tokenizerJson(): Record<string, unknown> {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  const vocabulary = Object.fromEntries(byteSymbols().map((symbol, byte) => [symbol, byte]));
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: STOP_TOKEN,
        content: STOP_TEXT,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: { ...vocabulary, [STOP_TEXT]: STOP_TOKEN },
      merges: [],
    },
  };
}

/** A poet is given the last user message as a line to go on from. */
const CHAT_TEMPLATE =
  "{% set ns = namespace(line='') %}{% for message in messages %}{% if message['role'] == 'user' %}" +
  "{% set ns.line = message['content'] %}{% endif %}{% endfor %}{{ ns.line + '\\n' }}";

/** `tokenizer_config.json`. */
export function tokenizerConfig(context: number): Record<string, unknown> {
  return {
    add_bos_token: false,
    add_prefix_space: false,
    bos_token: STOP_TEXT,
    chat_template: CHAT_TEMPLATE,
    clean_up_tokenization_spaces: false,
    eos_token: STOP_TEXT,
    model_max_length: context,
    pad_token: STOP_TEXT,
    tokenizer_class: 'GPT2Tokenizer',
    unk_token: STOP_TEXT,
  };
}
