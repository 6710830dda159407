import type { ServerResponse } from 'node:http';
import {
  demandElements,
  demandSignature,
  Hex32,
  LlmchainError,
  ModelVersion,
  SignedReceipt,
  taskOf,
  TensorSpec,
} from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Infer } from '../usecases/infer';
import type { Models } from '../usecases/models';
import type { CheckReadiness } from '../usecases/readiness';
import type { RouteInference } from '../usecases/route-inference';
import { api, VersionInPath } from './common';
import {
  answeredWith,
  BODY_LIMIT,
  demandOutputs,
  InferBody,
  OutputTensor,
  tensorOf,
  withoutBinary,
} from './open-inference-tensors';
import { NONCE_HEADER } from './receipt-headers';
import { sendJson, tensorAnswer } from './tensor-answer';

const ServerMetadata = z.strictObject({ name: z.string(), version: z.string(), extensions: z.array(z.string()) });
const Live = z.strictObject({ live: z.literal(true) });
const Ready = z.strictObject({ ready: z.boolean() });
const ModelReady = z.strictObject({ name: z.string(), ready: z.boolean() });
const ModelMetadata = z.strictObject({
  name: z.string(),
  /** Those that are approved. */
  versions: z.array(z.string()),
  platform: z.literal('onnxruntime_onnx'),
  inputs: z.array(TensorSpec),
  outputs: z.array(TensorSpec),
  /** What the ledger says of the version whose tensors these are: price by elements, tolerance, labels, origin. */
  llmchain: ModelVersion,
});

const InferAnswer = z.object({
  model_name: z.string(),
  model_version: z.string(),
  id: z.string().optional(),
  outputs: z.array(OutputTensor),
  llmchain: z.object({ receipt: SignedReceipt }),
});

const Name = z.string().min(1).max(80);

interface Ports {
  infer: Infer;
  models: Models;
  readiness: CheckReadiness;
  router: Pick<RouteInference, 'served'>;
}

/** Any model of tensors by the Open Inference Protocol v2, as KServe and Triton have it. */
export function openInferenceRoutes(usecases: Ports): Route<Actor>[] {
  return [...serverRoutes(usecases), ...modelRoutes(usecases, false), ...modelRoutes(usecases, true)];
}

function serverRoutes({ readiness }: Pick<Ports, 'readiness'>): Route<Actor>[] {
  return [
    api.json({
      method: 'get',
      path: '/v2',
      summary: 'What serves the Open Inference Protocol here',
      roles: 'public',
      errors: 'open-inference',
      response: ServerMetadata,
      run: () => Promise.resolve({ name: 'llmchain', version: '2', extensions: [] }),
    }),
    api.json({
      method: 'get',
      path: '/v2/health/live',
      summary: 'Whether the process runs, as the Open Inference Protocol asks',
      roles: 'public',
      errors: 'open-inference',
      response: Live,
      run: () => Promise.resolve({ live: true as const }),
    }),
    api.stream({
      method: 'get',
      path: '/v2/health/ready',
      summary: 'Whether database, object store and ledger answer, as the Open Inference Protocol asks; 503 while not',
      roles: 'public',
      errors: 'open-inference',
      gives: { 'application/json': Ready },
      async respond(_call, response) {
        const { ready } = await readiness.run();
        sendReadiness(response, { ready });
      },
    }),
  ];
}

/** The routes of a model. @param versioned of one version, or of the one that the name means */
function modelRoutes({ infer, models, router }: Ports, versioned: boolean): Route<Actor>[] {
  const at = versioned ? '/v2/models/{name}/versions/{version}' : '/v2/models/{name}';
  const params = z.strictObject({ name: Name, ...(versioned ? { version: VersionInPath } : {}) });
  const which = versioned ? 'a version of a model' : 'a model';
  const meant = async (place: z.output<typeof params>): Promise<ModelVersion> => {
    const { name, version } = place as { name: string; version?: number };
    const found = await models.resolve(version === undefined ? name : `${name}@${version}`);
    if (found.signature && taskOf(found) === 'tensor') return found;
    throw new LlmchainError(
      'invalid_argument',
      `${found.model}@${found.version} takes no tensors. GET /v1/models says what each model is for.`,
      { model: found.model, task: taskOf(found) },
    );
  };
  return [
    api.json({
      method: 'get',
      path: at,
      summary: `The tensors that ${which} takes and gives`,
      roles: 'any',
      errors: 'open-inference',
      params,
      response: ModelMetadata,
      run: async ({ params: place }) => {
        const found = await meant(place);
        const all = (await models.all()).filter(({ model, state }) => model === found.model && state === 'approved');
        return {
          name: found.model,
          versions: all.map(({ version }) => String(version)),
          platform: 'onnxruntime_onnx' as const,
          inputs: found.signature?.inputs ?? [],
          outputs: found.signature?.outputs ?? [],
          llmchain: found,
        };
      },
    }),
    api.stream({
      method: 'get',
      path: `${at}/ready`,
      summary: `Whether a worker has ${which} loaded; 503 while none has`,
      roles: 'any',
      errors: 'open-inference',
      params,
      gives: { 'application/json': ModelReady },
      async respond({ params: place }, response) {
        const { model, version } = await meant(place);
        sendReadiness(response, { name: model, ready: (await router.served()).has(`${model}@${version}`) });
      },
    }),
    api.stream({
      method: 'post',
      path: `${at}/infer`,
      summary: `Tensors for tensors, by ${which}; prepaid by the element, verified by rivals, with a signed receipt`,
      roles: ['caller'],
      errors: 'open-inference',
      limit: BODY_LIMIT,
      headers: { [NONCE_HEADER]: Hex32.optional() },
      params,
      body: z.preprocess(withoutBinary, InferBody),
      gives: { 'application/json': InferAnswer },
      respond: ({ actor, params: place, body, headers, signal }, response) =>
        sendJson(response, signal, async (): Promise<z.output<typeof InferAnswer>> => {
          const version = await meant(place);
          const model = `${version.model}@${version.version}`;
          const names = body.outputs?.map(({ name }) => name);
          demandSignature(body.inputs, version.signature?.inputs ?? []);
          demandElements(body.inputs);
          if (names) demandOutputs(names, version);
          const input = { kind: 'tensors' as const, tensors: body.inputs.map(tensorOf) };
          const order = { actor, model, task: 'tensor' as const, input, nonce: headers[NONCE_HEADER], signal };
          const { outputs, receipt } = await tensorAnswer(infer, order, response);
          demandGiven(() => demandSignature(outputs, version.signature?.outputs ?? []));
          const wanted = names ? names.map((name) => outputs.find((output) => output.name === name)!) : outputs;
          return {
            model_name: version.model,
            model_version: String(version.version),
            ...(body.id === undefined ? {} : { id: body.id }),
            outputs: wanted.map(answeredWith),
            llmchain: { receipt },
          };
        }),
    }),
  ];
}

/** @throws {LlmchainError} `not_verified` where a worker's tensors are not those of the model */
function demandGiven(demand: () => void): void {
  try {
    demand();
  } catch (cause) {
    throw new LlmchainError(
      'not_verified',
      'The worker gave other tensors than the model has. Ask again.',
      {},
      { cause },
    );
  }
}

function sendReadiness(response: ServerResponse, answer: z.output<typeof Ready | typeof ModelReady>): void {
  response.statusCode = answer.ready ? 200 : 503;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(answer));
}
