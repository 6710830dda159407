import { common, msp } from '@hyperledger/fabric-protos';

/**
 * Key-level endorsement policy `OutOf(needed, 'A.peer', 'B.peer', …)`, as the bytes that `setStateValidationParameter`
 * takes. fabric-shim's own `KeyEndorsementPolicy` can only say "all of them".
 * @param members MSP ids; their order does not matter, so that all endorsers write the same bytes
 */
export function outOfPeers(needed: number, members: readonly string[]): Uint8Array {
  const ids = [...new Set(members)].sort();
  if (needed < 1 || needed > ids.length) throw new RangeError(`cannot need ${needed} of ${ids.length} members`);
  const outOf = new common.SignaturePolicy.NOutOf();
  outOf.setN(needed);
  outOf.setRulesList(
    ids.map((_, index) => {
      const signedBy = new common.SignaturePolicy();
      signedBy.setSignedBy(index);
      return signedBy;
    }),
  );
  const rule = new common.SignaturePolicy();
  rule.setNOutOf(outOf);
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setVersion(0);
  envelope.setRule(rule);
  envelope.setIdentitiesList(
    ids.map((id) => {
      const role = new msp.MSPRole();
      role.setMspIdentifier(id);
      role.setRole(msp.MSPRole.MSPRoleType.PEER);
      const principal = new msp.MSPPrincipal();
      principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
      principal.setPrincipal(role.serializeBinary());
      return principal;
    }),
  );
  return envelope.serializeBinary();
}
