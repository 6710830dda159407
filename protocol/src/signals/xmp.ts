import { strictestOf } from '../consent/preference';
import { sha256Hex } from '../crypto/hash';
import { LlmchainError } from '../errors/error';
import { USES, type Permission, type Preference, type Signal } from '../records/work';

/** Namespace of the PLUS properties in XMP. */
const PLUS = 'http://ns.useplus.org/ldf/xmp/1.0/';
/** Largest packet that is read, bytes. */
const LONGEST = 1024 * 1024;

const every = (permission: Permission): Preference => Object.fromEntries(USES.map((use) => [use, permission]));
const forbidden = every('not_allowed');
const constrained = every('constrained');

/** The PLUS vocabulary of data mining (IPTC Photo Metadata Standard 2023.1, "Data Mining"). */
const VOCABULARY = new Map<string, Preference>([
  ['DMI-UNSPECIFIED', {}],
  ['DMI-ALLOWED', every('allowed')],
  ['DMI-PROHIBITED', forbidden],
  ['DMI-PROHIBITED-AIMLTRAINING', { training: 'not_allowed', generative_training: 'not_allowed' }],
  ['DMI-PROHIBITED-GENAIMLTRAINING', { generative_training: 'not_allowed' }],
  ['DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING', forbidden],
  ['DMI-PROHIBITED-SEECONSTRAINT', constrained],
  ['DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR', constrained],
  ['DMI-PROHIBITED-SEELINKEDRIGHTSEXPR', constrained],
]);

/**
 * What an image's XMP packet says of data mining: `plus:DataMining`, as an attribute, an element or a resource. Values that
 * are not of the vocabulary forbid everything. Declarations of types and entities are refused, references not followed.
 * @param packet as it lies in the file
 * @param text the same, read as UTF-8
 * @returns undefined when it does not speak of data mining
 * @throws {LlmchainError} `invalid_argument` for a packet that is too large or declares entities
 */
export function xmpSignal(packet: Uint8Array, text: string): Signal | undefined {
  if (packet.byteLength > LONGEST || /<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    throw new LlmchainError(
      'invalid_argument',
      'The XMP of the image is too large or declares entities. Remove that.',
      {
        bytes: packet.byteLength,
        limit: LONGEST,
      },
    );
  }
  const prefixes = [...text.matchAll(/xmlns:([\w.-]{1,40})\s*=\s*["']([^"'<>]{1,200})["']/g)]
    .filter(([, , namespace]) => namespace === PLUS)
    .map(([, prefix]) => prefix!);
  const values = [...new Set(prefixes)].flatMap((prefix) => valuesOf(text, prefix));
  if (values.length === 0) return undefined;
  const preference = strictestOf(values.map((value) => VOCABULARY.get(termOf(value)) ?? forbidden));
  return { source: 'iptc', digest: sha256Hex(packet), preference };
}

/** The values of `prefix:DataMining`; an element without a value counts as one that is not known. */
function valuesOf(text: string, prefix: string): string[] {
  const name = `${prefix.replaceAll('.', '\\.')}:DataMining`;
  const attributes = text.matchAll(new RegExp(`\\s${name}\\s*=\\s*(?:"([^"<]{0,300})"|'([^'<]{0,300})')`, 'g'));
  const elements = text.matchAll(new RegExp(`<${name}([^>]{0,300})>([^<]{0,300})`, 'g'));
  return [
    ...[...attributes].map(([, double, single]) => double ?? single ?? ''),
    ...[...elements].map(([, inside = '', content = '']) =>
      content.trim() === '' ? (/resource\s*=\s*["']([^"']*)["']/.exec(inside)?.[1] ?? '') : content,
    ),
  ];
}

/** The word of a value: the last part of its URI. */
function termOf(value: string): string {
  return value.slice(value.lastIndexOf('/') + 1).trim();
}
