import { LlmchainError, taskOf, type InferenceInput } from '@llmchain/protocol';
import type { Images } from '../ports/images';
import type { Models } from './models';

/** An image as the version that a caller means takes it. */
export interface ImageInput {
  /** `nsfw@1`: the version that the pixels were made for. */
  model: string;
  input: InferenceInput;
}

/**
 * Makes of an image file the pixels that a classifier takes. They are what the request commits to: decoders differ, and a
 * verifier that decoded the file itself could find other scores than an honest worker.
 */
export class ReadImageInput {
  readonly #ports: { models: Models; images: Images };

  constructor(_options: object, ports: { models: Models; images: Images }) {
    this.#ports = ports;
  }

  /**
   * @param name of a model, as callers name it
   * @throws {LlmchainError} `invalid_argument` for a model that takes no images, or for what is no image; `too_large`;
   * `not_found` | `wrong_state` for the model
   */
  async run(name: string, content: Uint8Array): Promise<ImageInput> {
    const version = await this.#ports.models.resolve(name);
    const model = `${version.model}@${version.version}`;
    const [, height, width, channels] = version.signature?.inputs[0]?.shape ?? [];
    if (taskOf(version) !== 'image_classification' || !height || !width || channels !== 3)
      throw new LlmchainError(
        'invalid_argument',
        `${model} takes no images. GET /v1/models says what each model is for.`,
        { model, issues: [{ pointer: '/model', message: 'must be for image classification' }] },
      );
    const pixels = await this.#ports.images.pixels(content, { width, height });
    return { model, input: { kind: 'image', image: Buffer.from(pixels).toString('base64') } };
  }
}
