import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { LlmchainError } from '@llmchain/protocol';
import type { WrappedKey } from '../../ports/data-keys';

const NONCE = 12;
const TAG = 16;

interface EncryptionKey {
  /** First 16 hexadecimal digits of a hash of the key: tells keys apart and says nothing of them. */
  id: string;
  key: Buffer;
}

/**
 * The member's key-encryption keys: they wrap data keys by AES-256-GCM, with the content's digest and the object's name as
 * associated data. The last one wraps; the others still unwrap.
 */
export class KeyRing {
  readonly #keys: readonly EncryptionKey[];

  /** @param options.keys 32 bytes each, the current one last */
  constructor(options: { keys: readonly Buffer[] }) {
    if (options.keys.length === 0) throw new Error('There is no key-encryption key.');
    this.#keys = options.keys.map((key) => ({
      id: createHash('sha256').update('llmchain/key-encryption-key/1\0').update(key).digest('hex').slice(0, 16),
      key,
    }));
  }

  /**
   * Reads a file with one key a line, 64 hexadecimal digits; makes it with mode 0600 when there is none. To rotate, add a line
   * and start again: data keys are wrapped anew, content stays as it is, and then the lines before may go.
   * @throws {Error} when others may read the file, or a line is no key
   */
  static read(file: string): KeyRing {
    try {
      writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if ((statSync(file).mode & 0o077) !== 0)
      throw new Error(`Others than its owner may read ${file}. Set its mode to 0600.`);
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const keys = lines.map((line, index) => {
      if (!/^[0-9a-f]{64}$/.test(line.trim()))
        throw new Error(`Line ${index + 1} of ${file} is no key of 64 hexadecimal digits. Restore the file.`);
      return Buffer.from(line.trim(), 'hex');
    });
    return new KeyRing({ keys });
  }

  /** Id of the key that wraps. */
  get current(): string {
    return this.#last.id;
  }

  wrap(
    dataKey: Uint8Array,
    { digest, object }: Pick<WrappedKey, 'digest' | 'object'>,
  ): { kek: string; wrapped: string } {
    const { id, key } = this.#last;
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated(digest, object));
    const wrapped = Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
    return { kek: id, wrapped: wrapped.toString('base64') };
  }

  /** @throws {LlmchainError} `unavailable` without the key-encryption key; `digest_mismatch` for a key that was changed */
  unwrap({ digest, object, kek, wrapped }: WrappedKey): Buffer {
    const known = this.#keys.find(({ id }) => id === kek);
    if (!known)
      throw new LlmchainError(
        'unavailable',
        `This content is sealed under the key-encryption key ${kek}, which the gateway does not have. Its operator has to restore it.`,
        { sha256: digest, kek },
      );
    const bytes = Buffer.from(wrapped, 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', known.key, bytes.subarray(0, NONCE), { authTagLength: TAG })
        .setAAD(associated(digest, object))
        .setAuthTag(bytes.subarray(-TAG));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]);
    } catch (cause) {
      throw new LlmchainError(
        'digest_mismatch',
        'The data key of this content was changed.',
        { sha256: digest },
        { cause },
      );
    }
  }

  get #last(): EncryptionKey {
    return this.#keys.at(-1)!;
  }
}

function associated(digest: string, object: string): Buffer {
  return Buffer.from(`llmchain/data-key/1\0${digest}\0${object}`);
}
