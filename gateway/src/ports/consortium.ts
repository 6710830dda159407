/** Who this member is and who the others are; MSP ids. */
export interface Membership {
  readonly own: string;
  readonly members: readonly string[];
}
