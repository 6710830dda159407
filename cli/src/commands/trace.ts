import { z } from 'zod';
import { memberNamed, membersOf } from '../consortium/members';
import type { Settings } from '../settings';
import type { Terminal } from '../terminal';

export const Trace = z.object({
  root: z.string(),
  direction: z.enum(['up', 'down']),
  nodes: z.array(
    z.object({ id: z.string(), type: z.string(), label: z.string(), data: z.record(z.string(), z.unknown()) }),
  ),
  edges: z.array(z.object({ from: z.string(), to: z.string(), kind: z.string() })),
  gaps: z.array(z.string()),
  asOf: z.object({ block: z.number(), time: z.number() }),
  complete: z.boolean(),
});
export type Trace = z.infer<typeof Trace>;

/** A lineage as a tree of lines; what was told already is not told again. */
export function drawTrace(trace: Trace, most = 8): string {
  const nodes = new Map(trace.nodes.map((node) => [node.id, node]));
  const told = new Set<string>();
  const lines: string[] = [];
  const upwards = trace.direction === 'up';
  const tell = (id: string, kind: string, depth: number): void => {
    const node = nodes.get(id);
    const again = told.has(id);
    lines.push(
      `${'  '.repeat(depth)}${kind ? `${kind}: ` : ''}${node ? `${node.type} ${node.label}` : id}${again ? ' (above)' : ''}`,
    );
    if (again) return;
    told.add(id);
    const next = trace.edges.filter((edge) => (upwards ? edge.from : edge.to) === id);
    const shown = new Map<string, number>();
    for (const edge of next) {
      const count = (shown.get(edge.kind) ?? 0) + 1;
      shown.set(edge.kind, count);
      if (count <= most) tell(upwards ? edge.to : edge.from, edge.kind, depth + 1);
    }
    for (const [kindOf, count] of shown)
      if (count > most) lines.push(`${'  '.repeat(depth + 1)}${kindOf}: … and ${count - most} more`);
  };
  tell(trace.root, '', 0);
  if (trace.gaps.length) lines.push(`Gaps: ${trace.gaps.join(', ')}`);
  lines.push(`As of block ${trace.asOf.block}${trace.complete ? '' : ', not complete'}.`);
  return lines.join('\n');
}

export async function traceCommand(
  settings: Settings,
  terminal: Terminal,
  id: string,
  options: { member: string; direction: 'up' | 'down'; asOf?: number },
): Promise<void> {
  const { admin } = memberNamed(await membersOf(settings.home), options.member);
  const { direction, asOf } = options;
  const query = { direction, ...(asOf === undefined ? {} : { asOf }) };
  const trace = await admin.call('GET /v1/trace/{id}', { params: { id }, query });
  terminal.result(trace, drawTrace(trace));
}
