import { describe, expect, it } from 'vitest';
import { largestZoom, panBy, reveal, whole, zoomAt } from './view.ts';

describe('the part of a matrix that is seen', () => {
  it('keeps what is under the pointer in its place while it is zoomed', () => {
    const once = zoomAt(whole, 4, 0.25, 0.75, 100);
    expect(once.x + 0.25 / once.zoom).toBeCloseTo(0.25, 12);
    expect(once.y + 0.75 / once.zoom).toBeCloseTo(0.75, 12);
    const twice = zoomAt(once, 3, 0.5, 0.5, 100);
    expect(twice.zoom).toBe(12);
    expect(twice.x + 0.5 / 12).toBeCloseTo(once.x + 0.5 / 4, 12);
  });

  it('is never less than the whole, never beyond its edges, never closer than the most', () => {
    expect(zoomAt(zoomAt(whole, 4, 1, 1, 100), 0.1, 0, 0, 100)).toEqual(whole);
    expect(zoomAt(whole, 1000, 0.5, 0.5, 8).zoom).toBe(8);
    expect(panBy(whole, 0.3, -0.3)).toEqual(whole);
    const right = panBy(zoomAt(whole, 2, 0, 0, 8), -5, 0);
    expect(right).toEqual({ zoom: 2, x: 0.5, y: 0 });
    expect(panBy(right, 0.5, 0).x).toBeCloseTo(0.25, 12);
    expect(largestZoom({ rows: 1536, columns: 768 })).toBe(96);
    expect(largestZoom({ rows: 4, columns: 100 })).toBe(1);
  });

  it('moves just enough to see a cell', () => {
    const size = { rows: 100, columns: 100 };
    const view = { zoom: 10, x: 0.2, y: 0.2 };
    expect(reveal(view, { row: 25, column: 29 }, size)).toEqual(view);
    expect(reveal(view, { row: 25, column: 30 }, size).x).toBeCloseTo(0.21, 12);
    expect(reveal(view, { row: 3, column: 25 }, size).y).toBeCloseTo(0.03, 12);
    expect(reveal(view, { row: 99, column: 25 }, size).y).toBeCloseTo(0.9, 12);
  });
});
