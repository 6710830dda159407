import { generateKeyPairSync } from 'node:crypto';
import { Client, credentials, Metadata, Server, ServerCredentials, status, type sendUnaryData } from '@grpc/grpc-js';
import { StatusCode } from '@hyperledger/fabric-gateway';
import { common, gateway, peer } from '@hyperledger/fabric-protos';
import { canonicalJson, type RequestOf } from '@llmchain/protocol';
import { LedgerClient } from './client';

const PAYMENT: RequestOf<'credits:transfer'> = {
  operationId: 'a-payment',
  from: 'artist:GuildMSP:ann',
  to: 'member:ComputeMSP',
  amount: 1,
};
const BALANCE = {
  schema: 'balance/1',
  account: PAYMENT.from,
  amount: 7,
  owner: { member: 'GuildMSP', person: 'ann' },
  createdTx: 't',
  updatedTx: 't',
};
const DISAGREED = { code: status.ABORTED, details: 'failed to collect enough transaction endorsements' };

/** What a peer's gateway service says to one transaction after another. */
interface Script {
  /** An error of the endorsement; none where it is left out. */
  endorse?: { code: status; details: string };
  submit?: { code: status; details: string; metadata?: Metadata };
  /** The peers' validation code. */
  valid?: number;
}

/** A peer's gateway service that answers by a script, over real gRPC. */
class ScriptedPeer {
  readonly transactions: string[] = [];
  /** Channel, transaction, and whether it was signed, of each question about a commit. */
  readonly statuses: unknown[] = [];
  readonly #server = new Server();
  readonly #script: Script[];

  constructor(script: readonly Script[]) {
    this.#script = [...script];
    const line = (): Script => this.#script[this.transactions.length - 1] ?? {};
    this.#server.addService(gateway.GatewayService, {
      endorse: ({ request }: { request: gateway.EndorseRequest }, done: sendUnaryData<gateway.EndorseResponse>) => {
        this.transactions.push(request.getTransactionId());
        const { endorse } = line();
        done(endorse ?? null, endorse ? null : endorsed());
      },
      submit: (_: unknown, done: sendUnaryData<gateway.SubmitResponse>) => {
        const { submit } = line();
        done(submit ?? null, submit ? null : new gateway.SubmitResponse());
      },
      commitStatus: (
        { request }: { request: gateway.SignedCommitStatusRequest },
        done: sendUnaryData<gateway.CommitStatusResponse>,
      ) => {
        const asked = gateway.CommitStatusRequest.deserializeBinary(request.getRequest_asU8());
        const about = [asked.getChannelId(), asked.getTransactionId(), request.getSignature_asU8().length > 0];
        this.statuses.push(about);
        const response = new gateway.CommitStatusResponse();
        response.setResult(
          (line().valid ?? StatusCode.VALID) as peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap],
        );
        response.setBlockNumber(9);
        done(null, response);
      },
    });
  }

  listen(): Promise<Client> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync('localhost:0', ServerCredentials.createInsecure(), (error, port) => {
        if (error) reject(error);
        else resolve(new Client(`localhost:${port}`, credentials.createInsecure()));
      });
    });
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}

/** A `google.rpc.Status` with one detail, as a peer's gateway sends it. */
function detailed(message: string): Buffer {
  const detail = new gateway.ErrorDetail();
  detail.setAddress('localhost:1');
  detail.setMspId('LabMSP');
  detail.setMessage(message);
  const field = (tag: number, bytes: Uint8Array): Buffer =>
    Buffer.concat([
      Buffer.of(tag, ...(bytes.length < 128 ? [bytes.length] : [bytes.length | 0x80, bytes.length >> 7])),
      bytes,
    ]);
  // Any (google/protobuf/any.proto) is field 3 of Status (google/rpc/status.proto).
  const any = Buffer.concat([
    field(0x0a, Buffer.from('type.googleapis.com/gateway.ErrorDetail')),
    field(0x12, detail.serializeBinary()),
  ]);
  return field(0x1a, any);
}

/** An envelope with the balance as the chaincode's answer. */
function endorsed(): gateway.EndorseResponse {
  const answer = new peer.Response();
  answer.setStatus(200);
  answer.setPayload(Buffer.from(canonicalJson(BALANCE)));
  const acted = new peer.ChaincodeAction();
  acted.setResponse(answer);
  const responsePayload = new peer.ProposalResponsePayload();
  responsePayload.setExtension$(acted.serializeBinary());
  const action = new peer.ChaincodeEndorsedAction();
  action.setProposalResponsePayload(responsePayload.serializeBinary());
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setAction(action);
  const transactionAction = new peer.TransactionAction();
  transactionAction.setPayload(actionPayload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([transactionAction]);
  const channel = new common.ChannelHeader();
  channel.setChannelId('llmchain');
  const header = new common.Header();
  header.setChannelHeader(channel.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  const response = new gateway.EndorseResponse();
  response.setPreparedTransaction(envelope);
  return response;
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const identity = {
  mspId: 'GuildMSP',
  certificate: Buffer.from('a certificate'),
  privateKey: Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })),
};

describe('a transaction', () => {
  let peerServer: ScriptedPeer;
  let connection: Client;
  let client: LedgerClient;
  const against = async (script: readonly Script[], attempts?: number): Promise<void> => {
    peerServer = new ScriptedPeer(script);
    connection = await peerServer.listen();
    const options = { channel: 'llmchain', chaincode: 'llmchain', ...(attempts === undefined ? {} : { attempts }) };
    client = new LedgerClient(options, connection, identity);
  };
  afterEach(() => {
    client.close();
    connection.close();
    peerServer.stop();
  });

  test('whose endorsers are a block apart is proposed again, though it may lose no race', async () => {
    await against([{ endorse: DISAGREED }, { endorse: DISAGREED }], 1);
    const { result, transaction, block } = await client.submit('credits:transfer', PAYMENT);
    expect([result, block]).toEqual([BALANCE, 9]);
    expect(peerServer.transactions).toHaveLength(3);
    expect(new Set(peerServer.transactions).size).toBe(3);
    expect(transaction).toBe(peerServer.transactions[2]);
  });

  test('whose endorsers never agree is given up, as one that was never ordered', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    await against(
      Array.from({ length: 20 }, () => ({ endorse: DISAGREED })),
      1,
    );
    await expect(client.submit('credits:transfer', PAYMENT)).rejects.toThrowWithCode('unavailable', {
      stage: 'endorse',
    });
    expect(peerServer.transactions).toHaveLength(12);
  });

  test('that lost a race is proposed as often as it may be, and no more', async () => {
    const lost = { valid: StatusCode.MVCC_READ_CONFLICT };
    await against([lost, {}], 2);
    expect((await client.submit('credits:transfer', PAYMENT)).result).toEqual(BALANCE);
    client.close();
    connection.close();
    peerServer.stop();
    await against([lost, {}], 1);
    await expect(client.submit('credits:transfer', PAYMENT)).rejects.toThrowWithCode('conflict', {
      validation: 'MVCC_READ_CONFLICT',
    });
    expect(peerServer.transactions).toHaveLength(1);
  });

  test('that the chaincode refuses is not repeated', async () => {
    const said = JSON.stringify({ code: 'insufficient_credits', message: 'too little', details: {} });
    await against([{ endorse: { code: status.UNKNOWN, details: said } }]);
    await expect(client.submit('credits:transfer', PAYMENT)).rejects.toThrowWithCode('insufficient_credits');
    expect(peerServer.transactions).toHaveLength(1);
  });

  test('that orderers have delivered already has been submitted: its commit is asked for, and it is not proposed again', async () => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', detailed('failed to submit request: request already processed'));
    await against([{ submit: { code: status.UNAVAILABLE, details: 'insufficient number of orderers', metadata } }], 1);
    const { transaction, result } = await client.submit('credits:transfer', PAYMENT);
    expect(result).toEqual(BALANCE);
    expect(peerServer.transactions).toEqual([transaction]);
    expect(peerServer.statuses).toEqual([['llmchain', transaction, true]]);
  });

  test('that no orderer took for certain counts as an attempt: it may have been ordered', async () => {
    await against([{ submit: { code: status.UNAVAILABLE, details: 'no orderer' } }], 1);
    await expect(client.submit('credits:transfer', PAYMENT)).rejects.toThrowWithCode('unavailable', {
      stage: 'submit',
    });
    expect(peerServer.transactions).toHaveLength(1);
  });
});
