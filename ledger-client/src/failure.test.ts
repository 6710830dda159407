import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { ledgerFailure } from './failure';

/** An error as the Fabric gateway of a peer gives it. */
function refused(code: status, message: string, ...said: string[]): GatewayError {
  return new GatewayError({
    code,
    message,
    details: said.map((each) => ({ address: 'localhost:1', mspId: 'GuildMSP', message: each })),
    cause: Object.assign(new Error(message), { code, details: message, metadata: undefined as never }),
  });
}

test.each([
  'error validating proposal: access denied: channel [llmchain] creator org [GuildMSP]',
  'error validating proposal: access denied: channel [llmchain] creator org unknown, creator is malformed',
  'proposal client identity expired',
])('a certificate that the channel does not accept is not authorised, and asking again is no use: %s', (said) => {
  const failure = ledgerFailure(refused(status.ABORTED, 'failed to endorse transaction, see attached details', said));
  expect(failure).toMatchObject({ code: 'not_authorised', message: expect.stringContaining('Have a new key made') });
  expect(ledgerFailure(refused(status.UNKNOWN, `evaluate call to endorser returned error: ${said}`)).code).toBe(
    'not_authorised',
  );
});

test('what the chaincode says goes before what the network says', () => {
  const said = JSON.stringify({ code: 'consent_missing', message: 'no', details: {} });
  expect(ledgerFailure(refused(status.ABORTED, 'failed to endorse', said)).code).toBe('consent_missing');
  expect(ledgerFailure(refused(status.ABORTED, 'failed to endorse', 'the peer is busy')).code).toBe('unavailable');
  expect(ledgerFailure(refused(status.INTERNAL, 'panic')).code).toBe('internal');
});
