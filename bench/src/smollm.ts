import { ServableModel } from '@llmchain/inference-workers';
import { filesIn, type Weights } from '@llmchain/cli/dist/models/folder';
import { importedSmollm2, SMOLLM2 } from '@llmchain/cli/dist/models/smollm2';
import { manifestDigest, type ModelFile, type ModelVersion } from '@llmchain/protocol';

/** SmolLM2 as a worker serves it: in single precision, or with weights of eight bits. */
export async function smollm(weights: Weights, threads: number): Promise<ServableModel> {
  const folder = await importedSmollm2(weights);
  return ServableModel.load(folder, record(await filesIn(folder)), { provider: 'cpu', threads });
}

/** What the ledger would say of it, as far as loading it needs. */
function record(files: ModelFile[]): ModelVersion {
  return {
    ...SMOLLM2,
    schema: 'model-version/1',
    class: 'external',
    modelParamsAddress: `sha256/${files.find(({ path }) => path === 'onnx/model.onnx_data')?.sha256 ?? ''}`,
    manifest: manifestDigest(files),
    files,
    format: 'onnx',
    state: 'approved',
    approvals: [],
    owner: { member: 'LabMSP' },
    createdTx: '',
    updatedTx: '',
  };
}
