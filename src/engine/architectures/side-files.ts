/**
 * Files that lie beside weights and tell what weights cannot: config.json, preprocessor_config.json, lists of labels.
 * What they say of the weights themselves is checked, not believed.
 */
import { StudioError } from '../errors.ts';
import { fileError } from '../tensors/file-error.ts';
import type { Facts, SideFileName } from './facts.ts';
import type { Architecture } from './model.ts';
import { huggingFaceConfig, openClipConfig, timmConfig } from './side-files/config.ts';
import { labelLines, labelList } from './side-files/labels.ts';
import { preprocessorConfig } from './side-files/preprocessor.ts';
import type { Claim, SideFacts } from './side-files/side-facts.ts';
import type { Source } from './source.ts';
import { overrideFacts } from './source.ts';

export type { SideFacts } from './side-files/side-facts.ts';

/**
 * What a file tells, by its content; null when it is none of these files. Throws `StudioError` when it is one and cannot be
 * understood, or is no JSON though its name says so.
 */
export function readSideFile(name: string, content: string | Uint8Array): SideFacts | null {
  if (!isSideFileName(name)) return null;
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  if (name.endsWith('.txt')) return onlyLabels(name, labelLines(text));
  return readJson(name, parseJson(name, text));
}

const isSideFileName = (name: string): name is SideFileName => /\.(json|txt)$/.test(name);

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fileError(file, `${file} is damaged: it is no JSON.`, undefined, cause);
  }
}

function readJson(file: SideFileName, json: unknown): SideFacts | null {
  const has = (...keys: string[]) => typeof json === 'object' && json !== null && keys.some((key) => key in json);
  if (has('model_cfg')) return openClipConfig(file, json);
  if (has('pretrained_cfg', 'num_features') || (has('architecture') && has('num_classes')))
    return timmConfig(file, json);
  if (has('image_mean', 'do_normalize', 'do_rescale', 'image_processor_type')) return preprocessorConfig(file, json);
  if (has('hidden_size', 'vision_config', 'id2label')) return huggingFaceConfig(file, json);
  return onlyLabels(file, labelList(json));
}

const onlyLabels = (file: SideFileName, labels: string[] | null): SideFacts | null =>
  labels && {
    file,
    facts: {},
    labels,
    resize: null,
    claims: [{ name: 'the number of labels', value: labels.length, of: 'classes' }],
  };

/**
 * The same source with what the file tells; facts that a person set stay. Throws `StudioError` when the file contradicts the
 * weights.
 */
export function applySideFile(source: Source, side: SideFacts): Source {
  const { architecture, facts: before } = source.match;
  for (const claim of side.claims) checkClaim(source, side.file, claim);
  const free = <T>(key: keyof Facts, value: T): T | undefined => (before[key]?.origin === 'person' ? undefined : value);
  const channels = architecture.kind === 'vit' ? architecture.channels : 1;
  const forAll = (values: number[] | undefined) =>
    values?.length === 1 ? new Array<number>(channels).fill(values[0] ?? 0) : values;
  const { heads, epsilon, activation, mean, std } = side.facts;
  const overrides = {
    heads: free('heads', heads),
    epsilon: free('epsilon', epsilon),
    activation: free('activation', activation),
    mean: free('mean', forAll(mean)),
    std: free('std', forAll(std)),
  };
  const { match, checkpoint } = overrideFacts(source, overrides, side.file);
  const facts = { ...match.facts };
  if (side.labels && givesClasses(architecture)) facts.labels = { value: side.labels, origin: side.file };
  if (side.resize) facts.resize = { value: side.resize, origin: side.file };
  return { checkpoint, match: { ...match, facts } };
}

function checkClaim({ checkpoint, match }: Source, file: string, { name, value, of }: Claim): void {
  const actual = measured(match.architecture, of);
  if (actual === null || actual === value) return;
  throw new StudioError({
    kind: 'checkpoint',
    message: `By ${file}, ${name} is ${value}, but the weights in ${checkpoint.file} have ${inWords[of](actual)}.`,
    advice: `Add the ${file} that belongs to these weights.`,
    subject: file,
  });
}

const inWords: Record<Claim['of'], (value: number) => string> = {
  width: (value) => `a width of ${value}`,
  blocks: (value) => `${value} blocks`,
  hidden: (value) => `MLPs of width ${value}`,
  image: (value) => `positions for images of ${value} pixels`,
  patch: (value) => `patches of ${value} pixels`,
  channels: (value) => `${value} channels`,
  classes: (value) => `${value} classes`,
  embedding: (value) => `an embedding of ${value} numbers`,
};

/** What the weights say; null where they have no say. */
function measured(architecture: Architecture, of: Claim['of']): number | null {
  switch (of) {
    case 'classes':
      return givesClasses(architecture) ? architecture.classes : null;
    case 'embedding':
      return givesClasses(architecture) ? null : architecture.classes;
    default:
      return architecture.kind === 'vit' ? architecture[of] : null;
  }
}

const givesClasses = (architecture: Architecture): boolean =>
  architecture.kind === 'mlp' || architecture.output === 'classes';
