/** M and U on their way through training: a bounded number of snapshots, evenly over the steps taken so far. */
import type { MatrixReader } from './matrices.ts';

/** At most so many, and so many bytes of learnable numbers. */
export const snapshotLimits = { count: 64, bytes: 96 * 2 ** 20 };

export class Snapshots {
  private kept: MatrixReader[] = [];
  /** Steps from one snapshot to the next; doubles whenever there are too many. */
  private stride = 1;

  constructor(private readonly limits = snapshotLimits) {}

  /** Steps of the snapshots, in order; the first is the start. Empty where a single one is too large to be kept. */
  get steps(): number[] {
    return this.kept.map((snapshot) => snapshot.step());
  }

  /** The snapshot after so many steps. */
  at(step: number): MatrixReader | null {
    return this.kept.find((snapshot) => snapshot.step() === step) ?? null;
  }

  /** Looks at the values after a step and keeps them when it is their turn. The first call is the start. */
  async see(reader: MatrixReader): Promise<void> {
    const room = Math.min(this.limits.count, Math.floor(this.limits.bytes / reader.bytes));
    const [step, last] = [reader.step(), this.kept.at(-1)?.step() ?? Number.NEGATIVE_INFINITY];
    if (room === 0 || step <= last || !this.isDue(step)) return;
    this.kept.push(await reader.snapshot());
    while (this.kept.length > room) {
      this.stride *= 2;
      this.kept = this.kept.filter((snapshot) => this.isDue(snapshot.step()));
    }
  }

  /** Forgets all: another SuperNet is trained from here on. */
  clear(): void {
    this.kept = [];
    this.stride = 1;
  }

  private isDue(step: number): boolean {
    return (step - (this.kept[0]?.step() ?? step)) % this.stride === 0;
  }
}
