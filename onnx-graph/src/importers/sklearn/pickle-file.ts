import { GraphError } from '../../error';
import { ByteCursor } from '../gguf/byte-cursor';
import { arrayOf, ARRAY_WRAPPER, NUMPY_GLOBALS, scalarOf, SCALARS } from './numpy-value';
import { PickleObject } from './pickle-object';

/** A name that a pickle takes from a module. */
class Global {
  constructor(readonly name: string) {}
}
const MARK = Symbol('mark');

/** Longest file that is read, bytes. */
const LONGEST = 256 * 1024 * 1024;

/**
 * Reads what joblib's `dump` wrote, as data: nothing of it is ever called. A class becomes a {@link PickleObject} with its
 * state, an array the `NdArray` whose bytes follow its description; a name outside `allowed` and numpy's own few is
 * refused. Source: Python's `pickletools`, protocols 2 to 5; joblib 1.6's `numpy_pickle`.
 * @param allowed full names of the classes that may be there, such as `sklearn.svm._classes.LinearSVC`
 * @throws {GraphError} `not_supported` for another name or operation; `invalid_argument` for a file that is damaged
 */
export function readPickle(bytes: Uint8Array, allowed: ReadonlySet<string>): unknown {
  if (bytes.length > LONGEST) throw new GraphError('not_supported', `A pickle is read up to ${LONGEST} bytes.`);
  return new PickleReader(bytes, allowed).read();
}

class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #cursor: ByteCursor;
  readonly #allowed: ReadonlySet<string>;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(bytes: Uint8Array, allowed: ReadonlySet<string>) {
    this.#bytes = bytes;
    this.#allowed = allowed;
    this.#cursor = new ByteCursor({
      size: bytes.length,
      read: (offset, length) => bytes.subarray(offset, offset + length),
    });
  }

  read(): unknown {
    for (;;) {
      const code = this.#cursor.u8();
      if (code === STOP) return this.#pop();
      const operation = OPERATIONS.get(code);
      if (!operation)
        throw new GraphError(
          'not_supported',
          `A pickle's operation 0x${code.toString(16)} is not read. Save the model with joblib.`,
          { at: this.#cursor.position - 1 },
        );
      operation(this);
    }
  }

  get cursor(): ByteCursor {
    return this.#cursor;
  }

  /** The next bytes, which the cursor passes. */
  take(length: number): Uint8Array {
    const { position, left } = this.#cursor;
    if (length > left) throw damaged('it ends too early');
    this.#cursor.skip(length);
    return this.#bytes.subarray(position, position + length);
  }

  text(length: number): string {
    return Buffer.from(this.take(length)).toString('utf8');
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(count: number): unknown[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #pop(): unknown {
    if (this.#stack.length === 0) throw damaged('its stack is empty');
    return this.#stack.pop();
  }

  /** What was pushed since the last mark. */
  marked(): unknown[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw damaged('it has no mark');
    const values = this.#stack.splice(at + 1);
    this.#stack.pop();
    return values;
  }

  peek(): unknown {
    if (this.#stack.length === 0) throw damaged('its stack is empty');
    return this.#stack.at(-1);
  }

  memoise(at = this.#memo.size): void {
    this.#memo.set(at, this.peek());
  }

  recall(at: number): void {
    if (!this.#memo.has(at)) throw damaged('it takes up what it has not said');
    this.#stack.push(this.#memo.get(at));
  }

  /** @throws {GraphError} `not_supported` for a name that is not allowed */
  global(module: unknown, name: unknown): void {
    const full = `${String(module)}.${String(name)}`;
    if (!this.#allowed.has(full) && !NUMPY_GLOBALS.has(full))
      throw new GraphError('not_supported', `The pickle asks for ${full}, which is not read.`, { name: full });
    this.push(new Global(full));
  }

  /** An object, or what numpy makes of the arguments. */
  make(): void {
    const [of, parameters] = this.pop(2);
    if (!(of instanceof Global) || !Array.isArray(parameters)) throw damaged('it makes something of no class');
    this.push(SCALARS.has(of.name) ? scalarOf(parameters) : new PickleObject(of.name, parameters));
  }

  build(): void {
    const [state] = this.pop(1);
    const object = this.peek();
    if (!(object instanceof PickleObject)) throw damaged('it fills something that is no object');
    object.state = state;
    if (object.type !== ARRAY_WRAPPER) return;
    this.#pop();
    this.push(arrayOf(object, (length) => this.take(length), this.#cursor));
  }

  setItems(pairs: readonly unknown[]): void {
    const object = this.peek();
    if (!(object instanceof Map) || pairs.length % 2 === 1) throw damaged('it puts pairs into what is no dictionary');
    for (let at = 0; at < pairs.length; at += 2) object.set(pairs[at], pairs[at + 1]);
  }

  append(values: readonly unknown[]): void {
    const list = this.peek();
    if (!Array.isArray(list)) throw damaged('it appends to what is no list');
    for (const value of values) list.push(value);
  }
}

const STOP = 0x2e;

/** Operations by their codes; the letters are pickle's own. */
const OPERATIONS = new Map<number, (reader: PickleReader) => void>([
  [0x80, (reader) => void reader.cursor.u8()],
  [0x95, (reader) => void reader.cursor.u64()],
  [letter('('), (reader) => reader.push(MARK)],
  [letter('N'), (reader) => reader.push(null)],
  [0x88, (reader) => reader.push(true)],
  [0x89, (reader) => reader.push(false)],
  [letter('J'), (reader) => reader.push(reader.cursor.i32())],
  [letter('K'), (reader) => reader.push(reader.cursor.u8())],
  [letter('M'), (reader) => reader.push(reader.cursor.u16())],
  [0x8a, (reader) => reader.push(wholeNumber(reader.take(reader.cursor.u8())))],
  [letter('G'), (reader) => reader.push(bigEndian(reader.take(8)))],
  [0x8c, (reader) => reader.push(reader.text(reader.cursor.u8()))],
  [letter('X'), (reader) => reader.push(reader.text(reader.cursor.u32()))],
  [letter('C'), (reader) => reader.push(reader.take(reader.cursor.u8()))],
  [letter('B'), (reader) => reader.push(reader.take(reader.cursor.u32()))],
  [letter('}'), (reader) => reader.push(new Map())],
  [letter(']'), (reader) => reader.push([])],
  [letter(')'), (reader) => reader.push([])],
  [letter('t'), (reader) => reader.push(reader.marked())],
  [0x85, (reader) => reader.push(reader.pop(1))],
  [0x86, (reader) => reader.push(reader.pop(2))],
  [0x87, (reader) => reader.push(reader.pop(3))],
  [letter('a'), (reader) => reader.append(reader.pop(1))],
  [letter('e'), (reader) => reader.append(reader.marked())],
  [letter('s'), (reader) => reader.setItems(reader.pop(2))],
  [letter('u'), (reader) => reader.setItems(reader.marked())],
  [0x94, (reader) => reader.memoise()],
  [letter('q'), (reader) => reader.memoise(reader.cursor.u8())],
  [letter('r'), (reader) => reader.memoise(reader.cursor.u32())],
  [letter('h'), (reader) => reader.recall(reader.cursor.u8())],
  [letter('j'), (reader) => reader.recall(reader.cursor.u32())],
  [
    0x93,
    (reader) => {
      const [module, name] = reader.pop(2);
      reader.global(module, name);
    },
  ],
  [letter('R'), (reader) => reader.make()],
  [0x81, (reader) => reader.make()],
  [letter('b'), (reader) => reader.build()],
]);

function letter(character: string): number {
  return character.charCodeAt(0);
}

/** Two's complement, little-endian; what is beyond 2^53 loses its last digits. */
function wholeNumber(bytes: Uint8Array): number {
  const magnitude = bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return Number(BigInt.asIntN(bytes.length * 8, magnitude));
}

function bigEndian(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, false);
}

function damaged(why: string): GraphError {
  return new GraphError('invalid_argument', `This is no pickle of joblib, or a damaged one: ${why}. Fetch it again.`);
}
