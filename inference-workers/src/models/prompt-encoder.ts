import { Template } from '@huggingface/jinja';
import { LlmchainError, type InferenceInput } from '@llmchain/protocol';
import type { TokenizerConfig } from './folder-schema';
import { createTokenizer, type Tokenizer } from './tokenizer';

/** From what a caller asked to the model's token ids, and from token ids to text. */
export class PromptEncoder {
  readonly #tokenizer: Tokenizer;
  readonly #template: Template | undefined;
  /** A prompt that depends on the day cannot be made again by a verifier. */
  readonly #readsClock: boolean;
  readonly #special: Readonly<Record<string, string>>;

  /**
   * @param tokenizer `tokenizer.json`
   * @param config `tokenizer_config.json`; without a chat template in it the model only completes text
   * @throws {LlmchainError} `invalid_argument` when they are no tokenizer, or no template
   */
  constructor(tokenizer: object, config: TokenizerConfig) {
    const { chat_template: template } = config;
    this.#tokenizer = made('tokenizer', () => createTokenizer(tokenizer, config));
    this.#template = template === undefined ? undefined : made('chat template', () => new Template(template));
    this.#readsClock = config.chat_template?.includes('strftime_now') ?? false;
    this.#special = {
      ...(config.bos_token === undefined ? {} : { bos_token: config.bos_token }),
      ...(config.eos_token === undefined ? {} : { eos_token: config.eos_token }),
    };
  }

  /**
   * Token ids of the prompt.
   * @throws {LlmchainError} `not_supported` for a chat without a chat template; `invalid_argument` when the template
   * refuses the messages
   */
  encode(input: InferenceInput): number[] {
    if (input.kind === 'completion') return this.#tokenizer.encode(input.prompt).ids;
    if (input.kind !== 'chat') {
      throw new LlmchainError('invalid_argument', `The model generates text; ${input.kind} are for others.`);
    }
    const text = this.#render(input.messages);
    // The template writes the special tokens itself.
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /** A person's words as the model is usually asked: as a chat where it has a template for that, else to be gone on with. */
  asked(text: string): InferenceInput {
    if (!this.#template || this.#readsClock) return { kind: 'completion', prompt: text };
    return { kind: 'chat', messages: [{ role: 'user', content: text }] };
  }

  /** Text without special tokens. */
  decode(tokens: readonly number[]): string {
    // The library refuses an empty list.
    if (tokens.length === 0) return '';
    return this.#tokenizer.decode([...tokens], { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  }

  #render(messages: readonly { role: string; content: string }[]): string {
    if (!this.#template) {
      throw new LlmchainError('not_supported', 'The model has no chat template. Ask it for a completion instead.');
    }
    if (this.#readsClock) {
      throw new LlmchainError('not_supported', 'The chat template reads the clock, so that no one can check answers.');
    }
    try {
      return this.#template.render({
        messages: messages.map(({ role, content }) => ({ role, content })),
        add_generation_prompt: true,
        ...this.#special,
      });
    } catch (cause) {
      throw new LlmchainError(
        'invalid_argument',
        "The model's chat template refuses these messages. Check their roles and order.",
        {},
        { cause },
      );
    }
  }
}

/** @throws {LlmchainError} `invalid_argument` */
function made<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    const how = `The model's ${what} cannot be read: ${String(cause)}. Export the model again.`;
    throw new LlmchainError('invalid_argument', how, {}, { cause });
  }
}
