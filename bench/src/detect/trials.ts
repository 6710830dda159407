import { checkOpening, SCHEDULING, Scheduler, type Concluded, type ServableModel } from '@llmchain/inference-workers';
import { honest, tampered, type Asked, type Parties, type Tampering } from './answers';

/** Settings under which an honest worker may compute: answers together, and prompt tokens of one pass. */
const SETTINGS = [1, 2, 5, 8].flatMap((slots) => [16, 64].map((chunk) => ({ slots, chunk })));
const TEMPERATURES = [700, 1_000, 850];
const SUBJECTS = ['the sea at night', 'an old clock', 'two rivals', 'bread', 'a letter that was never sent', 'snow'];

/** Different questions, tickets and temperatures, as many as are asked for. */
export function questions(count: number, maxTokens: number, from = 0): Asked[] {
  return Array.from({ length: count }, (_, index) => ({
    text: `Write of ${SUBJECTS[index % SUBJECTS.length]!}, in ${2 + (index % 7)} lines.`,
    maxTokens,
    temperatureMilli: TEMPERATURES[index % TEMPERATURES.length]!,
    nonce: from + index,
  }));
}

/** Whether a verifier finds fault with an answer. */
export async function faulty(verifier: ServableModel, { receipt, opening }: Concluded): Promise<boolean> {
  return (await checkOpening(verifier, receipt.body, opening)) !== undefined;
}

/** A tampered answer that a verifier looked at. */
export interface Tried {
  found: boolean;
  /** Of the answer: the fewer there are, the less there is to tell a cheaper computation by. */
  tokens: number;
}

/** Which of the tampered answers are found. */
export async function tried(kind: Tampering, parties: Parties, asked: readonly Asked[]): Promise<Tried[]> {
  const all: Tried[] = [];
  for (const each of asked) {
    const answer = await tampered(kind, parties, each);
    all.push({ found: await faulty(parties.model, answer), tokens: answer.opening.tokens.length });
  }
  return all;
}

/**
 * How many honest answers are taken for tampered ones: workers in every setting, verifiers with other threads.
 * @param models the version, opened with different numbers of threads
 */
export async function falseAlarms(models: readonly ServableModel[], asked: readonly Asked[]): Promise<number> {
  let alarms = 0;
  const share = Math.ceil(asked.length / (models.length * SETTINGS.length));
  let next = 0;
  for (const [index, model] of models.entries()) {
    const verifier = models[(index + 1) % models.length]!;
    for (const { slots, chunk } of SETTINGS) {
      const options = { ...SCHEDULING, slots, chunk, waiting: 4_096, waitingPerTenant: 4_096 };
      const scheduler = new Scheduler(options, model);
      const part = asked.slice(next, (next += share));
      const answers = await Promise.all(part.map((each) => honest(model, each, scheduler)));
      for (const answer of answers) if (await faulty(verifier, answer)) alarms++;
    }
  }
  return alarms;
}
