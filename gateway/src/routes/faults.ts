import { Digest, Fault, MspId, Verdict } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { ReportFaults } from '../usecases/report-faults';
import type { SendCanary } from '../usecases/send-canary';
import { api, place, SequenceInPath } from './common';

/** What people may do about a receipt that they do not believe, and to see whether rivals look. */
export function faultRoutes(usecases: { reportFaults: ReportFaults; sendCanary: SendCanary }): Route<Actor>[] {
  const { reportFaults, sendCanary } = usecases;
  const params = z.strictObject({ producer: MspId, sequence: SequenceInPath, receipt: Digest });
  const roles = ['operator', 'auditor', 'admin'];
  return [
    api.json({
      method: 'post',
      path: '/v1/batches/{producer}/{sequence}/receipts/{receipt}/rerun',
      summary: 'Have this member’s verifier re-execute one receipt of a rival’s batch, and say what it sees',
      roles,
      params,
      response: Verdict,
      run: async (call) => (await reportFaults.rerun(call.params)).verdict,
    }),
    api.json({
      method: 'post',
      path: '/v1/batches/{producer}/{sequence}/receipts/{receipt}/fault',
      summary:
        'Report a receipt that this member’s verifier finds false, or an own one, such as a canary’s: refund, slash, reputation',
      roles,
      params,
      response: Fault.extend(place),
      run: (call) => reportFaults.report(call.params),
    }),
    api.json({
      method: 'post',
      path: '/v1/canaries',
      summary:
        'Have an own worker answer falsely, to see whether rivals find it; the answer is thrown away, a fault costs',
      roles: ['operator', 'admin'],
      status: 201,
      body: z.strictObject({
        model: z.string().min(1).max(200),
        prompt: z.string().min(1).max(10_000),
        maxTokens: z.number().int().min(1).max(1_000).optional(),
      }),
      response: z.strictObject({ receipt: Digest }),
      run: async ({ actor, body, signal }) => ({ receipt: await sendCanary.run(actor, body, signal) }),
    }),
  ];
}
