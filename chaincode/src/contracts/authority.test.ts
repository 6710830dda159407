import { ROLES, TRANSACTIONS, type Role, type SubmitName } from '@llmchain/protocol';
import { identity, type TestIdentity } from '../../../test/support/identities';
import type { Example } from '../../../test/support/request-examples';
import { Requests } from '../../../test/support/requests';
import { AUTHORITY } from '../rules/authority';

const PEOPLE = [
  { who: 'its owner', member: 'GuildMSP', person: 'will' },
  { who: 'another of its member', member: 'GuildMSP', person: 'ann' },
  { who: 'a namesake of another member', member: 'LabMSP', person: 'will' },
] as const;
const SUBMITS = Object.entries(TRANSACTIONS)
  .filter(([, { kind }]) => kind === 'submit')
  .map(([name]) => name as SubmitName);

/** Whether the table lets them; what it says is one sentence here. */
function allowed(example: Example, role: Role | undefined, { member, person }: (typeof PEOPLE)[number]): boolean {
  const { roles, touches } = AUTHORITY[example.name];
  const { owner } = example;
  if (!role || !roles.includes(role)) return false;
  if (member === 'LabMSP' && role === 'artist') return false; // The members have taken that role from the lab.
  if (touches === 'anyone') return true;
  if (touches !== 'own' && role === 'artist' && owner.person === undefined) return false;
  return owner.member === member && (owner.person === undefined || owner.person === person);
}

describe('who may do what: role × transaction × owner', () => {
  let requests: Requests;
  let start: Map<string, Uint8Array>;
  const identities = new Map<string, TestIdentity>();
  beforeAll(async () => {
    requests = await Requests.ready();
    start = requests.serving.snapshot();
    for (const { who, member, person } of PEOPLE)
      for (const role of [...ROLES, undefined])
        identities.set(`${role} ${who}`, await identity(member, { ...(role ? { role } : {}), person }));
  }, 30_000);
  afterAll(() => requests.serving.stop());

  test.each(SUBMITS)('%s', async (name) => {
    const examples = requests.examples.filter((example) => example.name === name);
    expect(examples).not.toHaveLength(0);
    for (const example of examples) {
      for (const person of PEOPLE) {
        for (const role of [...ROLES, undefined]) {
          requests.serving.restore(start);
          const code = await requests.submit(example, identities.get(`${role} ${person.who}`)!).then(
            () => 'done',
            (error: unknown) => (error as { code: string }).code,
          );
          const expected = allowed(example, role, person) ? 'done' : 'not_authorised';
          expect([example.about, person.who, role, code]).toEqual([example.about, person.who, role, expected]);
          if (code !== 'done') expect(requests.serving.snapshot()).toEqual(start);
        }
      }
    }
  });

  test('every role may do something, and nobody without a role may do anything', () => {
    for (const role of ROLES) expect(SUBMITS.some((name) => AUTHORITY[name].roles.includes(role))).toBe(true);
  });
});
