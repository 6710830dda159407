import { drawTrace, type Trace } from './trace';

const node = (id: string, type: string) => ({ id, type, label: id, data: {} });

const trace: Trace = {
  root: 'r',
  direction: 'up',
  nodes: [node('r', 'receipt'), node('m', 'model'), node('a', 'work'), node('b', 'work'), node('c', 'work')],
  edges: [
    { from: 'r', to: 'm', kind: 'produced by' },
    { from: 'm', to: 'a', kind: 'trained on' },
    { from: 'm', to: 'b', kind: 'trained on' },
    { from: 'm', to: 'c', kind: 'trained on' },
    { from: 'a', to: 'b', kind: 'derived from' },
  ],
  gaps: [],
  asOf: { block: 12, time: 0 },
  complete: true,
};

test('a lineage is drawn as a tree, long lists cut short and counted, nothing told twice', () => {
  expect(drawTrace(trace, 2).split('\n')).toEqual([
    'receipt r',
    '  produced by: model m',
    '    trained on: work a',
    '      derived from: work b',
    '    trained on: work b (above)',
    '    trained on: … and 1 more',
    'As of block 12.',
  ]);
});

test('downwards it follows the edges the other way, and says when it is not complete', () => {
  const lines = drawTrace({ ...trace, root: 'c', direction: 'down', complete: false, gaps: ['external_base'] }, 2);
  expect(lines).toBe(
    'work c\n  trained on: model m\n    produced by: receipt r\nGaps: external_base\nAs of block 12, not complete.',
  );
});
