/** The receipt's id, known before the answer. */
export const RECEIPT_HEADER = 'x-llmchain-receipt';
/** 32 bytes of the caller's, hexadecimal: with them the caller's own member may produce, too. */
export const NONCE_HEADER = 'x-llmchain-nonce';
