import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import * as settings from '@hyperledger/fabric-protos/lib/common/configuration_pb';
import * as configtx from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import * as rwset from '@hyperledger/fabric-protos/lib/ledger/rwset/rwset_pb';
import * as kvrwset from '@hyperledger/fabric-protos/lib/ledger/rwset/kvrwset/kv_rwset_pb';
import * as identities from '@hyperledger/fabric-protos/lib/msp/identities_pb';
import * as membership from '@hyperledger/fabric-protos/lib/msp/msp_config_pb';
import * as chaincodes from '@hyperledger/fabric-protos/lib/peer/chaincode_pb';
import * as proposals from '@hyperledger/fabric-protos/lib/peer/proposal_pb';
import * as responses from '@hyperledger/fabric-protos/lib/peer/proposal_response_pb';
import * as transactions from '@hyperledger/fabric-protos/lib/peer/transaction_pb';
import { Timestamp } from 'google-protobuf/google/protobuf/timestamp_pb';
import type { EvidenceBundle, Roots } from '@llmchain/evidence';
import { canonicalJson, compositeKey, sha256Bytes, sha256Hex, toHex } from '@llmchain/protocol';
import { TestAuthority, type TestSigner, type Validity } from './evidence-identities';

type BlockEvidence = EvidenceBundle['block'];
type SignedRead = EvidenceBundle['read'];

export const MEMBERS = ['ArchiveMSP', 'ComputeMSP', 'GuildMSP', 'LabMSP'] as const;
export type MemberId = (typeof MEMBERS)[number];

/** When everything in the test happens, and for how long certificates count. */
export const NOW = Date.UTC(2026, 5, 1);
const DAY = 24 * 3600 * 1000;
export const VALIDITY: Validity = { from: NOW - DAY, until: NOW + DAY };

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const join = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);
export const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64');
export const unbase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

export interface Signers {
  authority: TestAuthority;
  peer: TestSigner;
  orderer: TestSigner;
  client: TestSigner;
}

export interface Call {
  call: string;
  argument: string;
  time?: number;
  client?: TestSigner;
  reads?: Record<string, { block: number; index: number }>;
  writes?: Record<string, string>;
  /** State keys whose policies are set. */
  policies?: readonly string[];
  answer?: string;
  endorsers?: readonly TestSigner[];
  highS?: boolean;
}

function identity({ member, certificate }: TestSigner): Uint8Array {
  const message = new identities.SerializedIdentity();
  message.setMspid(member);
  message.setIdBytes(bytes(certificate));
  return message.serializeBinary();
}

function derHeader(number: number, previousHash: Uint8Array, dataHash: Uint8Array): Uint8Array {
  const hex = number.toString(16);
  const digits = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  const integer = digits[0]! > 127 ? Buffer.concat([Buffer.of(0), digits]) : digits;
  const element = (tag: number, body: Uint8Array): Buffer => Buffer.concat([Buffer.of(tag, body.length), body]);
  return element(0x30, join(element(2, integer), element(4, previousHash), element(4, dataHash)));
}

/** A consortium that exists in memory alone, whose members sign whatever a test wants them to. */
export class EvidenceWorld {
  readonly genesis: BlockEvidence;

  private constructor(
    readonly signers: Readonly<Record<MemberId, Signers>>,
    /** When everything is signed. */
    readonly now: number,
  ) {
    this.genesis = { ...this.configuration(0, 0), metadata: '', signatures: [] };
  }

  static async create(now = NOW): Promise<EvidenceWorld> {
    const validity = { from: now - DAY, until: now + DAY };
    const made = await Promise.all(
      MEMBERS.map(async (member) => {
        const authority = await TestAuthority.create(member, validity);
        const [peer, orderer, client] = await Promise.all(
          (['peer', 'orderer', 'client'] as const).map((unit) => authority.issue(unit)),
        );
        return [member, { authority, peer: peer!, orderer: orderer!, client: client! }] as const;
      }),
    );
    return new EvidenceWorld(Object.fromEntries(made) as Record<MemberId, Signers>, now);
  }

  get roots(): Roots {
    const { number, previousHash, dataHash } = this.genesis;
    return {
      genesis: toHex(sha256Bytes(derHeader(number, unbase64(previousHash), unbase64(dataHash)))),
      authorities: new Map(MEMBERS.map((member) => [member, this.signers[member].authority.certificate])),
    };
  }

  peers(...members: readonly MemberId[]): TestSigner[] {
    return members.map((member) => this.signers[member].peer);
  }

  /** A configuration block. @param sequence how many came before it */
  configuration(
    number: number,
    sequence: number,
    changes: { revocations?: Partial<Record<MemberId, string>>; time?: number; signedBy?: readonly MemberId[] } = {},
  ): BlockEvidence {
    const consenters = new settings.Orderers();
    consenters.setConsenterMappingList(
      MEMBERS.map((member, index) => {
        const consenter = new settings.Consenter();
        consenter.setId(index + 1);
        consenter.setMspId(member);
        consenter.setIdentity(bytes(this.signers[member].orderer.certificate));
        return consenter;
      }),
    );
    const ordering = this.#group(changes.revocations ?? {});
    ordering.getValuesMap().set('Orderers', valueOf(consenters.serializeBinary()));
    const channel = new configtx.ConfigGroup();
    channel.getGroupsMap().set('Orderer', ordering);
    channel.getGroupsMap().set('Application', this.#group(changes.revocations ?? {}));
    const config = new configtx.Config();
    config.setSequence(sequence);
    config.setChannelGroup(channel);
    const data = new configtx.ConfigEnvelope();
    data.setConfig(config);
    const channelHeader = header(common.HeaderType.CONFIG, changes.time ?? this.now, '');
    const payload = payloadOf(channelHeader, new Uint8Array(), data.serializeBinary());
    const signature = number === 0 ? new Uint8Array() : bytes('not looked at');
    const envelope = envelopeOf(payload, signature);
    return this.block(number, [envelope], {
      configuration: number,
      ...(changes.signedBy ? { signedBy: changes.signedBy } : {}),
    });
  }

  /** A block as its consenters sign it. @param options.configuration number of the configuration block in force */
  block(
    number: number,
    envelopes: readonly Uint8Array[],
    options: { configuration?: number; signedBy?: readonly MemberId[]; highS?: boolean } = {},
  ): BlockEvidence {
    const { configuration = 0, signedBy = ['ArchiveMSP', 'ComputeMSP', 'GuildMSP'], highS = false } = options;
    const last = new common.LastConfig();
    last.setIndex(configuration);
    const metadata = new common.OrdererBlockMetadata();
    metadata.setLastConfig(last);
    metadata.setConsenterMetadata(bytes('view'));
    const value = metadata.serializeBinary();
    const previousHash = number === 0 ? new Uint8Array() : sha256Bytes(`block ${number - 1}`);
    const dataHash = sha256Bytes(...envelopes);
    const signatures = signedBy.map((member) => {
      const identifier = new common.IdentifierHeader();
      identifier.setIdentifier(MEMBERS.indexOf(member) + 1);
      identifier.setNonce(bytes(`nonce of ${member}`));
      const ih = identifier.serializeBinary();
      const message = join(value, ih, derHeader(number, previousHash, dataHash));
      return { header: base64(ih), signature: base64(this.signers[member].orderer.sign(message, { highS })) };
    });
    return {
      number,
      previousHash: base64(previousHash),
      dataHash: base64(dataHash),
      data: envelopes.map(base64),
      metadata: base64(value),
      signatures,
    };
  }

  /** A query that peers endorsed. */
  read(
    type: string,
    parts: readonly string[],
    record: object,
    place: { block: number; index: number },
    call: Partial<Call> = {},
  ): SignedRead {
    const made = this.#endorsed({
      call: 'ledger:get',
      argument: canonicalJson({ type, parts }),
      reads: { [compositeKey(type, parts)]: place },
      answer: JSON.stringify({ record }),
      endorsers: this.peers(...MEMBERS),
      ...call,
    });
    return {
      channelHeader: base64(made.channelHeader),
      signatureHeader: base64(made.signatureHeader),
      proposal: base64(made.proposal),
      response: base64(made.response),
      endorsements: made.endorsements.map(({ endorser, signature }) => ({
        endorser: base64(endorser),
        signature: base64(signature),
      })),
    };
  }

  /** A transaction's envelope. */
  transaction(call: Call): Uint8Array {
    const { client, channelHeader, signatureHeader, proposal, response, endorsements } = this.#endorsed(call);
    const action = new transactions.ChaincodeEndorsedAction();
    action.setProposalResponsePayload(response);
    action.setEndorsementsList(
      endorsements.map(({ endorser, signature }) => {
        const endorsement = new responses.Endorsement();
        endorsement.setEndorser(endorser);
        endorsement.setSignature(signature);
        return endorsement;
      }),
    );
    const body = new transactions.ChaincodeActionPayload();
    body.setChaincodeProposalPayload(proposal);
    body.setAction(action);
    const first = new transactions.TransactionAction();
    first.setHeader(signatureHeader);
    first.setPayload(body.serializeBinary());
    const transaction = new transactions.Transaction();
    transaction.setActionsList([first]);
    const payload = payloadOf(channelHeader, signatureHeader, transaction.serializeBinary());
    return envelopeOf(payload, client.sign(payload));
  }

  #endorsed(call: Call) {
    const { client = this.signers.ComputeMSP.client, time = this.now, endorsers = this.peers(...MEMBERS) } = call;
    const creator = identity(client);
    const nonce = sha256Bytes(call.call, call.argument, String(time));
    const signer = new common.SignatureHeader();
    signer.setCreator(creator);
    signer.setNonce(nonce);
    const signatureHeader = signer.serializeBinary();
    const channelHeader = header(common.HeaderType.ENDORSER_TRANSACTION, time, sha256Hex(nonce, creator));
    const input = new chaincodes.ChaincodeInput();
    input.setArgsList([bytes(call.call), bytes(call.argument)]);
    const specification = new chaincodes.ChaincodeSpec();
    specification.setChaincodeId(chaincodeId());
    specification.setInput(input);
    const invocation = new chaincodes.ChaincodeInvocationSpec();
    invocation.setChaincodeSpec(specification);
    const payload = new proposals.ChaincodeProposalPayload();
    payload.setInput(invocation.serializeBinary());
    const proposal = payload.serializeBinary();
    const result = new responses.Response();
    result.setStatus(200);
    result.setPayload(bytes(call.answer ?? ''));
    const action = new proposals.ChaincodeAction();
    action.setResults(readWriteSet(call));
    action.setResponse(result);
    action.setChaincodeId(chaincodeId());
    const answer = new responses.ProposalResponsePayload();
    answer.setProposalHash(sha256Bytes(channelHeader, signatureHeader, proposal));
    answer.setExtension$(action.serializeBinary());
    const response = answer.serializeBinary();
    const endorsements = endorsers.map((peer) => {
      const endorser = identity(peer);
      return { endorser, signature: peer.sign(join(response, endorser), { highS: call.highS ?? false }) };
    });
    return { client, channelHeader, signatureHeader, proposal, response, endorsements };
  }

  #group(revocations: Partial<Record<MemberId, string>>): configtx.ConfigGroup {
    const group = new configtx.ConfigGroup();
    for (const member of MEMBERS) {
      const peers = new membership.FabricOUIdentifier();
      peers.setOrganizationalUnitIdentifier('peer');
      const units = new membership.FabricNodeOUs();
      units.setEnable(true);
      units.setPeerOuIdentifier(peers);
      const msp = new membership.FabricMSPConfig();
      msp.setName(member);
      msp.setRootCertsList([bytes(this.signers[member].authority.certificate)]);
      msp.setFabricNodeOus(units);
      const revocation = revocations[member];
      if (revocation !== undefined) msp.setRevocationListList([bytes(revocation)]);
      const wrapped = new membership.MSPConfig();
      wrapped.setConfig(msp.serializeBinary());
      const organisation = new configtx.ConfigGroup();
      organisation.getValuesMap().set('MSP', valueOf(wrapped.serializeBinary()));
      group.getGroupsMap().set(member, organisation);
    }
    return group;
  }
}

function readWriteSet({ reads = {}, writes = {}, policies = [] }: Call): Uint8Array {
  const set = new kvrwset.KVRWSet();
  set.setReadsList(
    Object.entries(reads).map(([key, place]) => {
      const version = new kvrwset.Version();
      version.setBlockNum(place.block);
      version.setTxNum(place.index);
      const read = new kvrwset.KVRead();
      read.setKey(key);
      read.setVersion(version);
      return read;
    }),
  );
  set.setWritesList(
    Object.entries(writes).map(([key, value]) => {
      const write = new kvrwset.KVWrite();
      write.setKey(key);
      write.setValue(bytes(value));
      return write;
    }),
  );
  set.setMetadataWritesList(
    policies.map((key) => {
      const entry = new kvrwset.KVMetadataEntry();
      entry.setName('VALIDATION_PARAMETER');
      entry.setValue(bytes('a policy'));
      const write = new kvrwset.KVMetadataWrite();
      write.setKey(key);
      write.setEntriesList([entry]);
      return write;
    }),
  );
  const namespaced = new rwset.NsReadWriteSet();
  namespaced.setNamespace('llmchain');
  namespaced.setRwset(set.serializeBinary());
  const whole = new rwset.TxReadWriteSet();
  whole.setNsRwsetList([namespaced]);
  return whole.serializeBinary();
}

function chaincodeId(): chaincodes.ChaincodeID {
  const id = new chaincodes.ChaincodeID();
  id.setName('llmchain');
  return id;
}

function header(type: number, time: number, transaction: string): Uint8Array {
  const timestamp = new Timestamp();
  timestamp.setSeconds(Math.floor(time / 1000));
  const channel = new common.ChannelHeader();
  channel.setType(type);
  channel.setChannelId('llmchain');
  channel.setTxId(transaction);
  channel.setTimestamp(timestamp);
  if (transaction) {
    const extension = new proposals.ChaincodeHeaderExtension();
    extension.setChaincodeId(chaincodeId());
    channel.setExtension$(extension.serializeBinary());
  }
  return channel.serializeBinary();
}

function payloadOf(channelHeader: Uint8Array, signatureHeader: Uint8Array, data: Uint8Array): Uint8Array {
  const headers = new common.Header();
  headers.setChannelHeader(channelHeader);
  headers.setSignatureHeader(signatureHeader);
  const payload = new common.Payload();
  payload.setHeader(headers);
  payload.setData(data);
  return payload.serializeBinary();
}

function envelopeOf(payload: Uint8Array, signature: Uint8Array): Uint8Array {
  const envelope = new common.Envelope();
  envelope.setPayload(payload);
  envelope.setSignature(signature);
  return envelope.serializeBinary();
}

function valueOf(content: Uint8Array): configtx.ConfigValue {
  const value = new configtx.ConfigValue();
  value.setValue(content);
  return value;
}
