import type { Creator, Preference } from '@llmchain/protocol';
import type { Sonnet } from './sonnets';

/** An artist of the demonstration, by pseudonym: which sonnets are theirs, and what they allow. */
export interface Artist {
  person: string;
  first: number;
  last: number;
  creators: Creator[];
  preference: (sonnet: Sonnet) => Preference;
}

const all = (permission: 'allowed' | 'constrained' | 'not_allowed'): Preference => ({
  training: permission,
  generative_training: permission,
  inference: permission,
  mining: permission,
});

/** The licence under which the rival poet's sonnets may be used. */
export const LICENCE = 'rival-poet-verses';
export const LICENSOR = 'rival-poet';

export const ARTISTS: readonly Artist[] = [
  {
    person: 'fair-youth',
    first: 1,
    last: 60,
    creators: [{ person: 'fair-youth', share: 10_000 }],
    preference: () => all('allowed'),
  },
  {
    person: LICENSOR,
    first: 61,
    last: 110,
    creators: [{ person: LICENSOR, share: 10_000 }],
    preference: () => all('constrained'),
  },
  {
    person: 'dark-lady',
    first: 111,
    last: 152,
    creators: [
      { person: 'dark-lady', share: 7_000 },
      { person: 'fair-youth', share: 3_000 },
    ],
    preference: () => all('allowed'),
  },
  // The last sonnet says no: the dataset is refused while it is in it.
  {
    person: 'cupid',
    first: 153,
    last: 154,
    creators: [{ person: 'cupid', share: 10_000 }],
    preference: ({ number }) => all(number === 154 ? 'not_allowed' : 'allowed'),
  },
];
