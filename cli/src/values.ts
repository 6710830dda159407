import {
  Account,
  Address,
  Creator,
  DatasetRef,
  Digest,
  Id,
  Millis,
  ModelRef,
  MspId,
  Permission,
  Use,
  type Preference,
} from '@llmchain/protocol';
import { MEMBER_NAMES, MOST_WORKERS, type MemberName, type WorkerCounts } from '@llmchain/network';
import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';

/** Readers of what stands on a command line; each throws what commander then tells the user. */

function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new InvalidArgumentError(`${error.issues[0]?.message ?? 'is not allowed here'}.`);
}

export function count(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('must be a whole number, zero or more.');
  return value;
}

export const identifier = (text: string): string => checked(Id, text);
export const digest = (text: string): string => checked(Digest, text);
export const address = (text: string): string => checked(Address, text);
export const account = (text: string): Account => checked(Account, text);

/** One value more of an option that may be given several times. */
export function several<T>(read: (text: string) => T): (text: string, before?: readonly T[]) => T[] {
  return (text, before = []) => [...before, read(text)];
}

export const use = (text: string): Use => checked(Use, text);

/** `generative_training=allowed`; of a use that is named twice the last word counts. */
export function permission(text: string, before: Preference = {}): Preference {
  const [name = '', value = ''] = text.split('=');
  return { ...before, [checked(Use, name)]: checked(Permission, value) };
}

/** `ann=6000`: a pseudonym and basis points. */
export function creator(text: string): Creator {
  const [person = '', share = ''] = text.split('=');
  return checked(Creator, { person, share: count(share) });
}

export const mspId = (text: string): string => checked(MspId, text);

/** `poet@1` */
export function modelVersion(text: string): ModelRef {
  const [, model, version] = /^([^@]+)@(\d{1,7})$/.exec(text) ?? [];
  if (model === undefined) throw new InvalidArgumentError('must be a model and its version, such as poet@1.');
  return checked(ModelRef, { model, version: Number(version) });
}

/** `verses@1` */
export function datasetVersion(text: string): DatasetRef {
  const [, dataset, version] = /^([^@]+)@(\d{1,7})$/.exec(text) ?? [];
  if (dataset === undefined) throw new InvalidArgumentError('must be a dataset and its version, such as verses@1.');
  return checked(DatasetRef, { dataset, version: Number(version) });
}

/** A member, from the command line. */
export function memberName(text: string): MemberName {
  const found = MEMBER_NAMES.find((name) => name === text.trim());
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`must be one of ${MEMBER_NAMES.join(', ')}.`);
}

/** `compute,lab`: two members or more. */
export function memberNames(text: string): MemberName[] {
  const names = text.split(',').map(memberName);
  if (new Set(names).size < names.length) throw new InvalidArgumentError('names a member twice.');
  if (names.length < 2) throw new InvalidArgumentError('must be two members or more, such as compute,lab.');
  return names;
}

/** `compute=2`, or several such with commas between them: members and how many workers they have. */
export function workerCounts(text: string, before: WorkerCounts = {}): WorkerCounts {
  const counts: Partial<Record<MemberName, number>> = { ...before };
  for (const part of text.split(',')) {
    const [, name = '', number = ''] = /^([^=]*)=(.*)$/.exec(part.trim()) ?? [];
    const member = MEMBER_NAMES.find((each) => each === name);
    if (member === undefined)
      throw new InvalidArgumentError(
        `must be members and numbers, such as compute=2; members are ${MEMBER_NAMES.join(', ')}.`,
      );
    const wanted = /^\d{1,4}$/.test(number) ? Number(number) : Number.NaN;
    if (!(wanted >= 1 && wanted <= MOST_WORKERS))
      throw new InvalidArgumentError(`must say 1 to ${MOST_WORKERS} workers of ${member}.`);
    if (counts[member] !== undefined && counts[member] !== wanted)
      throw new InvalidArgumentError(`says two numbers of workers of ${member}.`);
    counts[member] = wanted;
  }
  return counts;
}

/** `2027-01-31` or a time of ISO 8601, as milliseconds since the Unix epoch. */
export function moment(text: string): number {
  const time = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('must be a date such as 2027-01-31 or 2027-01-31T12:00:00Z.');
  return checked(Millis, time);
}
