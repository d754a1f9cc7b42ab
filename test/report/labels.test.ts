import { describe, expect, it } from 'vitest';
import { placeLabels } from '../../report/plots/labels.js';
import { logDomain, logTicks } from '../../report/plots/log-axis.js';

const area = { width: 600, height: 300 };

describe('labels beside points', () => {
  it('stand at the right where nothing is in the way', () => {
    expect(placeLabels([{ x: 100, y: 100, text: 'a' }], (row) => row, area)[0]).toMatchObject({ align: 'left', dy: 0 });
  });

  it('stay inside at the right edge', () => {
    expect(placeLabels([{ x: 590, y: 100, text: 'float32' }], (row) => row, area)[0].align).toBe('right');
  });

  it('make room for other points, labels and lines', () => {
    const rows = [
      { x: 100, y: 100, text: 'first' },
      { x: 125, y: 100, text: 'second' },
    ];
    const [first, second] = placeLabels(rows, (row) => row, area);
    expect([first.align, first.dy]).not.toEqual(['left', 0]);
    expect([second.align, second.dy]).toEqual(['left', 0]);
    const line = { left: 100, right: 300, top: 98, bottom: 102 };
    const [beside] = placeLabels([rows[0]], (row) => row, area, [line]);
    expect([beside.align, beside.dy]).not.toEqual(['left', 0]);
  });
});

describe('labels where there is no room', () => {
  const crowd = Array.from({ length: 60 }, (_, i) => ({ x: 300 + (i % 5), y: 150 + (i % 3), text: `label ${i}` }));

  it('say how much of them is covered', () => {
    expect(placeLabels([crowd[0]], (row) => row, area)[0].covered).toBe(0);
    expect(Math.max(...placeLabels(crowd, (row) => row, area).map(({ covered }) => covered))).toBeGreaterThan(0.5);
  });

  it('take no place of others when they are not drawn', () => {
    const drawn = placeLabels(crowd, (row) => row, area, [], 0.2).filter(({ covered }) => covered <= 0.2);
    expect(drawn.length).toBeGreaterThan(0);
    expect(drawn.length).toBeLessThan(20);
  });
});

describe('log axis', () => {
  it('is labelled at 1, 2 and 5 times the powers of ten', () => {
    expect(logTicks(0.4, 21)).toEqual([0.5, 1, 2, 5, 10, 20]);
    expect(logTicks(0.9, 1e6)).toEqual([1, 10, 100, 1000, 10_000, 100_000, 1_000_000]);
    expect(logDomain([2, 8], 2)).toEqual([1, 16]);
  });
});
