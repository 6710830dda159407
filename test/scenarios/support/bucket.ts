import { readdir, readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { Client } from 'minio';
import { z } from 'zod';

const Config = z.object({
  objectStore: z.object({
    host: z.string(),
    port: z.number(),
    bucket: z.string(),
    tlsRoot: z.string(),
    credentials: z.string(),
  }),
});
const Credentials = z.object({ accessKey: z.string(), secretKey: z.string() });

/** A member's bucket as its S3 server has it, past its gateway. */
export class MemberBucket {
  private constructor(
    readonly client: Client,
    readonly name: string,
    private readonly data: string,
  ) {}

  static async of(home: string, member: string): Promise<MemberBucket> {
    const { objectStore } = Config.parse(
      JSON.parse(await readFile(join(home, 'members', member, 'gateway.json'), 'utf8')),
    );
    const { host: endPoint, port, tlsRoot, credentials, bucket } = objectStore;
    const keys = Credentials.parse(JSON.parse(await readFile(credentials, 'utf8')));
    const transportAgent = new Agent({ ca: await readFile(tlsRoot) });
    const client = new Client({ endPoint, port, useSSL: true, region: 'us-east-1', transportAgent, ...keys });
    return new MemberBucket(client, bucket, join(home, 'data', 'object-store'));
  }

  /** Every version of every object, mark of deletion and unfinished upload whose key holds a word, by what it is. */
  async listed(word: string): Promise<string[]> {
    const versions = this.client.listObjects(this.name, '', true, { IncludeVersion: true });
    const found: string[] = [];
    for await (const { name, isDeleteMarker } of versions as AsyncIterable<{ name?: string; isDeleteMarker?: boolean }>)
      if (name?.includes(word)) found.push(isDeleteMarker === true ? 'mark' : 'version');
    for await (const { key } of this.client.listIncompleteUploads(this.name, '', true) as AsyncIterable<{
      key: string;
    }>)
      if (key.includes(word)) found.push('upload');
    return found.sort();
  }

  /** Files of content on the server's disk whose path holds a word. */
  async files(word: string): Promise<string[]> {
    const all = await Promise.all(
      [join('buckets', this.name), join('versions', this.name)].map((folder) =>
        readdir(join(this.data, folder), { recursive: true, withFileTypes: true }).catch(() => []),
      ),
    );
    return all.flat().flatMap((each) => {
      const path = join(each.parentPath, each.name);
      return each.isFile() && path.includes(word) ? [path] : [];
    });
  }
}
