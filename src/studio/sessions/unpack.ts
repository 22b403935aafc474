/** What a kept session brings back. */
import type { Recipe } from '../../engine/recipe.ts';
import type { SavedRun, Session, SessionFile } from '../../worker/protocol.ts';
import type { Draft } from '../recipe/draft.ts';
import { defaultBaselines, defaultFsMerge, fromRecipe, settingKey } from '../recipe/draft.ts';
import { methodWithNames, withFileNames } from '../recipe/files-of.ts';
import type { Refusals, SourceScores } from '../runs/compare.ts';
import type { Run } from '../runs/run.ts';
import { newRun } from '../runs/run.ts';
import { unpackCurve } from './curve.ts';

export interface Unpacked {
  draft: Draft;
  files: SessionFile[];
  /** Without those that are there already. */
  runs: Run[];
  selected: string | null;
  sourceScores: SourceScores;
  refused: Refusals;
}

export interface There {
  runs: readonly Run[];
  /** Fingerprints of what is loaded, by name; undefined where there is none. */
  loaded: ReadonlyMap<string, string | undefined>;
  /** An id that no run has, or that this one is kept by. */
  idFor: (saved: SavedRun) => string;
}

/** Brings back a session beside what is there: nothing that is there is taken for something else. */
export function unpackSession(session: Session, there: There): Unpacked {
  const name = namesOf(session.files, there.loaded);
  const recipe = withFileNames(session.recipe, name);
  const recipes = session.runs.map((run) => withFileNames(run.recipe, name));
  const taken = there.runs.map((run) => run.name);
  const runs = session.runs.map((saved, index) => {
    const same = there.runs.find((run) => run.name === saved.name && run.started === saved.started);
    if (same) return { run: same, fresh: false };
    const own = freeName(saved.name, saved.origin === 'comparison' ? [] : taken);
    taken.push(own);
    const run = unpackRun({ ...saved, name: own, recipe: recipes[index] as Recipe }, there.idFor(saved));
    return { run, fresh: true };
  });
  const sourceScores: Record<string, SourceScores[string]> = {};
  const refused: Record<string, Refusals[string]> = {};
  for (const { run, sources, refused: reasons } of session.settings) {
    const key = settingKey(run === null ? recipe : (recipes[run] ?? recipe));
    sourceScores[key] = sources;
    refused[key] = reasons;
  }
  return {
    draft: unpackDraft(recipe, session, name),
    files: session.files.map((file) => ({ ...file, name: name(file.name) })),
    runs: runs.filter(({ fresh }) => fresh).map(({ run }) => run),
    selected: session.selected === null ? null : (runs[session.selected]?.run.id ?? null),
    sourceScores,
    refused,
  };
}

/** A file that is loaded under another name keeps that; one whose name another file has gets a free one. */
function namesOf(files: readonly SessionFile[], loaded: There['loaded']): (file: string) => string {
  const names = new Map<string, string>();
  for (const { name, fingerprint } of files) {
    const same = [...loaded].find(([, other]) => fingerprint !== null && other === fingerprint);
    const there = loaded.get(name);
    const isOther = there !== undefined && fingerprint !== null && there !== fingerprint;
    const reserved = [...loaded.keys(), ...files.map((file) => file.name)];
    names.set(name, same?.[0] ?? (isOther ? freeName(name, reserved, (n) => `${name} (${n})`) : name));
  }
  return (file) => names.get(file) ?? file;
}

/** The name, or the first of "name 2", "name 3", … that nobody has. */
function freeName(name: string, taken: readonly string[], numbered = (n: number) => `${name} ${n}`): string {
  if (!taken.includes(name)) return name;
  let n = 2;
  while (taken.includes(numbered(n))) n++;
  return numbered(n);
}

function unpackDraft(recipe: Recipe, { sources, others }: Session, name: (file: string) => string): Draft {
  const draft = fromRecipe(recipe);
  const methods = others.map((method) => methodWithNames(method, name));
  const fsMerge = methods.find((method) => method.name === 'fs-merge');
  const baselines = methods.filter((method) => method.name !== 'fs-merge');
  return {
    ...draft,
    sources: draft.sources.map((source, index) => ({ ...source, ...sources[index] })),
    fsMerge: draft.method === 'fs-merge' ? draft.fsMerge : (fsMerge ?? defaultFsMerge),
    baselines: {
      ...defaultBaselines,
      ...Object.fromEntries(baselines.map((method) => [method.name, method])),
      ...(draft.method === 'fs-merge' ? {} : { [draft.method]: draft.baselines[draft.method] }),
    },
  };
}

/** A run as it was kept: what it measured, no weights. */
export function unpackRun(saved: SavedRun, id: string): Run {
  const { curve, validation, ...rest } = saved;
  const number = (value: number | null) => value ?? Number.NaN;
  return {
    ...newRun({ ...rest, id }),
    ...rest,
    restored: true,
    points: unpackCurve(curve),
    validation: validation.map(({ step, losses, perTask }) => ({
      step,
      losses: losses.map(number),
      perTask: perTask.map(number),
    })),
  };
}
