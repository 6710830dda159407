import type { BatchRef, ModelRef, SignedReceipt } from '@llmchain/protocol';

/** Credits set aside for one ticket until its receipt says what it cost. */
export interface Reservation {
  /** Id of the receipt to come: the digest of the ticket, or of the order to go on with an answer. */
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

/** A session as this member's books have it, micro-credits. */
export interface SessionState {
  escrow: number;
  spent: number;
  reserved: number;
  closed: boolean;
}

/** What a batch had drawn from a session, micro-credits. */
export interface Refund extends BatchRef {
  session: string;
  amount: number;
}

/** Answers of one producer's workers by one model version that a session was charged for. */
export interface ChargedAnswers extends ModelRef {
  session: string;
  /** MSP id. */
  producer: string;
}

/** What a session was charged for them, micro-credits. */
export type Charge = Pick<ChargedAnswers, 'session' | 'producer'> & { amount: number };

/** What a session got back of what it was charged, as the version was revoked, micro-credits. */
export interface Release {
  amount: number;
  /** What batches had drawn for the others of these answers. */
  drawn: number;
}

/** What this member's prepaid sessions have spent and set aside. Safe with several gateways on one database. */
export interface Sessions {
  open(session: string, escrow: number): Promise<void>;
  /** Notes what the ledger now holds for a session that was topped up; never less than before. */
  topUp(session: string, escrow: number): Promise<void>;
  /** From now on nothing more is ordered on it. @returns what is left of it here; undefined when it is not known */
  close(session: string): Promise<SessionState | undefined>;
  find(session: string): Promise<SessionState | undefined>;
  /** Sets the maximum aside, or says no: what is spent and set aside never passes the escrow. */
  reserve(reservation: Reservation): Promise<boolean>;
  /**
   * Sets aside what the rest of an answer may cost that another worker goes on with: out of what is set aside for the part
   * that broke off, which the producer may still tell the cost of, or else out of the session. @returns whether there was enough
   */
  carry(from: string, next: Reservation): Promise<boolean>;
  /** Gives a reservation back: nothing was computed. */
  release(receipt: string): Promise<void>;
  /** Marks a reservation whose answer broke off, so that the producer is asked what it cost. */
  lose(receipt: string): Promise<void>;
  /**
   * Turns the reservation into what the receipt costs, and never into more than was set aside, and keeps the receipt; a
   * second time changes nothing.
   */
  settle(receipt: SignedReceipt): Promise<void>;
  /** Reservations that broke off, or whose tickets ended before `before`. */
  dangling(before: number): Promise<Reservation[]>;
  receipt(id: string): Promise<HeldReceipt | undefined>;
  /** The receipts of one answer's segments in their order. @param answer digest of the ticket */
  segments(answer: string): Promise<SignedReceipt[]>;
  place(id: string, sequence: number, proof: unknown): Promise<void>;
  /** Those of these sessions that are kept here and have not got back what the batch had drawn. */
  unrefunded(batch: BatchRef, sessions: readonly string[]): Promise<string[]>;
  /**
   * Credits a session with what a batch that earned nothing had drawn from it, once; never with more than its callers
   * were charged for answers of that producer, whatever the producer wrote into the batch.
   */
  refund(refund: Refund): Promise<void>;
  /** What answers of one version were charged for. @param session all that are open, when left out */
  charges(version: ModelRef, session?: string): Promise<Charge[]>;
  /**
   * Credits a session with what it was charged for answers that can never be anchored, each of them once.
   * @param drawn what batches have drawn for such answers, now and for ever, micro-credits
   * @returns what it was credited with now
   */
  releaseCharges(answers: ChargedAnswers, drawn: number): Promise<number>;
  released(answers: ChargedAnswers): Promise<Release | undefined>;
  /** The first batch of a producer that has not been followed to its end; 1 at first. */
  watchedFrom(producer: string): Promise<number>;
  watchFrom(producer: string, next: number): Promise<void>;
}
