/**
 * Evidence bundles: bundle/ is the file, verify/ checks it (pure: no I/O, no clock; runs in a browser), collect/ puts it
 * together from a peer's blocks and members' signed reads. fabric/ and x509/ are the formats underneath. Start reading at
 * verify/verify.ts.
 */
export { EvidenceBundle } from './bundle/schema';
export { EvidenceCollector, type EvidenceSource } from './collect/collector';
export type { Roots } from './verify/chain';
export type { Ground, Step } from './verify/steps';
export { verifyEvidence, type Verification, type VerifyOptions } from './verify/verify';
