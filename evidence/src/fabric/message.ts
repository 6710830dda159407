import { equalBytes } from '../bytes';
import { demand } from '../refusal';

interface Message {
  serializeBinary(): Uint8Array;
}
interface MessageType<M extends Message> {
  deserializeBinary(bytes: Uint8Array): M;
}

/**
 * Reads a protobuf message that has only one form: unknown fields, repeated single fields, another order or longer
 * numbers than needed would not come out of writing it again.
 * @throws {Error} when the bytes are not that form
 */
export function canonicalMessage<M extends Message>(type: MessageType<M>, bytes: Uint8Array, what: string): M {
  const message = type.deserializeBinary(bytes);
  demand(equalBytes(message.serializeBinary(), bytes), `the ${what} is not in its canonical form`);
  return message;
}
