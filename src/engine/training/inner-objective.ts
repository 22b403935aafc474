/**
 * Objective `inner`: besides the last features, what chosen blocks' attention or MLP puts out before M is compared with what
 * the image's own source puts out there (docs/method.md "Objective"). The bodies' outputs are computed for each batch, since
 * keeping every token of every image would take more memory than the training itself.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../architectures/model.ts';
import type { TrainingSet } from '../datasets/training-set.ts';
import { features } from '../network/network.ts';
import type { Parameters } from '../network/parameters.ts';
import { linear } from '../ops/linear.ts';
import type { InnerSite } from '../recipe.ts';
import type { SuperNet } from '../supernet/supernet.ts';
import { overRows } from './targets.ts';

/** For each body with rows in the batch, which follow one another: the first row, how many, and each site's output. */
export type InnerTargets = { body: number; first: number; rows: number; outputs: tf.Tensor2D[] }[];

/** Mean |·| of each site's output, for each body: `[body][site]`. */
export type InnerScales = readonly (readonly number[])[];

export class InnerObjective {
  private constructor(
    private readonly supernet: SuperNet,
    private readonly data: TrainingSet,
    private readonly sites: readonly { layer: string; weight: number }[],
    private readonly bodyOfTask: readonly number[],
    readonly scales: InnerScales,
  ) {}

  /** Measures the scales, unless they are given: one pass of every body over its images. */
  static async prepare(
    supernet: SuperNet,
    data: TrainingSet,
    inner: readonly InnerSite[],
    bodyOfTask: readonly number[],
    given: InnerScales | null = null,
  ): Promise<InnerObjective> {
    const sites = inner.map(({ block, part, weight }) => ({ layer: layerOf(block, part), weight }));
    if (given) return new InnerObjective(supernet, data, sites, bodyOfTask, given);
    const objective = new InnerObjective(supernet, data, sites, bodyOfTask, []);
    const scales: number[][] = [];
    for (const body of supernet.bodies.keys()) scales.push(await objective.measureScales(body));
    return new InnerObjective(supernet, data, sites, bodyOfTask, scales);
  }

  /** Rows by body, in their order otherwise: each body's follow one another. */
  sorted(rows: ArrayLike<number>): number[] {
    return Array.from(rows).sort((a, b) => this.bodyOf(a) - this.bodyOf(b));
  }

  /** What the bodies put out for the rows of a batch that `sorted` gave. */
  targets(rows: readonly number[]): InnerTargets {
    const targets: InnerTargets = [];
    for (let first = 0; first < rows.length; ) {
      const body = this.bodyOf(rows[first] ?? 0);
      const own = rows.filter((row) => this.bodyOf(row) === body);
      targets.push({ body, first, rows: own.length, outputs: tf.tidy(() => this.outputs(body, own)) });
      first += own.length;
    }
    return targets;
  }

  /** `weight · mean((guess − output)²) / scale` over each image's tokens and features, mean over the batch; one for each site and body. */
  losses(
    learnable: Parameters,
    seen: ReadonlyMap<string, tf.Tensor2D>,
    targets: InnerTargets,
    batch: number,
  ): tf.Scalar[] {
    return this.sites.flatMap(({ layer, weight }, site) => {
      const merged = seen.get(layer); // [batch · tokens, merged]
      if (!merged) throw new RangeError(`the merged network has no ${layer}`);
      const tokens = merged.shape[0] / batch;
      return targets.map(({ body, first, rows, outputs }) => {
        const own = tf.slice(merged, [first * tokens, 0], [rows * tokens, merged.shape[1]]);
        const guess = linear(own, ...this.supernet.halfFolded(learnable, layer, body));
        const error = tf.mean(tf.square(tf.sub(guess, outputs[site] as tf.Tensor2D)));
        const factor = (weight * rows) / batch / (this.scales[body]?.[site] ?? 1);
        return tf.mul(error, factor) as tf.Scalar;
      });
    });
  }

  private async measureScales(body: number): Promise<number[]> {
    const sums = this.sites.map(() => 0);
    let images = 0;
    for (const task of this.bodyOfTask.keys()) {
      if (this.bodyOfTask[task] !== body) continue;
      const [from = 0, to = 0] = this.data.starts.slice(task, task + 2);
      const means = await overRows(from, to, this.sites.length, (rows) => this.meanSizes(body, rows));
      for (const [index, mean] of means.entries()) sums[index % this.sites.length]! += mean;
      images += to - from;
    }
    return sums.map((sum) => sum / Math.max(1, images) || 1);
  }

  /** Mean |·| of each image at each site, `[images, sites]`. */
  private meanSizes(body: number, rows: number[]): tf.Tensor2D {
    const means = this.outputs(body, rows).map((output) => tf.mean(tf.reshape(tf.abs(output), [rows.length, -1]), 1));
    return tf.stack(means, 1) as tf.Tensor2D;
  }

  /** Each site's output, `[rows · tokens, width]`. */
  private outputs(body: number, rows: readonly number[]): tf.Tensor2D[] {
    const { architecture } = this.supernet.bodies[body] as Model;
    const found = new Map<string, tf.Tensor2D>();
    features(
      architecture,
      this.supernet.sources[body] as Parameters,
      this.data.inputs(architecture, rows),
      (layer, _, output) => found.set(layer, output),
    );
    return this.sites.map(({ layer }) => found.get(layer) as tf.Tensor2D);
  }

  private bodyOf(row: number): number {
    return this.bodyOfTask[this.data.tasks[row] ?? 0] ?? 0;
  }
}

const layerOf = (block: number, part: InnerSite['part']): string =>
  `blocks.${block - 1}.${part === 'attention' ? 'attention' : 'mlp'}.out`;
