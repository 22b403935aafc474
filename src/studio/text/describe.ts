/** Sources, images and methods in words. */
import type {
  Activation,
  Initialisation,
  MatrixKind,
  MethodName,
  MethodRecipe,
  Objective,
  Order,
  Padding,
  Schedule,
  Scope,
} from '../../engine/recipe.ts';
import type { BackendName, FactOrigin, ImagesInfo, Resize, RunState, SourceInfo } from '../../worker/protocol.ts';
import { bytes, count, plural } from './numbers.ts';

const architectures: Record<SourceInfo['architecture'], string> = { vit: 'ViT', mlp: 'MLP' };

/** "ViT · 4 blocks · width 64 · patch 7 · 28 px · 10 classes". */
export function describeSource(info: SourceInfo): string {
  const { architecture, depth, width, patch, input, hidden, classes, output } = info;
  const shape =
    architecture === 'vit'
      ? [plural(depth, 'block'), `width ${width}`, `patch ${patch}`, `${input[0]} px`]
      : [`${count(input[0] ?? 0)} inputs`, `hidden ${hidden.join(' + ')}`];
  const gives = output === 'embedding' ? `embedding of ${count(classes)}` : plural(classes, 'class', 'classes');
  return [architectures[architecture], ...shape, gives].join(' · ');
}

/** "safetensors · timm names below module. · F32 · 561 kB". */
export function describeContainer({ container, scheme, prefix, elementType, bytes: size }: SourceInfo): string {
  const names = prefix === '' ? `${scheme} names` : `${scheme} names below ${prefix}`;
  return [container, names, elementType, bytes(size)].join(' · ');
}

/** "shorter edge 256, centre 224, bicubic". Lengths in pixels. */
export function describeResize({ size, crop, filter }: Resize): string {
  return [`shorter edge ${size}`, crop !== null && `centre ${crop}`, filter].filter(Boolean).join(', ');
}

/** "T-shirt, Trouser, Pullover, …". */
export const firstNames = (names: readonly string[], most: number): string =>
  names.length > most ? `${names.slice(0, most).join(', ')}, …` : names.join(', ');

/** "28×28×1": height, width, channels. */
export const shapeText = (shape: readonly number[]): string => shape.join('×');

/** "2 ViTs · 4 × 64", blocks and width, for a folded card; "2 ViTs · unequal" where they differ. */
export function describeSources(infos: readonly SourceInfo[]): string {
  const [first] = infos;
  if (!first) return 'none yet';
  const kinds = new Set(infos.map((info) => info.architecture));
  if (kinds.size > 1) return `${infos.length} models`;
  const shapeOf = ({ architecture, depth, width, hidden }: SourceInfo) =>
    architecture === 'vit' ? `${depth} × ${width}` : hidden.join(' + ');
  const shapes = new Set(infos.map(shapeOf));
  return `${plural(infos.length, architectures[first.architecture])} · ${shapes.size > 1 ? 'unequal' : shapeOf(first)}`;
}

/** "28 × 28, grey · 10 labels · 499 kB". */
export function describeImages({ shape: [height, width, channels], labels, bytes: size }: ImagesInfo): string {
  const colours = channels === 1 ? 'grey' : channels === 3 ? 'RGB' : `${channels} channels`;
  return `${width} × ${height}, ${colours} · ${plural(labels.length, 'label')} · ${bytes(size)}`;
}

export const methodNames: Record<MethodName, string> = {
  'fs-merge': 'FS-Merge',
  distillation: 'Distillation',
  average: 'Average',
  slerp: 'SLERP',
  'task-arithmetic': 'Task arithmetic',
  ties: 'TIES',
  dare: 'DARE',
  regmean: 'RegMean',
  'git-re-basin': 'Git Re-Basin',
  'activation-matching': 'Activation matching',
  zipit: 'ZipIt!',
  'ot-fusion': 'OT fusion',
  ensemble: 'Ensemble',
};

/** The methods in the groups that a person chooses from. */
export const methodGroups: { label: string; methods: MethodName[] }[] = [
  { label: 'Trained', methods: ['fs-merge', 'distillation'] },
  { label: 'Weights alone', methods: ['average', 'slerp', 'git-re-basin'] },
  { label: 'From features', methods: ['regmean', 'activation-matching', 'zipit', 'ot-fusion'] },
  { label: 'With a common base', methods: ['task-arithmetic', 'ties', 'dare'] },
  { label: 'To measure against', methods: ['ensemble'] },
];

export const methodLines: Record<MethodName, string> = {
  'fs-merge':
    'Trains matrices M and U between the sources until one network has the features of all, then folds them in.',
  distillation: 'One plain network of the first source’s size learns the features of all: every weight is trained.',
  average: 'The mean of every weight. Takes no training; sources with different initialisations rarely survive it.',
  slerp: 'Between two sources along the arc instead of the line, tensor by tensor.',
  'task-arithmetic': 'Adds what each source learned since the common base (Ilharco et al.).',
  ties: 'Task vectors trimmed to their largest entries, one sign elected for each (Yadav et al.).',
  dare: 'Task vectors thinned out at random and scaled up again (Yu et al.).',
  regmean: 'Keeps each layer’s outputs on every source’s own inputs as well as one layer can (Jin et al.).',
  'git-re-basin': 'Permutes units until the weights of the sources match, then averages (Ainsworth et al.).',
  'activation-matching': 'Permutes units until their activations correlate, then averages (Li et al.).',
  zipit: 'Pairs the most correlated features, across and within sources (Stoica et al.).',
  'ot-fusion': 'Aligns units softly by optimal transport, then averages (Singh and Jaggi).',
  ensemble: 'All sources side by side: what a merge is measured against, at the cost of every network.',
};

export const kindNames: Record<MatrixKind, string> = {
  full: 'full',
  diagonal: 'diagonal',
  'low-rank': 'low-rank',
  'diagonal+low-rank': 'diagonal + low-rank',
  'attention-heads': 'attention heads',
};

export const kindLines: Record<MatrixKind, string> = {
  full: 'Every entry of M and U is learned: the most freedom, the most numbers.',
  diagonal: 'One number for each feature of each source: features are weighed, not mixed.',
  'low-rank': 'Each matrix is a product of two thin ones.',
  'diagonal+low-rank': 'A diagonal that weighs features and a thin product that mixes them.',
  'attention-heads':
    'Query, key, value and what attention mixes are merged head by head; elsewhere diagonal + low-rank.',
};

export const scheduleLines: Record<Schedule, string> = {
  'one-cycle': 'Rises for 30 % of the steps, then falls, in straight lines.',
  cosine: 'Rises during the warm-up, then falls along half a cosine.',
  constant: 'Stays where it is.',
};

export const initialisationLines: Record<Initialisation, string> = {
  first: 'Starts as the first source, exactly.',
  average: 'Starts as the plain average of the weights, exactly.',
  random: 'Starts as noise.',
  warm: 'Starts from a merge that is there already, and trains on.',
};

export const objectiveNames: Record<Objective, string> = { own: 'own task', all: 'all tasks', inner: 'inner features' };
export const objectiveLines: Record<Objective, string> = {
  own: 'An image is compared with the features of its own source only.',
  all: 'Every image is compared with the features of all sources.',
  inner: 'Also compares what chosen blocks put out before M, each divided by its size.',
};

export const orderLines: Record<Order, string> = {
  together: 'One SuperNet over all sources.',
  sequential: 'Sources 1 and 2 first, then the result with source 3, and so on: less memory, more steps.',
};

export const paddingLines: Record<Padding, string> = {
  end: 'A shallower source gets identity layers after its last one.',
  spread: 'A shallower source gets identity layers between its own, evenly.',
};

export const scopeLines: Record<Scope, string> = {
  global: 'All layers are trained together on the last features.',
  local: 'Each hidden layer is trained alone on the features of that layer.',
};

export const activationNames: Record<Activation, string> = {
  gelu: 'GELU',
  'gelu-tanh': 'GELU (tanh)',
  'quick-gelu': 'quick GELU',
  relu: 'ReLU',
  tanh: 'tanh',
  identity: 'none',
};

const originNames: Partial<Record<FactOrigin, string>> = {
  file: 'from the file',
  scheme: 'usual',
  guess: 'a guess',
  person: 'set by you',
};

/** Where a fact comes from, in words. */
export const originName = (origin: FactOrigin): string => originNames[origin] ?? `from ${origin}`;

export const stateNames: Record<RunState, string> = {
  preparing: 'preparing',
  running: 'running',
  paused: 'paused',
  stopped: 'stopped early',
  done: 'done',
  failed: 'failed',
};

export const backendNames: Record<BackendName, string> = { webgpu: 'WebGPU', wasm: 'WebAssembly', cpu: 'CPU' };

/** "full · from first": FS-Merge goes without saying. */
export function describeMethod(method: MethodRecipe): string {
  if (method.name === 'distillation') return `Distillation · from ${method.initialisation}`;
  if (method.name !== 'fs-merge') return methodNames[method.name];
  return `${kindNames[method.kind]} · from ${method.initialisation}`;
}
