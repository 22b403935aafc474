/** Controls in the tabs. */
import { named } from './control.ts';

export const stageControls = named({
  run: { label: 'Run', hint: 'The run that the tab shows' },
});

export const trainingTabControls = named({
  logScale: { label: 'log', hint: 'Logarithmic or linear loss', keys: ['l'] },
  linearScale: { label: 'linear', hint: 'Logarithmic or linear loss', keys: ['l'] },
  runName: { label: 'Run name' },
});
export const showRun = (name: string): string => `Show ${name}`;
export const hideInCharts = (name: string): string => `Hide ${name} in the charts`;
export const showInCharts = (name: string): string => `Show ${name} in the charts`;
export const removeRunNamed = (name: string): string => `Remove ${name}`;

export const matrixControls = named({
  compareWith: { label: 'Compare with' },
  andWith: { label: 'and with' },
  time: { label: 'Training time' },
  contrast: { label: 'Contrast' },
  zoomOut: { label: 'Zoom out' },
  zoomAll: { label: 'all', hint: 'All of the matrix' },
  zoomIn: { label: 'Zoom in' },
  sortBySource: {
    label: 'Sort by source',
    hint: 'Features of the merged network in the order of the source that each takes the most from',
  },
});

export const compareControls = named({
  baselines: { label: 'Run all baselines', hint: 'Every source alone, and every method that trains nothing' },
  sortColumn: { label: 'Sort', hint: 'Sort by this column' },
  saveReport: { label: 'Save report (HTML)' },
  model: { label: 'Model' },
  mistakes: { label: 'Show mistakes', hint: 'What this network takes for what, and images that it misreads' },
  measure: { label: 'Measure', hint: 'Calibration, similarity to the sources and accuracy on disturbed images' },
  grow: { label: 'Train', hint: 'As many steps each, and the same rates; goes on where it was stopped' },
  stopGrowing: { label: 'Stop', hint: 'Ends the run under way; those that are done stay' },
});
export const tableAs = (format: string): string => `The table as ${format}`;
export const trainNetworks = (networks: string): string => `Train ${networks}`;

export const exportControls = named({
  name: {
    label: 'File name',
    hint: 'Without an ending. The recipe is kept in the metadata where the format has any.',
  },
  format: { label: 'Format' },
  scheme: { label: 'Names', hint: 'Whose names the tensors have; the first is that of the first source.' },
  floatType: { label: 'Float type' },
  shards: { label: 'Shards' },
  download: { label: 'Download', hint: 'Writes the files, reads them back and measures them', keys: ['e'] },
  folder: { label: 'Write to a folder', hint: 'The same, into a folder of your choice' },
  copyCode: { label: 'Copy' },
  recipe: {
    label: 'Save the recipe',
    hint: 'Sources by name, images, method and seed as JSON: dropped with the same files, it gives the same network.',
  },
  superNet: {
    label: 'Save the SuperNet',
    hint: 'M, U and LayerNorms, not folded: drop the file here to look at it, fold it or train it further.',
  },
  report: {
    label: 'Save a report',
    hint: 'One HTML file with recipe, sources, accuracy, cost and charts. Compare has reports on several runs.',
  },
});
