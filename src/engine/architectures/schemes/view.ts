/** A checkpoint as a scheme sees it: without what wrappers put before the names, and without what belongs to other models. */
import { StudioError } from '../../errors.ts';
import type { Checkpoint } from '../../tensors/host-tensor.ts';
import type { FileRule } from '../naming.ts';
import { brackets } from '../naming.ts';

export interface View {
  checkpoint: Checkpoint;
  /** What stands before the names of the scheme: "module.", "opt/target/". */
  prefix: string;
  /** What the scheme itself puts before the body's names, and not before the head's: "vit."; empty when the file does not. */
  base: string;
}

/** Copies of a model in one file, best first: what a self-supervised training keeps beside what it trains. */
const copies = ['teacher', 'ema', 'model_ema', 'student'];

/**
 * Looks for a tensor that every model of a scheme has, `anchor`, behind any prefix. Null when there is none. Of several
 * models the teacher is taken, or the one with the shortest prefix.
 */
export function viewOf(checkpoint: Checkpoint, anchor: string, base = ''): View | null {
  const prefixes = [...checkpoint.tensors.keys()]
    .filter((name) => name === anchor || name.endsWith(`.${anchor}`) || name.endsWith(`/${anchor}`))
    .map((name) => name.slice(0, -anchor.length));
  const rank = (prefix: string) => {
    const copy = copies.findIndex((copy) => prefix.split(/[./]/).includes(copy));
    return copy === -1 ? copies.length : copy;
  };
  const [first] = prefixes.sort((a, b) => rank(a) - rank(b) || a.length - b.length);
  if (first === undefined) return null;
  const based = base !== '' && (first === base || first.endsWith(`.${base}`));
  return based ? { checkpoint, prefix: first.slice(0, -base.length), base } : { checkpoint, prefix: first, base: '' };
}

/** Shape of a tensor by its name in the scheme; undefined when the file has none. */
export const shapeIn = ({ checkpoint, prefix }: View, name: string): readonly number[] | undefined =>
  checkpoint.tensors.get(prefix + name)?.shape;

export const has = (view: View, name: string): boolean => shapeIn(view, name) !== undefined;

/** Shape of a tensor with `rank` axes, none of length 0. Throws `StudioError` when there is none. */
export function expectShape(view: View, scheme: string, name: string, rank: number): readonly number[] {
  const shape = shapeIn(view, name);
  if (shape?.length === rank && shape.every((axis) => axis > 0)) return shape;
  const { file } = view.checkpoint;
  throw new StudioError({
    kind: 'checkpoint',
    message: shape
      ? `"${view.prefix}${name}" in ${file} has shape ${brackets(shape)}; a ${scheme} model has ${rank} axes there, none of length 0.`
      : `${file} looks like a ${scheme} model, but it has no tensor "${view.prefix}${name}".`,
    advice: 'Save the whole model again.',
    subject: view.prefix + name,
  });
}

/** The table of a scheme as the file has it, behind the prefix. */
export function prefixed(rules: readonly FileRule[], prefix: string): FileRule[] {
  if (prefix === '') return [...rules];
  return rules.map((rule) => {
    if ('implied' in rule) return rule;
    if ('files' in rule) return { ...rule, files: rule.files.map((file) => prefix + file) };
    return { ...rule, file: prefix + rule.file, ...(rule.scale && { scale: prefix + rule.scale }) };
  });
}

/** Models beside the one that is read, without wrappers: the text model of a CLIP, the head of a self-supervised training, an optimiser. */
const otherModels = [
  /^(text_model|text)\./,
  /^(token_embedding\.weight|positional_embedding|text_projection(\.weight)?|logit_scale|logit_bias|attn_mask)$/,
  /^(transformer|ln_final)\./,
  /^(input_resolution|context_length|vocab_size)$/,
  /^(opt\/)?(state|step|opt)(\/|$)/,
  /(^|\.)(dino_head|ibot_head|head\.(mlp|last_layer))\./,
];

/**
 * The tensors of the file that the table does not name. What `ignorable` names, by its name in the scheme, does not change the
 * function; nor do other models beside this one. Throws `StudioError` for anything else: it may change the function, so it is
 * better refused than dropped.
 */
export function leftOver(view: View, scheme: string, rules: readonly FileRule[], ignorable: RegExp): string[] {
  const { checkpoint, prefix, base } = view;
  const used = new Set(rules.flatMap(filesOf));
  const rest = [...checkpoint.tensors.keys()].filter((name) => !used.has(name));
  const unknown = rest.filter((name) => {
    const inside = name.startsWith(prefix);
    const own = inside ? name.slice(prefix.length) : name;
    if (inside && ignorable.test(own)) return false;
    return name.startsWith(prefix + base) || !isOther(name, own, prefix);
  });
  const [first] = unknown;
  if (first === undefined) return rest;
  throw new StudioError({
    kind: 'checkpoint',
    message: `${checkpoint.file} is a ${scheme} model with ${unknown.length === 1 ? 'a tensor' : `${unknown.length} tensors`} that the studio does not know, such as "${first}"; leaving it out would change what the model computes.`,
    advice: 'Use a model of the usual layout, or remove the tensor if the model works without it.',
    subject: first,
  });
}

const filesOf = (rule: FileRule): readonly string[] => {
  if ('implied' in rule) return [];
  if ('files' in rule) return rule.files;
  return rule.scale ? [rule.file, rule.scale] : [rule.file];
};

/** Whether a tensor belongs to another model than the one behind `prefix`. */
function isOther(name: string, own: string, prefix: string): boolean {
  const unwrapped = own.replace(/^((module|_orig_mod|model|image_encoder)\.)+/, '');
  if (otherModels.some((pattern) => pattern.test(unwrapped))) return true;
  const [copy] = name.split(/[./]/);
  return copy !== undefined && copies.includes(copy) && !prefix.startsWith(copy);
}

const wrappers = /^(module|_orig_mod|backbone|encoder|teacher|student|model|net|ema|state_dict)\./;

/** What wrappers put before all of these names: "module.", "model._orig_mod."; empty when they do not share it. */
export function wrapperOf(names: readonly string[]): string {
  let prefix = '';
  for (;;) {
    const [next] = wrappers.exec(names[0]?.slice(prefix.length) ?? '') ?? [];
    if (next === undefined || !names.every((name) => name.startsWith(next, prefix.length))) return prefix;
    prefix += next;
  }
}
