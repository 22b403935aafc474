/**
 * How long a training step takes: a plain network, the SuperNet folded, and the SuperNet as the paper draws it.
 *
 *     npm run bench:step                   everything
 *     npm run bench:step -- tiny wasm      shapes, places, forms and numbers of threads that are named
 *     npm run bench:step -- --rounds=9     more turns
 *
 * With `--write` each table takes the place of its last one in docs/performance.md.
 */
import { table } from './fidelity/experiment.ts';
import { page, report } from './keep.ts';
import type { Form, StepCase } from './step/case.ts';
import { forms } from './step/case.ts';
import type { Stage } from './step/stage.ts';
import type { Place } from './step/stages.ts';
import { openStage, places } from './step/stages.ts';
import type { Shape } from './support/shapes.ts';
import { describeShape, ti, tiny, vitB } from './support/shapes.ts';
import type { Pace, Times } from './support/timing.ts';
import { both, byTurns, median, ms, quotient, ratio } from './support/timing.ts';
import { chosen, command, option, refuseOthers } from './support/words.ts';

const shapes = ['tiny', 'ti', 'vit-b'] as const;
const threads = ['one-thread', 'two-threads'] as const;

/** Emulated GPUs take minutes for anything larger. */
const usualShapes = (place: Place) => (place === 'wasm' ? shapes : (['tiny'] as const));
/** Of ViT-B, those that fit beside each other. */
const usualForms = (shape: string, place: Place): readonly Form[] =>
  shape === 'vit-b' ? ['plain', 'low-rank'] : forms.filter((form) => form !== 'stock' || place !== 'wasm');

/** A form on a number of threads. */
type Variant = Pick<StepCase, 'form' | 'threads'>;

export async function main(words: readonly string[]): Promise<void> {
  refuseOthers(words, [...shapes, ...places, ...forms, ...threads], ['rounds']);
  const pace = { rounds: option(words, 'rounds', 5), slice: 300 };
  for (const place of chosen(words, places)) {
    const stage = await openStage(place);
    try {
      for (const shape of chosen(words, shapes, usualShapes(place))) {
        const started = Date.now();
        const variants = variantsOf(words, place, shape);
        process.stderr.write(`${shape} on ${stage.label}\n`);
        const text =
          shape === 'vit-b'
            ? await deep(stage, variants, pace)
            : await plain(stage, shape, variants, pace, place !== 'wasm');
        const measured = { id: `step-${shape}-${place}`, command: command('step', words), where: stage.label, started };
        await report(page, words, measured, text);
        await stage.forget();
      }
    } finally {
      await stage.close();
    }
  }
}

/** Each form on one thread, then those that can share a batch on two. */
function variantsOf(words: readonly string[], place: Place, shape: string): Variant[] {
  const own = chosen(words, forms, usualForms(shape, place));
  const counts =
    place === 'wasm' ? chosen(words, threads, shape === 'vit-b' ? ['one-thread'] : threads) : ['one-thread'];
  const shared = own.filter((form) => !form.startsWith('activation') && form !== 'stock');
  return [
    ...(counts.includes('one-thread') ? own.map((form) => ({ form, threads: 1 })) : []),
    ...(counts.includes('two-threads') ? shared.map((form) => ({ form, threads: 2 })) : []),
  ];
}

const caseOf = (variant: Variant, { network, batch }: Shape): StepCase => ({
  ...variant,
  network,
  batch,
  sources: 2,
  rank: 8,
});

const timeAll = (stage: Stage, cases: readonly StepCase[], pace: Pace): Promise<Times[]> =>
  byTurns(
    cases.map((of) => ({ run: (count) => stage.time(of, count) })),
    pace,
  );

/** Ratios of medians, and in brackets of the least times, which a busy machine changes less. */
async function plain(
  stage: Stage,
  name: 'tiny' | 'ti',
  variants: readonly Variant[],
  pace: Pace,
  onGpu: boolean,
): Promise<string> {
  const shape = { tiny, ti }[name];
  const times = await timeAll(
    stage,
    variants.map((variant) => caseOf(variant, shape)),
    pace,
  );
  const of = (form: Form | undefined, count: number): Times =>
    times[variants.findIndex((other) => other.form === form && other.threads === count)] ?? [];
  const scripts = onGpu ? await scriptsOf(stage, variants, shape) : [];
  /** What a row's last number is a ratio to. */
  const reference = (form: Form, count: number): Times => {
    if (onGpu) return form === 'low-rank' ? of('stock', 1) : [];
    return count > 1 ? of(form, 1) : [];
  };
  const rows = variants.map(({ form, threads: count }, index) => [
    names[form],
    onGpu ? (scripts[index] ?? '–') : count,
    both(of(form, count), ms),
    quotient(of(form, count), of('plain', count)),
    quotient(of(unfolded[form], count), of(form, count)),
    quotient(reference(form, count), of(form, count)),
  ]);
  const head = onGpu
    ? ['form', 'JavaScript', 'ms a step', '÷ plain', 'activation form ÷ this', 'stock kernels ÷ this']
    : ['form', 'threads', 'ms a step', '÷ plain', 'activation form ÷ this', 'faster than one thread'];
  const what = `**${name}**: ${describeShape(shape)}, 2 sources. Medians; in brackets the least times.`;
  return [what, table(head, rows)].join('\n\n');
}

/** Of each variant, one step after the other: how long JavaScript prepares a step, and its share of it. */
async function scriptsOf(stage: Stage, variants: readonly Variant[], shape: Shape): Promise<string[]> {
  const shares: string[] = [];
  for (const variant of variants) {
    if (variant.form === 'stock') shares.push('–');
    else {
      const { script, step } = await stage.scripting(caseOf(variant, shape), 5);
      shares.push(`${ms(script)} ms, ${((100 * script) / step).toFixed(1)} %`);
    }
  }
  return shares;
}

/** One and two blocks say what twelve take: every block takes as long as another. */
async function deep(stage: Stage, variants: readonly Variant[], pace: Pace): Promise<string> {
  const cases = variants.flatMap((variant) => [caseOf(variant, vitB(1)), caseOf(variant, vitB(2))]);
  const medians: number[] = [];
  for (const one of cases) {
    // Two of them at once are more than a tab's memory.
    const [times = []] = await timeAll(stage, [one], pace);
    medians.push(median(times));
    await stage.forget();
  }
  const all = variants.map((variant, index) => {
    const [one = Number.NaN, two = Number.NaN] = medians.slice(2 * index, 2 * index + 2);
    return { ...variant, one, two, twelve: one + 11 * (two - one) };
  });
  const rows = all.map(({ form, threads: count, one, two, twelve }) => {
    const reference = all.find((other) => other.form === 'plain' && other.threads === count)?.twelve;
    return [names[form], count, ms(one), ms(two), ms(twelve), ratio(twelve, reference ?? Number.NaN)];
  });
  const what = [
    '**ViT-B/16**: width 768, hidden 3072, 197 tokens, batch 2, 2 sources.',
    'Medians of one and of two blocks; twelve take one + 11 × (two − one).',
  ].join(' ');
  const head = ['form', 'threads', '1 block, ms', '2 blocks, ms', '12 blocks, extrapolated', '÷ plain'];
  return [what, table(head, rows)].join('\n\n');
}

const names: Record<Form, string> = {
  plain: 'plain network, all weights',
  'low-rank': 'folded, diagonal + low-rank 8',
  full: 'folded, full',
  activation: 'activation form, diagonal + low-rank 8',
  'activation-full': 'activation form, full',
  stock: 'folded, diagonal + low-rank 8, stock kernels of tfjs',
};

const unfolded: Partial<Record<Form, Form>> = { 'low-rank': 'activation', full: 'activation-full' };
