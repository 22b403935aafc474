/** The networks that steps are timed on. */
import type { VisionTransformer } from '../../src/engine/architectures/model.ts';
import { plainVit } from '../../src/engine/architectures/model.ts';

export interface Shape {
  network: VisionTransformer;
  /** Images of a step, of all tasks together. */
  batch: number;
}

const common = { ...plainVit, kind: 'vit', epsilon: 1e-6, activation: 'gelu', classes: 10 } as const;

/** The size of the demo's ViTs. */
export const tiny: Shape = {
  network: { ...common, image: 28, channels: 1, patch: 7, width: 64, blocks: 4, heads: 4, hidden: 128 },
  batch: 64,
};

/** Three blocks of ViT-Ti/16. */
export const ti: Shape = {
  network: { ...common, image: 224, channels: 3, patch: 16, width: 192, blocks: 3, heads: 3, hidden: 768 },
  batch: 8,
};

/** The first blocks of ViT-B/16. */
export const vitB = (blocks: number): Shape => ({
  network: { ...common, image: 224, channels: 3, patch: 16, width: 768, blocks, heads: 12, hidden: 3072 },
  batch: 2,
});

/** "width 64, 4 blocks, hidden 128, 17 tokens, batch 64" */
export function describeShape({ network: { image, patch, width, blocks, hidden }, batch }: Shape): string {
  const tokens = (image / patch) ** 2 + 1;
  return `width ${width}, ${blocks} blocks, hidden ${hidden}, ${tokens} tokens, batch ${batch}`;
}
