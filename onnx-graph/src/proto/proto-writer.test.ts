import { ProtoWriter } from './proto-writer';

const hex = (write: (writer: ProtoWriter) => void): string => {
  const writer = new ProtoWriter();
  write(writer);
  return Buffer.from(writer.bytes()).toString('hex');
};

test('integers are varints as the encoding guide shows them', () => {
  expect(hex((w) => w.int(1, 150))).toBe('089601');
  expect(hex((w) => w.int(1, 0))).toBe('0800');
  expect(hex((w) => w.int(2, -2))).toBe('10feffffffffffffffff01');
  expect(hex((w) => w.int(20, 2n ** 62n))).toBe('a00180808080808080804' + '0');
});

test('text, numbers and messages carry their lengths', () => {
  expect(hex((w) => w.string(2, 'testing'))).toBe('120774657374696e67');
  expect(hex((w) => w.float(2, 1))).toBe('150000803f');
  const inner = new ProtoWriter();
  inner.int(1, 150);
  expect(hex((w) => w.message(3, inner))).toBe('1a03089601');
});
