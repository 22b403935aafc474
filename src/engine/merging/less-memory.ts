/** What would fit where a merge does not: smaller batches and ranks, activations computed again, by the cost model. */
import { StudioError } from '../errors.ts';
import type { MethodRecipe } from '../recipe.ts';
import type { MemoryCost, MergeCost } from './method.ts';

type CostOf = (method: MethodRecipe) => Pick<MergeCost, 'memory'>;

export const neededBytes = ({ sources, learnable, step }: MemoryCost): number => sources + learnable + step;

/** Changes of the recipe, each of which alone needs at most so many bytes, as "a batch of 16 (0.8 GB)"; none where nothing helps. */
export function lessMemory(method: MethodRecipe, costOf: CostOf, most: number): string[] {
  const fitting = (changes: object) => {
    const bytes = neededBytes(costOf({ ...method, ...changes } as MethodRecipe).memory);
    return bytes <= most ? bytes : null;
  };
  const highest = (what: string, from: number, change: (value: number) => object): string[] => {
    for (let value = from >> 1; value >= 1; value >>= 1) {
      const bytes = fitting(change(value));
      if (bytes !== null) return [`${what} ${value} (${gigabytes(bytes)})`];
    }
    return [];
  };
  const ways: string[] = [];
  if ('batchSize' in method) ways.push(...highest('a batch of', method.batchSize, (batchSize) => ({ batchSize })));
  if (method.name === 'fs-merge' && /low-rank|attention/.test(method.kind))
    ways.push(...highest('rank', method.rank, (rank) => ({ rank })));
  if (method.name === 'fs-merge' && method.kind === 'full') {
    const bytes = fitting({ kind: 'diagonal+low-rank' });
    if (bytes !== null) ways.push(`the kind diagonal+low-rank (${gigabytes(bytes)})`);
  }
  if ('checkpointing' in method && !method.checkpointing) {
    const bytes = fitting({ checkpointing: true });
    if (bytes !== null) ways.push(`activations that are computed again (${gigabytes(bytes)})`);
  }
  return ways;
}

/** Whether something was thrown because there was no memory left, by the words of browsers, of WebAssembly and of GPUs. */
export const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error &&
  /out of memory|allocation failed|allocation of .* failed|cannot enlarge memory|maximum memory size|invalid (typed )?array (buffer )?length/i.test(
    error.message,
  );

/** Part of what was too much that may fit: how much there was nobody knows. */
const hopeful = 0.6;

/** For a run that ran out of memory: what it needed, and what would need clearly less. */
export function outOfMemory(method: MethodRecipe, costOf: CostOf, backend: string): StudioError {
  const needed = neededBytes(costOf(method).memory);
  const ways = lessMemory(method, costOf, hopeful * needed);
  if (backend.startsWith('WebGPU')) ways.push('the WASM backend');
  return new StudioError({
    kind: 'backend',
    message: `${backend} ran out of memory; this merge needs about ${gigabytes(needed)}.`,
    advice: `Close other tabs, or choose ${listed(ways) || 'another backend'}.`,
    subject: 'memory',
  });
}

export const listed = (ways: readonly string[]): string =>
  ways.length < 2 ? (ways[0] ?? '') : `${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}`;

export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(3)} GB`;
