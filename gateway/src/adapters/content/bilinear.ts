/** Bits after the point of weights, as Pillow has them for pixels of a byte. */
const PRECISION = 22;

/** Pixels of red, green and blue, rows first. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
}

/**
 * Scales an image as Pillow's `resize` with `BILINEAR` does, bit for bit: a triangle over as many pixels as one of the result
 * covers, along rows and then along columns, each rounded to a byte. Source: Pillow's `Resample.c`.
 * @param image [height, width, 3]
 */
export function bilinear({ data, width, height }: Pixels, size: { width: number; height: number }): Pixels {
  const across = weightsOf(width, size.width);
  const wide = new Uint8Array(size.width * height * 3);
  for (let y = 0; y < height; y++) {
    for (const [x, { from, weights }] of across.entries()) {
      const start = (y * width + from) * 3;
      mix({ data, start, step: 3, weights }, wide, (y * size.width + x) * 3);
    }
  }
  const down = weightsOf(height, size.height);
  const result = new Uint8Array(size.width * size.height * 3);
  for (const [y, { from, weights }] of down.entries()) {
    for (let x = 0; x < size.width; x++) {
      const start = (from * size.width + x) * 3;
      mix({ data: wide, start, step: size.width * 3, weights }, result, (y * size.width + x) * 3);
    }
  }
  return { data: result, ...size };
}

interface Run {
  data: Uint8Array;
  start: number;
  /** Elements from one pixel of the run to the next. */
  step: number;
  weights: Int32Array;
}

function mix({ data, start, step, weights }: Run, target: Uint8Array, at: number): void {
  for (let channel = 0; channel < 3; channel++) {
    let sum = 1 << (PRECISION - 1);
    for (let index = 0; index < weights.length; index++) sum += data[start + index * step + channel]! * weights[index]!;
    target[at + channel] = Math.min(255, sum >> PRECISION);
  }
}

/** For each place of the result, the pixels that it is made of. */
function weightsOf(before: number, after: number): { from: number; weights: Int32Array }[] {
  const scale = before / after;
  const support = Math.max(1, scale);
  return Array.from({ length: after }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const to = Math.min(before, Math.trunc(centre + support + 0.5));
    const raw = Array.from({ length: to - from }, (__, index) =>
      Math.max(0, 1 - Math.abs((index + from - centre + 0.5) / support)),
    );
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return { from, weights: Int32Array.from(raw, (weight) => Math.trunc(0.5 + (weight / total) * 2 ** PRECISION)) };
  });
}
