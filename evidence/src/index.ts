/**
 * Evidence bundles: bundle/ is the file, verify/ checks it (pure: no I/O, no clock; runs in a browser), collect/ puts it
 * together from a peer's blocks and members' signed reads. fabric/ and x509/ are the formats underneath. Start reading at
 * verify/verify.ts.
 */
export { EvidenceBundle, MOST_ITEMS, type PlacedItem, type Subject } from './bundle/schema';
export { EvidenceCollector, type EvidenceSource } from './collect/collector';
export { ItemPage } from './collect/item-page';
export { rootsFrom, type Roots } from './verify/roots';
export { GROUNDS, type Ground, type Step } from './verify/steps';
export { verifyEvidence, type Verification, type VerifyOptions } from './verify/verify';
