/** Models that can be asked for their answers, once a run is over or before any. */
import { StudioError } from '../engine/errors.ts';
import type { MergedNetwork } from '../engine/evaluation/closer-look.ts';
import type { DisposablePredictor } from '../engine/evaluation/predictors.ts';
import { sourcePredictor } from '../engine/evaluation/predictors.ts';
import type { MergeContext } from '../engine/merging/method.ts';
import type { Workspace } from '../engine/workspace.ts';
import type { ModelChoice } from './protocol-compare.ts';
import type { Run } from './run.ts';

export interface AskedModel {
  predictor: DisposablePredictor;
  /** Null for an ensemble, which is not one network. */
  network: MergedNetwork | null;
  context: MergeContext;
}

/** Lets `ask` work with the model, then frees it. Throws `StudioError` while a run is not over, or a source is missing. */
export async function withModel<T>(
  choice: ModelChoice,
  workspace: Workspace,
  findRun: (id: string) => Run,
  ask: (model: AskedModel) => Promise<T>,
): Promise<T> {
  const model = 'run' in choice ? ofRun(findRun(choice.run)) : await ofSource(choice, workspace);
  try {
    return await ask(model);
  } finally {
    model.predictor.dispose();
  }
}

function ofRun({ id, outcome, context }: Run): AskedModel {
  if (!outcome || !context) {
    throw new StudioError({
      kind: 'run',
      message: 'The run has no result to look at yet.',
      advice: 'Wait until it is done, or stop it to keep what it has learned.',
      subject: id,
    });
  }
  const { model, unmerge } = outcome;
  return { predictor: outcome.predictor(), network: model && { model, unmerge }, context };
}

async function ofSource(
  { recipe, source }: Extract<ModelChoice, { source: number }>,
  workspace: Workspace,
): Promise<AskedModel> {
  // An ensemble asks no more of its sources than that each runs.
  const context = await workspace.context({ ...recipe, method: { name: 'ensemble' } });
  const model = context.models[source];
  if (!model) throw new RangeError(`no source ${source}`);
  return { predictor: sourcePredictor(context.models, source), network: { model, unmerge: null }, context };
}
