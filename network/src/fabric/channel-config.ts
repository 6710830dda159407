import { z } from 'zod';

/**
 * The part of a channel's configuration that we look into, in the JSON form of `configtxlator`. Everything else is
 * carried along as it stands.
 */
const OrganisationValues = z.looseObject({
  MSP: z.looseObject({
    value: z.looseObject({
      config: z.looseObject({
        name: z.string(),
        /** PEM of each list, in Base64. */
        revocation_list: z.array(z.string()).nullish(),
      }),
    }),
  }),
});
const Organisations = z.looseObject({ groups: z.record(z.string(), z.looseObject({ values: OrganisationValues })) });

/** Consenters with their certificates, PEM in Base64, and the policy by which a quorum of them signs blocks. */
const Ordering = Organisations.extend({
  values: z.looseObject({
    Orderers: z.looseObject({
      value: z.looseObject({
        consenter_mapping: z.array(
          z.looseObject({
            msp_id: z.string(),
            identity: z.string(),
            client_tls_cert: z.string(),
            server_tls_cert: z.string(),
          }),
        ),
      }),
    }),
  }),
  policies: z.looseObject({
    BlockValidation: z.looseObject({
      policy: z.looseObject({
        value: z.looseObject({
          identities: z.array(z.looseObject({ principal: z.looseObject({ mspid: z.string(), id_bytes: z.string() }) })),
        }),
      }),
    }),
  }),
});

export const ChannelConfig = z.looseObject({
  /** How many configurations came before; decimal. */
  sequence: z.string().default('0'),
  channel_group: z.looseObject({ groups: z.looseObject({ Application: Organisations, Orderer: Ordering }) }),
});
export type ChannelConfig = z.infer<typeof ChannelConfig>;

/** A configuration block, in the JSON form of `configtxlator`. */
export const ConfigBlock = z.looseObject({
  header: z.looseObject({ number: z.string().default('0') }),
  data: z.looseObject({
    data: z.tuple([z.looseObject({ payload: z.looseObject({ data: z.looseObject({ config: ChannelConfig }) }) })]),
  }),
});

/** A member's revocation lists, PEM, as the channel knows them. */
export function revocationLists(config: ChannelConfig, mspId: string): string[] {
  const [definition] = definitionsOf(config, mspId);
  return (definition?.revocation_list ?? []).map(fromBase64);
}

/**
 * The configuration with other revocation lists of a member. They stand wherever its MSP is defined, for a channel
 * accepts no two different definitions of one MSP.
 * @param lists PEM
 */
export function withRevocationLists(config: ChannelConfig, mspId: string, lists: readonly string[]): ChannelConfig {
  const changed = structuredClone(config);
  for (const definition of definitionsOf(changed, mspId)) definition.revocation_list = lists.map(toBase64);
  return changed;
}

/** Certificates of a consenter, PEM: what it signs blocks with, and what it opens and takes connections with. */
export interface ConsenterCertificates {
  readonly identity: string;
  readonly tls: string;
}

/** Whether the channel knows a member's consenter by these certificates. */
export function namesConsenter(
  config: ChannelConfig,
  mspId: string,
  { identity, tls }: ConsenterCertificates,
): boolean {
  const consenters = consentersOf(config).filter(({ msp_id }) => msp_id === mspId);
  return consenters.some(
    (each) =>
      fromBase64(each.identity) === identity &&
      [each.client_tls_cert, each.server_tls_cert].every((certificate) => fromBase64(certificate) === tls),
  );
}

/**
 * The configuration with other certificates of a member's one consenter, also in the policy of block signatures, which
 * SmartBFT wants to name the very consenters (`checkConsentersMatchPolicy` in its source).
 */
export function withConsenter(
  config: ChannelConfig,
  mspId: string,
  { identity, tls }: ConsenterCertificates,
): ChannelConfig {
  const changed = structuredClone(config);
  for (const consenter of consentersOf(changed).filter(({ msp_id }) => msp_id === mspId)) {
    consenter.identity = toBase64(identity);
    consenter.client_tls_cert = toBase64(tls);
    consenter.server_tls_cert = toBase64(tls);
  }
  const { identities } = changed.channel_group.groups.Orderer.policies.BlockValidation.policy.value;
  for (const { principal } of identities) if (principal.mspid === mspId) principal.id_bytes = toBase64(identity);
  return changed;
}

function consentersOf({ channel_group }: ChannelConfig) {
  return channel_group.groups.Orderer.values.Orderers.value.consenter_mapping;
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function definitionsOf({ channel_group }: ChannelConfig, mspId: string) {
  const { Application, Orderer } = channel_group.groups;
  return [Application, Orderer]
    .flatMap(({ groups }) => Object.values(groups))
    .map(({ values }) => values.MSP.value.config)
    .filter(({ name }) => name === mspId);
}
