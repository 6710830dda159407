/** Kinds of personal data that are looked for. */
export const PII_KINDS = ['email', 'iban', 'card', 'ip', 'phone'] as const;
export type PiiKind = (typeof PII_KINDS)[number];

/** A card number's check digit (ISO/IEC 7812-1, after Luhn). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (const [index, digit] of Array.from(digits).reverse().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return digits.length > 0 && sum % 10 === 0;
}

/** An IBAN's check digits (ISO 13616, ISO 7064 MOD 97-10). */
export function passesMod97(iban: string): boolean {
  const turned = iban.slice(4) + iban.slice(0, 4);
  let rest = 0;
  for (const character of turned) rest = Number(`${rest}${parseInt(character, 36)}`) % 97;
  return rest === 1;
}

/** One pattern a kind, each of bounded length so that no text makes it slow; and what else has to hold. */
const RULES: readonly { kind: PiiKind; pattern: RegExp; holds: (found: string) => boolean }[] = [
  {
    kind: 'email',
    pattern: /(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/giu,
    holds: (found) => /\.[a-z]{2,}$/iu.test(found),
  },
  {
    kind: 'iban',
    pattern: /(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])/gu,
    holds: (found) => passesMod97(found.replaceAll(' ', '')),
  },
  {
    kind: 'card',
    pattern: /(?<![\d.-])\d(?:[ -]?\d){12,18}(?![\d])/gu,
    holds: (found) => passesLuhn(found.replace(/\D/g, '')) && !/^(\d)\1*$/.test(found.replace(/\D/g, '')),
  },
  {
    kind: 'ip',
    pattern:
      /(?<![\d.:a-f])(?:\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)|(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6})/giu,
    holds: (found) => found.includes(':') || found.split('.').every((part) => Number(part) <= 255),
  },
  {
    kind: 'phone',
    pattern:
      /(?<![\d\w])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,4}|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[.-]\d{3}[.-]\d{4})(?!\d)/gu,
    holds: (found) => {
      const digits = found.replace(/\D/g, '').length;
      return digits >= 8 && digits <= 15;
    },
  },
];

export interface PiiScan {
  /** The text with each finding as its kind in brackets. */
  masked: string;
  /** How often each kind was found. */
  found: ReadonlyMap<PiiKind, number>;
}

/** Looks for e-mail addresses, IBANs, card numbers, IP addresses and telephone numbers, and masks them. */
export function scanPii(text: string): PiiScan {
  const found = new Map<PiiKind, number>();
  // Most texts hold neither a digit nor an at sign next to each other: then there is nothing to look for.
  if (!/@|\d{2}|:[0-9a-f]*:/iu.test(text)) return { masked: text, found };
  let masked = text;
  for (const { kind, pattern, holds } of RULES) {
    masked = masked.replace(pattern, (match) => {
      if (!holds(match)) return match;
      found.set(kind, (found.get(kind) ?? 0) + 1);
      return `[${kind}]`;
    });
  }
  return { masked, found };
}
