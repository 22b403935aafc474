/** Controls in the cards Sources, Images and Method. */
import { named } from './control.ts';

export const sourceControls = named({
  files: { label: 'Checkpoint and image files' },
  chooseFiles: { label: 'Choose files' },
  folder: { label: 'A folder of checkpoints or images' },
  chooseFolder: { label: 'Choose a folder' },
  trainOwn: { label: 'Train two of your own' },
  taskName: { label: 'Task name' },
  classesFrom: { label: 'Classes from' },
  unequalDepth: { label: 'Unequal depth' },
  resize: { label: 'resize to the first source’s' },
  pixels: { label: 'Pixels' },
  mean: { label: 'Mean' },
  deviation: { label: 'Deviation' },
  heads: { label: 'Attention heads' },
  epsilon: { label: 'LayerNorm ε' },
  activation: { label: 'Activation' },
});
export const colourOf = (name: string): string => `Colour of ${name}`;
export const moveUp = (name: string): string => `Move ${name} up`;
export const moveDown = (name: string): string => `Move ${name} down`;
export const unusedSources = (count: number): string => `Loaded and not used: ${count}`;
export const remove = (name: string): string => `Remove ${name}`;
export const downloadOf = (name: string): string => `Download ${name}`;

export const imageControls = named({
  files: { label: 'Image files' },
  chooseFiles: { label: 'Add images' },
  folder: { label: 'A folder of images' },
  chooseFolder: { label: 'Add a folder' },
  labels: { label: 'Labels' },
  matchByName: { label: 'match by name', hint: 'Takes the labels that are called like the classes' },
  trainOn: { label: 'Train on' },
  augmented: { label: 'Augmented', hint: 'Changed copies of the training images, on top of them.' },
  validation: { label: 'Validation', hint: 'Training images held out to measure the loss on.' },
});
/** What labels are written like. */
export const labelsLike = '0–4, 7';
export const imagesOf = (source: string): string => `Images of ${source}`;
export const trainingImagesOf = (source: string): string => `Training images of ${source}`;

export const methodControls = named({
  method: { label: 'Method' },
  seed: {
    label: 'Seed',
    hint: 'Draws the training images and the order of the batches; the same seed gives the same run.',
  },
  start: { label: 'How M and U start' },
  startFrom: { label: 'Start from', hint: 'A saved SuperNet can be dropped on the page; the Export tab saves one.' },
  kind: { label: 'Matrices' },
  rank: { label: 'Rank', hint: 'Width of the thin matrices; a hidden layer of another width scales it.' },
  rankSlider: { label: 'Rank slider' },
  mergedWidth: { label: 'Merged width' },
  mergedHeads: { label: 'Merged heads' },
  mergedHidden: { label: 'Merged hidden width' },
  order: { label: 'Order' },
  scope: { label: 'Scope' },
  objective: { label: 'Objective' },
  addSite: { label: 'Add a block' },
  base: { label: 'Base', hint: 'The checkpoint that all sources were fine-tuned from; it is no source itself.' },
  distilledStart: { label: 'Start' },
  layer: { label: 'Layer' },
  check: { label: 'Check', hint: 'Folds to known targets at this layer, and says how near it comes' },
});
export const mergedWidthOf = (layer: number): string => `Merged width of layer ${layer}`;
export const siteBlock = (site: number): string => `Block of inner feature ${site}`;
export const sitePart = (site: number): string => `Part of inner feature ${site}`;
export const siteWeight = (site: number): string => `Weight of inner feature ${site}`;
export const removeSite = (site: number): string => `Remove inner feature ${site}`;

/** Numbers of a training. */
export const trainingControls = named({
  epochs: { label: 'Epochs', hint: 'How often every training image is seen; 0 folds the start as it is.' },
  batchSize: { label: 'Batch', hint: 'Images in one step, from all tasks.' },
  learningRate: { label: 'Learning rate', hint: 'The highest of the schedule.' },
  weightDecay: { label: 'Weight decay', hint: 'How strongly AdamW pulls numbers to 0.' },
  evaluateEvery: {
    label: 'Measure every',
    hint: 'Steps between two measurements of accuracy and validation loss; 0: only at the end.',
  },
  patience: {
    label: 'Patience',
    hint: 'Stops after so many measurements without a lower validation loss and keeps the best; empty: never.',
  },
  schedule: { label: 'Schedule' },
  warmUp: { label: 'Warm-up', hint: 'Share of the steps in which the rate rises, from 0 to below 1.' },
  clipNorm: {
    label: 'Clip gradients',
    hint: 'Larger norms of all gradients together are scaled down to this; empty: never.',
  },
  norms: { label: 'LayerNorms' },
  diagonalLearningRate: {
    label: 'Diagonal rate',
    hint: 'A learning rate of their own for the diagonals; empty: the same as the rest.',
  },
  activations: { label: 'Activations' },
});

/** What stands in a number's field while it is empty. */
export const never = 'never';

/** Numbers of the methods that FS-Merge is compared with. */
export const baselineControls = named({
  t: { label: 'Place', hint: '0: source 1, 1: source 2.' },
  scale: { label: 'Scale', hint: 'Factor of the merged task vectors.' },
  density: { label: 'Density', hint: 'Share of the entries that are kept.' },
  drop: { label: 'Drop', hint: 'Share of the entries that are dropped, below 1.' },
  offDiagonal: { label: 'Off-diagonals', hint: 'Factor of the Gram matrices beside the diagonal, 0 to 1.' },
  sweeps: { label: 'Sweeps', hint: 'Rounds over all layers at most.' },
  regularisation: { label: 'Regularisation', hint: 'Entropy of the transport; smaller is nearer to a permutation.' },
});
