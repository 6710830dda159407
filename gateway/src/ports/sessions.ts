import type { SignedReceipt } from '@llmchain/protocol';

/** Credits set aside for one ticket until its receipt says what it cost. */
export interface Reservation {
  /** Digest of the ticket: id of the receipt to come. */
  receipt: string;
  session: string;
  /** The most that the answer can cost, micro-credits. */
  amount: number;
  /** The member whose worker computes; MSP id. */
  producer: string;
  /** When the ticket ends, milliseconds since the Unix epoch. */
  expires: number;
}

/** A receipt that this member's callers got. */
export interface HeldReceipt {
  receipt: SignedReceipt;
  /** Where it stands, as far as is known: the producer's sequence number and the proof as JSON. */
  sequence?: number;
  proof?: unknown;
}

/** What this member's prepaid sessions have spent and set aside. Safe with several gateways on one database. */
export interface Sessions {
  open(session: string, escrow: number): Promise<void>;
  /** Sets the maximum aside, or says no: what is spent and set aside never passes the escrow. */
  reserve(reservation: Reservation): Promise<boolean>;
  /** Gives a reservation back: nothing was computed. */
  release(receipt: string): Promise<void>;
  /** Marks a reservation whose answer broke off, so that the producer is asked what it cost. */
  lose(receipt: string): Promise<void>;
  /** Turns the reservation into what the receipt costs and keeps the receipt; a second time changes nothing. */
  settle(receipt: SignedReceipt): Promise<void>;
  /** Reservations that broke off, or whose tickets ended before `before`. */
  dangling(before: number): Promise<Reservation[]>;
  receipt(id: string): Promise<HeldReceipt | undefined>;
  place(id: string, sequence: number, proof: unknown): Promise<void>;
}
