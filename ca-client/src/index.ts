/** Certificates from a member's fabric-ca: the one place that knows its REST API. Start reading at `client.ts`. */
export { CaClient, type CaClientOptions, type Enrolment, type Registration } from './client';
export { attributesOf, expiresWithin, newSecret, type Credential } from './credential';
export { revokedSerials } from './revocation-list';
