import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Opening, SignedReceipt } from '@llmchain/protocol';
import type { Concluded } from '@llmchain/inference-workers';
import { z } from 'zod';
import { unpacked, type DebianPackage } from '../debian-package';
import type { Order } from './answering-process';

/** QEMU's emulation of single programs, built statically. */
const QEMU: DebianPackage = {
  name: 'qemu-user-static',
  version: '1:7.2+dfsg-7+deb12u18+b3',
  sha256: 'c3e3ba2bd87f8c5b9a5da5ef21b5a3b82d7c63b89dd448d9ddaa4eabc5b6e402',
};

/** Processors that are emulated, by what their vectors are: the runtime picks its kernels by that. */
export const PROCESSORS = { AVX2: 'Haswell', SSE: 'Nehalem' } as const;
export type Processor = (typeof PROCESSORS)[keyof typeof PROCESSORS];

const Answers = z.array(z.object({ receipt: SignedReceipt, opening: Opening }));

/**
 * Answers of a worker on an emulated processor, which takes some hundred times as long as a real one.
 * @throws {LlmchainError} `unavailable` where QEMU cannot be had
 */
export async function answersOn(processor: Processor, order: Order): Promise<Concluded[]> {
  const program = join(__dirname, 'answering-process.js');
  const said = await runOn(processor, [program], JSON.stringify(order));
  return Answers.parse(said.map((line) => JSON.parse(line) as unknown));
}

/**
 * Runs a Node.js program on an emulated processor, or on this one when it is left out.
 * @param args the program's file, and its parameters
 * @returns the lines of its standard output
 * @throws {LlmchainError} `unavailable` where QEMU cannot be had
 */
export async function runOn(processor: Processor | undefined, args: readonly string[], input = ''): Promise<string[]> {
  const emulator = processor && [join(await unpacked(QEMU), 'usr/bin/qemu-x86_64-static'), '-cpu', processor];
  const [program, ...rest] = [...(emulator ?? []), process.execPath, ...args];
  const running = promisify(execFile)(program!, rest, { maxBuffer: 256 * 1024 * 1024 });
  running.child.stdin!.end(input);
  const { stdout } = await running;
  return stdout.trimEnd().split('\n');
}
