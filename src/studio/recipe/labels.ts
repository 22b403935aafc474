/** Labels of a task as people write them: "5–9", "0, 2, 4–6". The order is kept: it is the order of the head's classes. */

export type ParsedLabels = { labels: number[]; problem: null } | { labels: null; problem: string };

const mostLabels = 100_000;

/** Reads "5–9", "5-9", "0, 2 4". Runs may go down: "9–5". */
export function parseLabels(text: string): ParsedLabels {
  const parts = text
    .replace(/\s*[-–—]\s*/g, '-')
    .split(/[\s,;]+/)
    .filter((part) => part !== '');
  const labels: number[] = [];
  for (const part of parts) {
    const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part);
    if (!match) return refuse(`"${part}" is no label. Write labels like 0–4, 7.`);
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (labels.length + Math.abs(last - first) >= mostLabels) return refuse('That is too many labels.');
    const step = last < first ? -1 : 1;
    for (let label = first; label !== last + step; label += step) labels.push(label);
  }
  const seen = new Set<number>();
  const twice = labels.find((label) => seen.size === seen.add(label).size);
  if (twice !== undefined) return refuse(`Label ${twice} is there twice.`);
  return { labels, problem: null };
}

const refuse = (problem: string): ParsedLabels => ({ labels: null, problem });

/** [5, 6, 7, 8, 9] → "5–9". Runs of three or more are joined, both ways. */
export function formatLabels(labels: readonly number[]): string {
  const parts: string[] = [];
  for (let start = 0; start < labels.length; ) {
    const first = labels[start] ?? 0;
    const step = (labels[start + 1] ?? first) - first;
    let end = start;
    if (Math.abs(step) === 1) while (labels[end + 1] === (labels[end] ?? 0) + step) end++;
    if (end - start < 2) end = start;
    parts.push(end === start ? String(first) : `${first}–${labels[end]}`);
    start = end + 1;
  }
  return parts.join(', ');
}

/**
 * Ways to give a head of `classes` classes its labels: the file's labels cut into parts of that size, without those that
 * overlap `taken`.
 */
export function suggestLabels(fileLabels: readonly number[], classes: number, taken: readonly number[]): number[][] {
  const parts: number[][] = [];
  for (let start = 0; start + classes <= fileLabels.length; start += classes) {
    const part = fileLabels.slice(start, start + classes);
    if (!part.some((label) => taken.includes(label))) parts.push(part);
  }
  return parts;
}
