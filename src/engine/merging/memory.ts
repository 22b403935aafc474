/** Whether a merge fits into a backend's memory, told before it runs. */
import type { MemoryLimits } from '../backends/backends.ts';
import { StudioError } from '../errors.ts';
import { gigabytes, listed, neededBytes } from './less-memory.ts';
import type { MemoryCost } from './method.ts';

/** What is too much, in a sentence with numbers; null when it fits as far as anybody can tell. */
export function memoryProblem(
  memory: MemoryCost,
  { total, largest }: MemoryLimits,
  backend: string,
  /** What would need at most so many bytes. */
  less: (most: number) => string[] = () => [],
): StudioError | null {
  const needed = neededBytes(memory);
  if (total !== null && needed > total) {
    return tooLarge(
      `This merge needs about ${gigabytes(needed)} of memory; ${backend} has ${gigabytes(total)} at most.`,
      less(total),
    );
  }
  if (largest !== null && memory.largest > largest) {
    return tooLarge(
      `This merge needs a tensor of ${gigabytes(memory.largest)}; ${backend} allows ${gigabytes(largest)} for one.`,
    );
  }
  return null;
}

const tooLarge = (message: string, ways: readonly string[] = []) =>
  new StudioError({
    kind: 'recipe',
    message,
    advice:
      ways.length > 0
        ? `Choose ${listed(ways)}, sequential order, or another backend.`
        : 'Choose a smaller batch, a kind with fewer learnable numbers, activations that are computed again, sequential order, or another backend.',
    subject: 'memory',
  });
