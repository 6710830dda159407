import type { IncomingMessage } from 'node:http';
import { LlmchainError } from '@llmchain/protocol';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import helmet from 'helmet';
import type { Log } from '../ports/log';
import { jsonBody } from './json-body';
import { failureOf, openAiProblemOf, openInferenceProblemOf, problemOf, retryAfter, STATUS } from './problem';
import type { Route } from './route';

const MEBIBYTE = 1024 * 1024;

export interface ServerOptions<A> {
  routes: readonly Route<A>[];
  /** Who calls a route that is not public. @throws {LlmchainError} `not_authenticated` | `not_authorised` */
  authenticate(request: IncomingMessage, route: Route<A>): Promise<A>;
  /** Stands for the caller of public routes. */
  nobody: A;
  log: Log;
}

function pathOf(route: string): string {
  return route.replaceAll(/\{(\w+)\}/g, ':$1');
}

function singleHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

/** Errors in the shapes that routes ask for. */
const PROBLEMS = { openai: openAiProblemOf, 'open-inference': openInferenceProblemOf } as const;

/** Aborts when the caller hangs up before the answer is complete. */
function hangUp(response: Response): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** One handler that authenticates before it reads, then reads, then runs. */
function handlerOf<A>(route: Route<A>, options: ServerOptions<A>): RequestHandler {
  const read = jsonBody(route.limit ?? MEBIBYTE);
  return async (request, response) => {
    response.locals['problem'] = route.errors ? PROBLEMS[route.errors] : problemOf;
    response.locals['route'] = route.path;
    const actor = route.roles === 'public' ? options.nobody : await options.authenticate(request, route);
    if (route.body) await read(request, response);
    const { params, query } = request;
    const raw = {
      actor,
      params,
      query,
      body: request.body as unknown,
      headers: singleHeaders(request),
      signal: hangUp(response),
    };
    await route.execute(raw, response, request);
  };
}

/** Answers with problem details; an answer that has begun can only be cut off. */
function refuse(log: Log): ErrorRequestHandler {
  return (error: unknown, request: Request, response: Response, _next) => {
    const failure = failureOf(error);
    if (failure.code === 'internal') {
      const cause = failure.cause instanceof Error ? failure.cause : failure;
      log.error({ route: response.locals['route'] as unknown, error: cause.stack ?? cause.message }, 'request failed');
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const wait = retryAfter(failure.code);
    if (wait !== undefined) response.setHeader('retry-after', String(wait));
    if (failure.code === 'not_authenticated') response.setHeader('www-authenticate', 'Bearer');
    // What is left of a refused body is not read: the connection ends with the answer.
    if (!request.complete) response.setHeader('connection', 'close');
    response.status(STATUS[failure.code]).type('application/problem+json');
    const shape = (response.locals['problem'] as typeof problemOf | undefined) ?? problemOf;
    response.send(JSON.stringify(shape(failure)));
  };
}

function access(log: Log): RequestHandler {
  return (request, response, next) => {
    const began = process.hrtime.bigint();
    response.on('close', () => {
      const milliseconds = Number(process.hrtime.bigint() - began) / 1e6;
      const route = (response.locals['route'] as string | undefined) ?? 'unknown';
      log.debug({ method: request.method, route, status: response.statusCode, milliseconds }, 'request');
    });
    next();
  };
}

/** An Express application that serves these routes and nothing else. */
export function createServer<A>(options: ServerOptions<A>): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(helmet());
  app.use(access(options.log));
  for (const route of options.routes) app[route.method](pathOf(route.path), handlerOf(route, options));
  app.use((request: Request) => {
    throw new LlmchainError(
      'not_found',
      `There is no ${request.method} ${request.path}. GET /openapi.json lists what there is.`,
    );
  });
  app.use(refuse(options.log));
  return app;
}
