import { Digest, Fault, MspId, Verdict } from '@llmchain/protocol';
import { z } from 'zod';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { ReportFaults } from '../usecases/report-faults';
import { api, place, SequenceInPath } from './common';

/** What people may do about a receipt that they do not believe. */
export function faultRoutes(usecases: { reportFaults: ReportFaults }): Route<Actor>[] {
  const { reportFaults } = usecases;
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
      summary: 'Report a receipt that this member’s verifier finds false: refund, slash, reputation',
      roles,
      params,
      response: Fault.extend(place),
      run: (call) => reportFaults.report(call.params),
    }),
  ];
}
