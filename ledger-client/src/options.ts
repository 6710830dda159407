/** Which ledger. */
export interface LedgerOptions {
  channel: string;
  chaincode: string;
  /** How often a transaction that lost a race is proposed; 12 times by default. */
  attempts?: number;
}

/** A peer of the own member: gRPC address `host:port` and the PEM of its TLS root. */
export interface PeerAddress {
  address: string;
  tlsRoot: Uint8Array;
}

/** Who signs. */
export interface Identity {
  mspId: string;
  /** PEM. */
  certificate: Uint8Array;
  /** PEM, PKCS #8. */
  privateKey: Uint8Array;
}
