import { z } from 'zod';

/** What the holder of an API key may do; the same words stand in the holder's certificate. */
export const Role = z.enum(['artist', 'steward', 'trainer', 'operator', 'auditor', 'caller', 'admin']);
export type Role = z.infer<typeof Role>;

/** Who calls: the holder of one API key of this member. */
export interface Actor {
  /** Id of the API key; never the key itself. */
  key: string;
  role: Role;
  /** Pseudonym of the person, or name of the program. */
  name: string;
  /** The prepaid session that the key spends from. */
  session?: string;
}
