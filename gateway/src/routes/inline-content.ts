import { z } from 'zod';

/** Content within a JSON body: a text as it is, anything else in base64. */
export const InlineContent = z.union([
  z.strictObject({ text: z.string().min(1) }),
  z.strictObject({ base64: z.base64().min(1) }),
]);

/** The bytes of content within a body. */
export function bytesOf(content: z.output<typeof InlineContent>): Buffer {
  return 'text' in content ? Buffer.from(content.text, 'utf8') : Buffer.from(content.base64, 'base64');
}
