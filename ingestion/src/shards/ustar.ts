/** Bytes of a header, and what contents are padded to. */
export const BLOCK = 512;

/**
 * The header of a file in a tar archive (POSIX.1-1988 ustar): mode 0644, owner 0, time 0, so that it follows from the name
 * and the size alone.
 * @param bytes below 8 GiB, which is what the format holds
 */
export function fileHeader(name: string, bytes: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0, 100, 'latin1');
  header.write(octal(0o644, 7), 100, 'latin1');
  header.write(octal(0, 7), 108, 'latin1');
  header.write(octal(0, 7), 116, 'latin1');
  header.write(octal(bytes, 11), 124, 'latin1');
  header.write(octal(0, 11), 136, 'latin1');
  // The sum counts its own field as spaces.
  header.write(' '.repeat(8), 148, 'latin1');
  header.write('0', 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)} `, 148, 'latin1');
  return header;
}

/** Zero bytes after a file of this size. */
export function paddingOf(bytes: number): number {
  return (BLOCK - (bytes % BLOCK)) % BLOCK;
}

/** What ends an archive: two blocks of zeros. */
export const END = Buffer.alloc(2 * BLOCK);
