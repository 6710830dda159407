import { commitment, receiptId, segmentStart, ticketDigest, type Opening, type Receipt } from '@llmchain/protocol';
import { replay } from '../engine/replay';
import type { Servable } from '../models/servable';
import type { ServableModel } from '../models/servable-model';
import type { Finding } from './finding';
import { checkRerun } from './rerun-check';
import { withinDistribution, withinTolerance } from './tolerance';

/**
 * Re-executes one answer, or the segment of it that the receipt is for: its opening fits the commitments, its prompt has as
 * many tokens as were charged, its answer ends as it says, every token wins under the ticket's noise within the margin that
 * the ledger has for the model, in statistical mode all of them together as honest answers' do, and the hidden states fit
 * the fingerprints. Tensors are computed again.
 */
export async function checkOpening(model: Servable, receipt: Receipt, opening: Opening): Promise<Finding | undefined> {
  const id = receiptId(receipt);
  const ticket = receipt.ticket.body;
  const { tokens, outputs } = opening;
  if (!opens(opening, { body: receipt })) return { reason: 'commitment_mismatch', receipt: id };
  if (model.kind === 'task') {
    const reason = await checkRerun(model, receipt, opening);
    return reason && { reason, receipt: id };
  }
  if (outputs) return { reason: 'output_mismatch', receipt: id };
  const answered = opening.answered?.tokens ?? [];

  const prompt = encoded(model, opening);
  if (prompt?.length !== receipt.promptTokens || tokens.length !== receipt.completionTokens) {
    return { reason: 'tokens_mismatch', receipt: id };
  }
  if (!endsAsClaimed(model, receipt.stop, tokens)) return { reason: 'output_mismatch', receipt: id };
  const { marginMicro, statistical, fingerprints } = model.version.verification;
  const { worst, shortfalls, deviations } = await replay(
    { decoder: await model.reference() },
    {
      prompt,
      answered,
      tokens,
      seed: ticketDigest(ticket),
      temperatureMilli: ticket.sampler.temperatureMilli,
      fingerprints: receipt.fingerprints,
    },
  );
  if (worst > marginMicro / 1_000_000 || (statistical && !withinDistribution(shortfalls, statistical)))
    return { reason: 'output_mismatch', receipt: id };
  if (fingerprints && !deviations.every((deviation) => withinTolerance(deviation, fingerprints)))
    return { reason: 'fingerprint_mismatch', receipt: id };
  return undefined;
}

/** Whether it opens just what the receipt, its ticket and its continuation commit to. */
export function opens(opening: Opening, { body }: { body: Receipt }): boolean {
  const { answered } = opening;
  return (
    (answered?.tokens.length ?? 0) === segmentStart(body) &&
    (!answered || commitment(answered.tokens, answered.salt) === body.continuation?.body.answered) &&
    opening.receipt === receiptId(body) &&
    commitment(opening.input, opening.inputSalt) === body.ticket.body.input &&
    commitment(opening.outputs ?? opening.tokens, opening.outputSalt) === body.output
  );
}

/** Undefined for an input that the model's template refuses: no honest worker would have answered it. */
function encoded(model: ServableModel, opening: Opening): number[] | undefined {
  try {
    return model.prompts.encode(opening.input);
  } catch {
    return undefined;
  }
}

/** A stop token is the last token of an answer that says `stop`, and is nowhere else. */
function endsAsClaimed(model: ServableModel, stop: Receipt['stop'], tokens: readonly number[]): boolean {
  const first = tokens.findIndex((token) => model.stopTokens.has(token));
  return stop === 'stop' ? first >= 0 && first === tokens.length - 1 : first < 0;
}
