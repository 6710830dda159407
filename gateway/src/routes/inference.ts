import type { ServerResponse } from 'node:http';
import { Hex32, type SignedReceipt } from '@llmchain/protocol';
import { z } from 'zod';
import { failureOf, openAiProblemOf } from '../http/problem';
import type { Route } from '../http/route';
import type { Actor } from '../ports/actor';
import type { Log } from '../ports/log';
import type { Answer, Infer, InferenceOrder } from '../usecases/infer';
import { api } from './common';
import { ChatBody, chatOrder, CompletionBody, completionOrder, type Delivery } from './openai-parameters';
import { CHAT, ChatAnswer, COMPLETION, CompletionAnswer, type Dialect, type Heading } from './openai-shapes';
import { NONCE_HEADER, RECEIPT_HEADER } from './receipt-headers';
import { ServerSentEvents } from './server-sent-events';

/** Prompts of a million characters, escaped. */
const BODY_LIMIT = 8 * 1024 * 1024;

const STREAM = 'text/event-stream';

interface Exchange {
  actor: Actor;
  order: InferenceOrder;
  delivery: Delivery;
  dialect: Dialect;
  signal: AbortSignal;
  response: ServerResponse;
}

function headingOf(answer: Extract<Answer, { kind: 'started' }>): Heading {
  const { receipt, model } = answer;
  return { receipt, created: Math.floor(Date.now() / 1000), model: `${model.model}@${model.version}` };
}

/** The answer as one JSON value. */
async function whole(exchange: Exchange, infer: Infer): Promise<void> {
  const { actor, order, dialect, signal, response } = exchange;
  let heading: Heading | undefined;
  let text = '';
  let receipt: SignedReceipt | undefined;
  for await (const answer of infer.run(actor, order, signal)) {
    if (answer.kind === 'started') {
      heading = headingOf(answer);
      // An answer that fails midway has a receipt, too.
      response.setHeader(RECEIPT_HEADER, heading.receipt);
    } else if (answer.kind === 'text') text += answer.text;
    else if (answer.kind === 'finished') receipt = answer.receipt;
  }
  if (!heading || !receipt) throw new Error('an answer ended without its receipt');
  response.statusCode = 200;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(dialect.whole(heading, text, receipt)));
}

/** The answer piece by piece; the last piece carries the signed receipt. An answer that fails midway ends in an error. */
async function streamed(exchange: Exchange, infer: Infer, log: Log): Promise<void> {
  const { actor, order, delivery, dialect, signal, response } = exchange;
  const events = new ServerSentEvents(response, signal);
  let heading: Heading | undefined;
  try {
    for await (const answer of infer.run(actor, order, signal)) {
      if (answer.kind === 'started') {
        heading = headingOf(answer);
        response.setHeader(RECEIPT_HEADER, heading.receipt);
        events.open();
        const opening = dialect.opening(heading);
        if (opening) await events.send(opening);
      } else if (heading && answer.kind === 'text') {
        await events.send(dialect.piece(heading, answer.text));
      } else if (heading && answer.kind === 'finished') {
        const { receipt } = answer;
        const llmchain = { llmchain: { receipt } };
        const closing = dialect.closing(heading, receipt);
        await events.send(delivery.usage ? closing : { ...closing, ...llmchain });
        if (delivery.usage) await events.send({ ...dialect.usage(heading, receipt), ...llmchain });
        await events.send('[DONE]');
      }
    }
  } catch (error) {
    if (!heading || signal.aborted) throw error;
    const failure = failureOf(error);
    log.warn({ receipt: heading.receipt, code: failure.code }, 'an answer broke off');
    await events.send(openAiProblemOf(failure));
  }
  events.close();
}

export function inferenceRoutes(usecases: { infer: Infer; log: Log }): Route<Actor>[] {
  const answer = async (exchange: Exchange): Promise<void> => {
    try {
      await (exchange.delivery.stream
        ? streamed(exchange, usecases.infer, usecases.log)
        : whole(exchange, usecases.infer));
    } catch (error) {
      // Nobody is left to tell.
      if (!exchange.signal.aborted) throw error;
    }
  };
  const shared = {
    method: 'post' as const,
    roles: ['caller'],
    errors: 'openai' as const,
    limit: BODY_LIMIT,
    headers: { [NONCE_HEADER]: Hex32.optional() },
  };
  return [
    api.stream({
      ...shared,
      path: '/v1/chat/completions',
      summary: 'Answer a chat, as OpenAI’s API does; prepaid, verified by rivals, with a signed receipt',
      body: ChatBody,
      gives: { 'application/json': ChatAnswer, [STREAM]: z.string() },
      respond: ({ actor, body, headers, signal }, response) =>
        answer({ actor, ...chatOrder(body, headers[NONCE_HEADER]), dialect: CHAT, signal, response }),
    }),
    api.stream({
      ...shared,
      path: '/v1/completions',
      summary: 'Continue a text, as OpenAI’s API does; prepaid, verified by rivals, with a signed receipt',
      body: CompletionBody,
      gives: { 'application/json': CompletionAnswer, [STREAM]: z.string() },
      respond: ({ actor, body, headers, signal }, response) =>
        answer({ actor, ...completionOrder(body, headers[NONCE_HEADER]), dialect: COMPLETION, signal, response }),
    }),
  ];
}
