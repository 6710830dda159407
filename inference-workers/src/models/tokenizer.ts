import * as tokenizers from '@huggingface/tokenizers';

/** What is used of the library, whose own declarations do not resolve under `nodenext`. */
export interface Tokenizer {
  encode(text: string, options?: { add_special_tokens?: boolean }): { ids: number[] };
  decode(
    tokens: readonly number[],
    options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean },
  ): string;
}
const { Tokenizer } = tokenizers as unknown as { Tokenizer: new (tokenizer: object, config: object) => Tokenizer };

/** @param tokenizer `tokenizer.json` @param config `tokenizer_config.json` */
export function createTokenizer(tokenizer: object, config: object): Tokenizer {
  return new Tokenizer(tokenizer, config);
}
