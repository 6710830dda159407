import type { Creator, Preference } from '@llmchain/protocol';
import type { Passage } from './texts';

/** What an artist asks for the use of their works. */
export interface LicenceTerms {
  licence: string;
  /** Micro-credits, once. */
  price: number;
  /** Weight in the artists' pool; works that need no licence weigh 100. */
  weight: number;
}

/** An artist of the demonstration, by pseudonym. */
export interface Artist {
  person: string;
  creators: Creator[];
  preference: Preference;
  terms?: LicenceTerms;
  created: string;
}

/** A passage and the artist who registers it. */
export interface ArtistsPassage extends Passage {
  artist: Artist;
}

const all = (permission: 'allowed' | 'constrained' | 'not_allowed'): Preference => ({
  training: permission,
  generative_training: permission,
  inference: permission,
  mining: permission,
});
const alone = (person: string): Creator[] => [{ person, share: 10_000 }];

const YOUTH: Artist = {
  person: 'fair-youth',
  creators: alone('fair-youth'),
  preference: all('allowed'),
  created: '1609',
};
const RIVAL: Artist = {
  person: 'rival-poet',
  creators: alone('rival-poet'),
  preference: all('constrained'),
  terms: { licence: 'rival-poet-verses', price: 2_000_000, weight: 150 },
  created: '1609',
};
const LADY: Artist = {
  person: 'dark-lady',
  creators: [
    { person: 'dark-lady', share: 7_000 },
    { person: 'fair-youth', share: 3_000 },
  ],
  preference: all('allowed'),
  created: '1609',
};
const CUPID: Artist = { person: 'cupid', creators: alone('cupid'), preference: all('allowed'), created: '1609' };
/** The last sonnet says no: the dataset is refused while it is in it. */
const ASLEEP: Artist = { ...CUPID, preference: all('not_allowed') };
const COMPANY: Artist = {
  person: 'scottish-company',
  creators: [
    { person: 'scottish-company', share: 6_000 },
    { person: 'three-witches', share: 4_000 },
  ],
  preference: all('constrained'),
  terms: { licence: 'scottish-play', price: 3_000_000, weight: 50 },
  created: '1606',
};

/** Whose each sonnet is, by its place from 0. */
function artistOfSonnet(index: number): Artist {
  if (index < 60) return YOUTH;
  if (index < 110) return RIVAL;
  if (index < 152) return LADY;
  return index < 153 ? CUPID : ASLEEP;
}

/** Gives sonnets and scenes to the artists who register them. */
export function attributed(sonnets: readonly Passage[], scenes: readonly Passage[]): ArtistsPassage[] {
  return [
    ...sonnets.map((sonnet, index) => ({ ...sonnet, artist: artistOfSonnet(index) })),
    ...scenes.map((scene) => ({ ...scene, artist: COMPANY })),
  ];
}
