/** Controls in dialogs and in the guide of a lesson. */
import { named } from './control.ts';

export const dialogControls = named({
  close: { label: 'Close' },
  link: { label: 'Link' },
  clearStorage: { label: 'Clear all of it', hint: 'Forgets what the studio keeps in this browser' },
});

export const lessonControls = named({
  doIt: { label: 'Do it for me', hint: 'Presses what this step asks for' },
  back: { label: 'Back', hint: 'The step before', keys: ['b'] },
  next: { label: 'Next', hint: 'The next step', keys: ['n'] },
  finish: { label: 'Finish', hint: 'Ends the lesson', keys: ['n'] },
  leave: { label: 'Leave the lesson', hint: 'Leaves it', keys: ['Escape'] },
});
export const nextLesson = (title: string): string => `Next lesson: ${title}`;

/** Train two of your own. */
export const ownControls = named({
  images: { label: 'Images' },
  seed: { label: 'Seed' },
  allClasses: { label: 'all' },
  noClasses: { label: 'none' },
  kind: { label: 'Networks' },
  size: { label: 'Size' },
  imageEdge: { label: 'Image edge', hint: 'Images of another size are resized to it, in pixels.' },
  hiddenLayers: { label: 'Hidden layers' },
  epochs: { label: 'Epochs', hint: 'How often every training image is seen.' },
  batchSize: { label: 'Batch', hint: 'Images in one step.' },
  learningRate: { label: 'Learning rate', hint: 'The highest of a one-cycle schedule.' },
  heldOut: {
    label: 'Held out, %',
    hint: 'Share of the training images that is not learned: accuracy is measured on it while training. 0: on the test images.',
  },
  train: { label: 'Train both' },
  trainAgain: { label: 'Train again' },
  cancel: { label: 'Cancel', hint: 'Ends the training and keeps nothing' },
  stop: { label: 'Stop and keep', hint: 'End now and keep what is learned' },
  goOn: { label: 'Go on to the merge' },
});
/** What a ViT of one's own has. */
export const vitControls = named({
  blocks: { label: 'Blocks' },
  width: { label: 'Width' },
  heads: { label: 'Heads' },
  hidden: { label: 'Hidden width' },
  patch: { label: 'Patch' },
});
/** `sources`: "2 sources". */
export const replaceSources = (sources: string, one: boolean): string =>
  `Replace the ${sources} that ${one ? 'is' : 'are'} there`;
export const networkName = (network: number): string => `Network ${network}`;
export const allClassesOf = (network: number): string => `Network ${network}: all classes`;
export const noClassesOf = (network: number): string => `Network ${network}: none of the classes`;
export const seedOf = (network: number): string => `Seed of network ${network}`;
export const classesOf = (network: number): string => `Classes of network ${network}`;
export const widthOf = (layer: number): string => `Width of layer ${layer}`;
export const downloadNetwork = (network: number, name: string): string => `Network ${network}: download ${name}`;
