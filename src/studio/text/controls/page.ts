/** Controls that are there from the first second: the bar, the cards' heads, the tabs, the first page. */
import { named } from './control.ts';

export const barControls = named({
  backend: { label: 'Backend', hint: 'Where the mathematics runs, and why' },
  undo: { label: 'Undo', hint: 'Takes back the last edit of the recipe', keys: ['Ctrl Z'] },
  redo: { label: 'Redo', hint: 'Does again what was taken back', keys: ['Ctrl Shift Z', 'Ctrl Y'] },
  open: { label: 'Open', hint: 'Open a saved session' },
  openFiles: { label: 'A saved session, checkpoints or images' },
  save: { label: 'Save', hint: 'Save recipe, runs and charts as one file' },
  share: { label: 'Share', hint: 'Copy a link to this recipe' },
  demos: { label: 'Demos' },
  theme: { label: 'Theme' },
  help: { label: 'Help and keys', keys: ['?'] },
  dismiss: { label: 'Dismiss' },
});

export const backendOf = (label: string): string => `Backend: ${label}`;
/** What would be undone is said; undefined: nothing. */
export const undoOf = (what: string | undefined): string => (what === undefined ? 'Nothing to undo' : `Undo: ${what}`);
export const redoOf = (what: string | undefined): string => (what === undefined ? 'Nothing to redo' : `Redo: ${what}`);
/** A name that can be edited in place. */
export const clickToChange = (label: string): string => `${label}: click to change`;

export const cardControls = named({
  sources: { label: 'Sources', hint: 'Folds or unfolds the card', keys: ['1'] },
  images: { label: 'Images', hint: 'Folds or unfolds the card', keys: ['2'] },
  method: { label: 'Method', hint: 'Folds or unfolds the card', keys: ['3'] },
  run: { label: 'Run', hint: 'Folds or unfolds the card', keys: ['4'] },
});

export const tabControls = named({
  results: { label: 'Results' },
  training: { label: 'Training', hint: 'Loss, accuracy and learning rate of all runs', keys: ['t'] },
  matrices: { label: 'Matrices', hint: 'What M and U learned to select', keys: ['m'] },
  compare: { label: 'Compare', hint: 'Sources, methods and runs side by side', keys: ['c'] },
  export: { label: 'Export', hint: 'The merged network as files', keys: ['x'] },
});

/** Card 4. */
export const runControls = named({
  start: { label: 'Start', hint: 'Starts, pauses or resumes the run', keys: [' '] },
  pause: { label: 'Pause' },
  resume: { label: 'Resume' },
  step: { label: 'Step', hint: 'One training step, then pause', keys: ['s'] },
  stop: { label: 'Stop', hint: 'End now and keep what is learned' },
  goOn: { label: 'Go on training', hint: 'From the last step that was kept' },
  measure: { label: 'measure a step', hint: 'Takes a few steps to tell how long the training will be' },
});

/** The picture of the SuperNet. */
export const pictureControls = named({
  fold: { label: 'Fold', hint: 'Folds the SuperNet, pauses, unfolds', keys: ['f'] },
  unfold: { label: 'Unfold', hint: 'Plays the fold backwards' },
  pauseFold: { label: 'Pause the fold', hint: 'Lets it stand where it is' },
  scrub: { label: 'How far it is folded' },
  speed: { label: 'Speed', hint: 'Speed of the fold' },
  hide: { label: 'Hide the picture' },
  show: { label: 'Show the picture' },
  groupBlocks: { label: 'Group blocks', hint: 'Blocks side by side as one group again' },
});

/** The first page, and notes above the stage. */
export const welcomeControls = named({
  files: { label: 'Your own checkpoint and image files' },
  chooseFiles: { label: 'choose files' },
  folder: { label: 'Your own folder of checkpoints or images' },
  chooseFolder: { label: 'a folder' },
  trainOwn: { label: 'train two small networks' },
  lessons: { label: 'Lessons' },
  loadUpdate: { label: 'Load it', hint: 'Loads the new version of the studio' },
  saveUnkept: { label: 'Save the session', hint: 'Save recipe, runs and charts as one file' },
  startRun: { label: 'Start the run' },
  takeRecipe: { label: 'Put its recipe in the cards' },
});

export const goOnWith = (names: string): string => `Go on with ${names}`;
export const forgetSession = (names: string): string => `Forget the session ${names}`;
export const earlierSessions = (count: number): string =>
  count === 1 ? 'One session before it' : `${count} sessions before it`;
/** `moment`: when it was kept; `runs`: how many. */
export const keptLine = (moment: string, runs: string): string =>
  `${moment} · ${runs} · kept in this browser, without the files`;
export const problemsIn = (problems: string, card: string): string => `${problems} in ${card}`;

/** Files that a recipe names and that are not here. */
export const fetchFiles = (files: string): string => `Fetch ${files}`;
export const neededControls = named({
  instead: { label: 'or use instead' },
  takeNamesake: { label: 'Use it all the same', hint: 'Takes this file though its contents differ' },
});
