import type { IncomingMessage, ServerResponse } from 'node:http';
import { decode } from '@llmchain/protocol';
import { z } from 'zod';

export type Method = 'get' | 'post' | 'put' | 'delete';

/** What a route is called with, decoded by its schemas. `A` says who calls. */
export interface Call<A, P, Q, B> {
  actor: A;
  params: P;
  query: Q;
  body: B;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  /** Aborted when the caller goes away. */
  signal: AbortSignal;
}

/** What every route says of itself: enough to serve it, to document it and to test it. */
export interface RouteHead {
  method: Method;
  /** As in OpenAPI: `/v1/artworks/{id}`. */
  path: string;
  summary: string;
  /** Who may call; `public` needs no key, `any` any key. */
  roles: readonly string[] | 'any' | 'public';
  /** Status of success; 200 by default. */
  status?: number;
  /** Longest body in bytes; 1 MiB by default. */
  limit?: number;
  /** Whose shape errors carry as well: OpenAI's, or the Open Inference Protocol's `error`, a text. */
  errors?: 'openai' | 'open-inference';
  /** Answers are records: they carry their last change as an ETag, and `If-None-Match` is answered with 304. */
  tagged?: boolean;
  /** Headers that the route reads, by lower-case name. */
  headers?: Readonly<Record<string, z.ZodType>>;
}

export interface Schemas<P, Q, B> {
  params?: P;
  query?: Q;
  body?: B;
}

export type Output<S, None> = S extends z.ZodType ? z.output<S> : None;
export type Empty = Record<string, never>;

export type CallOf<A, P, Q, B> = Call<A, Output<P, Empty>, Output<Q, Empty>, Output<B, undefined>>;

export interface JsonRoute<A, P, Q, B, R extends z.ZodType> extends RouteHead, Schemas<P, Q, B> {
  response: R;
  run: (call: CallOf<A, P, Q, B>) => Promise<z.output<R>>;
}

/** A route that takes or gives more than one JSON value. */
export interface StreamRoute<A, P, Q, B> extends RouteHead, Schemas<P, Q, B> {
  /** Media type of the body where it is not JSON; it is then read from `request`. */
  accepts?: string;
  /** Media types of the answer and their schemas. */
  gives: Readonly<Record<string, z.ZodType>>;
  respond: (call: CallOf<A, P, Q, B>, response: ServerResponse, request: IncomingMessage) => Promise<void>;
}

/** What has come in, not decoded yet. */
export interface RawCall<A> {
  actor: A;
  params: unknown;
  query: unknown;
  body: unknown;
  headers: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

/** A route as servers, documents and tests take it. */
export interface Route<A> extends RouteHead {
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  accepts?: string;
  gives: Readonly<Record<string, z.ZodType>>;
  execute(call: RawCall<A>, response: ServerResponse, request: IncomingMessage): Promise<void>;
}

const NOTHING = z.strictObject({});

function decodeCall<A>(route: Pick<Route<A>, 'params' | 'query' | 'body' | 'headers'>, raw: RawCall<A>) {
  const headers: Record<string, string> = {};
  for (const [name, schema] of Object.entries(route.headers ?? {})) {
    const value = decode(schema, raw.headers[name], `header ${name}`) as string | undefined;
    if (value !== undefined) headers[name] = value;
  }
  return {
    actor: raw.actor,
    params: decode(route.params ?? NOTHING, raw.params, 'path'),
    query: decode(route.query ?? NOTHING, raw.query, 'query'),
    body: route.body ? decode(route.body, raw.body, 'body') : undefined,
    headers,
    signal: raw.signal,
  };
}

/** Tags the answer with its record's last change; answers 304 when the caller has it already (RFC 9110, 13.1.2). */
function isUnchanged(answer: unknown, headers: Readonly<Record<string, string>>, response: ServerResponse): boolean {
  const { updatedTx } = answer as { updatedTx: string };
  const tag = `"${updatedTx}"`;
  response.setHeader('etag', tag);
  const known = headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (!known?.includes(tag)) return false;
  response.statusCode = 304;
  response.end();
  return true;
}

/** Makes routes for callers of one kind. */
export function routesFor<A>() {
  return {
    /** A route that answers with one JSON value. */
    json<
      R extends z.ZodType,
      P extends z.ZodObject | undefined = undefined,
      Q extends z.ZodObject | undefined = undefined,
      B extends z.ZodType | undefined = undefined,
    >(definition: JsonRoute<A, P, Q, B, R>): Route<A> {
      const { run, response: schema, ...head } = definition;
      const shape = head as RouteHead & Pick<Route<A>, 'params' | 'query' | 'body'>;
      return {
        ...shape,
        gives: { 'application/json': schema },
        async execute(raw, response) {
          const answer = await run(decodeCall(shape, raw) as CallOf<A, P, Q, B>);
          if (head.tagged && isUnchanged(answer, raw.headers, response)) return;
          response.statusCode = head.status ?? 200;
          response.setHeader('content-type', 'application/json; charset=utf-8');
          response.end(JSON.stringify(answer));
        },
      };
    },
    /** A route that writes its answer itself. */
    stream<
      P extends z.ZodObject | undefined = undefined,
      Q extends z.ZodObject | undefined = undefined,
      B extends z.ZodType | undefined = undefined,
    >(definition: StreamRoute<A, P, Q, B>): Route<A> {
      const { respond, ...head } = definition;
      const shape = head as RouteHead & Pick<Route<A>, 'params' | 'query' | 'body' | 'accepts' | 'gives'>;
      return {
        ...shape,
        execute: (raw, response, request) => respond(decodeCall(shape, raw) as CallOf<A, P, Q, B>, response, request),
      };
    },
  };
}
