/** Every merge method by its name in a recipe. A new method is one file and one entry here. */
import type { MethodName } from '../recipe.ts';
import { activationMatchingMethod } from './baselines/activation-matching.ts';
import { average } from './baselines/average.ts';
import { dare } from './baselines/dare.ts';
import { distillation } from './baselines/distillation.ts';
import { ensemble } from './baselines/ensemble.ts';
import { gitReBasin } from './baselines/git-re-basin.ts';
import { otFusion } from './baselines/ot-fusion.ts';
import { regMean } from './baselines/regmean.ts';
import { slerp } from './baselines/slerp.ts';
import { taskArithmetic } from './baselines/task-arithmetic.ts';
import { ties } from './baselines/ties.ts';
import { zipIt } from './baselines/zipit.ts';
import { fsMerge } from './fs-merge/fs-merge.ts';
import type { MergeMethod } from './method.ts';

const methods: { [Name in MethodName]: MergeMethod<Name> } = {
  'fs-merge': fsMerge,
  distillation,
  average,
  slerp,
  'task-arithmetic': taskArithmetic,
  ties,
  dare,
  regmean: regMean,
  'git-re-basin': gitReBasin,
  'activation-matching': activationMatchingMethod,
  zipit: zipIt,
  'ot-fusion': otFusion,
  ensemble,
};

export const mergeMethod = <Name extends MethodName>(name: Name): MergeMethod<Name> => methods[name];

export const allMethods = Object.keys(methods) as MethodName[];
