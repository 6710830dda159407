import { sql, type Kysely, type Migration } from 'kysely';

/** Every migration by its name; names sort in the order of application and never change. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001_keys_sessions_receipts': {
    async up(database: Kysely<unknown>): Promise<void> {
      await sql`create table api_key (
        id text primary key,
        hash text not null unique,
        role text not null,
        name text not null,
        session text,
        created timestamptz not null default now())`.execute(database);
      await sql`create table session (
        id text primary key,
        escrow int8 not null,
        spent int8 not null default 0 check (spent >= 0),
        reserved int8 not null default 0 check (reserved >= 0),
        check (spent + reserved <= escrow))`.execute(database);
      await sql`create table reservation (
        receipt text primary key,
        session text not null references session,
        amount int8 not null check (amount >= 0),
        producer text not null,
        expires int8 not null,
        lost boolean not null default false)`.execute(database);
      await sql`create index reservation_dangling on reservation (expires) where lost`.execute(database);
      await sql`create table receipt (
        id text primary key,
        session text not null,
        body text not null,
        sequence int4,
        proof jsonb)`.execute(database);
      await sql`create table produced (
        id text primary key,
        arrival int8 generated always as identity,
        model text not null,
        version int4 not null,
        session text not null,
        body text not null,
        state text not null default 'pending',
        alone boolean not null default false,
        sequence int4,
        position int4,
        reason text)`.execute(database);
      await sql`create index produced_pending on produced (arrival) where state = 'pending'`.execute(database);
      await sql`create index produced_sequence on produced (sequence, position)`.execute(database);
      await sql`create table batch (
        sequence int4 primary key,
        state text not null,
        receipts text not null unique,
        entry jsonb not null,
        refusals jsonb not null default '[]')`.execute(database);
      await sql`create index batch_open on batch (sequence) where state in ('anchoring', 'anchored')`.execute(database);
    },
  },
  '0002_refunds': {
    async up(database: Kysely<unknown>): Promise<void> {
      await sql`alter table session add column closed boolean not null default false`.execute(database);
      await sql`create table refund (
        producer text not null,
        sequence int4 not null,
        session text not null references session,
        amount int8 not null check (amount >= 0),
        primary key (producer, sequence, session))`.execute(database);
      await sql`create table watch (producer text primary key, next int4 not null)`.execute(database);
      await sql`create index receipt_session on receipt (session)`.execute(database);
      await sql`update batch set state = 'anchored' where state = 'stuck'`.execute(database);
    },
  },
  '0003_operations': {
    async up(database: Kysely<unknown>): Promise<void> {
      // Keys of before were shown to somebody.
      await sql`alter table api_key add column used boolean not null default true`.execute(database);
      await sql`alter table api_key alter column used set default false`.execute(database);
      await sql`create table operation (id text primary key, request text not null, plan jsonb not null)`.execute(
        database,
      );
    },
  },
  '0004_confidential_content': {
    async up(database: Kysely<unknown>): Promise<void> {
      await sql`create table data_key (
        digest text primary key,
        object text not null,
        kek text not null,
        wrapped text not null,
        bytes int8 not null)`.execute(database);
      await sql`create table upload (
        digest text not null,
        uploader text not null,
        bytes int8 not null,
        primary key (digest, uploader))`.execute(database);
      await sql`create table access (
        id int8 primary key generated always as identity,
        time int8 not null,
        member text not null,
        key text,
        content text not null,
        work text not null,
        ground jsonb not null)`.execute(database);
      await sql`create index access_work on access (work, id)`.execute(database);
    },
  },
  '0005_bookmarks': {
    async up(database: Kysely<unknown>): Promise<void> {
      await sql`create table bookmark (name text primary key, place jsonb not null)`.execute(database);
    },
  },
  '0006_holdings': {
    async up(database: Kysely<unknown>): Promise<void> {
      await sql`create table holding (
        work text not null,
        content text not null,
        kind text not null,
        destroyed boolean not null default false,
        replacement text,
        primary key (work, content))`.execute(database);
      await sql`create index holding_content on holding (content)`.execute(database);
    },
  },
  '0007_segments': {
    async up(database: Kysely<unknown>): Promise<void> {
      await sql`alter table receipt add column answer text, add column charged int8`.execute(database);
      await sql`update receipt set answer = id, charged = (body::jsonb -> 'body' ->> 'amount')::int8`.execute(database);
      await sql`alter table receipt alter column answer set not null, alter column charged set not null`.execute(
        database,
      );
      await sql`create index receipt_answer on receipt (answer)`.execute(database);
    },
  },
  '0008_releases': {
    async up(database: Kysely<unknown>): Promise<void> {
      await sql`alter table receipt add column producer text, add column model text, add column version int4`.execute(
        database,
      );
      await sql`update receipt set producer = body::jsonb -> 'body' ->> 'producer',
        model = body::jsonb -> 'body' -> 'ticket' -> 'body' ->> 'model',
        version = (body::jsonb -> 'body' -> 'ticket' -> 'body' ->> 'version')::int4`.execute(database);
      await sql`alter table receipt alter column producer set not null,
        alter column model set not null, alter column version set not null`.execute(database);
      await sql`create index receipt_version on receipt (model, version, session)`.execute(database);
      await sql`create table release (
        session text not null references session,
        producer text not null,
        model text not null,
        version int4 not null,
        amount int8 not null check (amount >= 0),
        drawn int8 not null check (drawn >= 0),
        primary key (session, producer, model, version))`.execute(database);
    },
  },
};
