/** Every merge method by its name in a recipe. A new method is one file and one entry here. */
import type { MethodName } from '../recipe.ts';
import { average } from './average.ts';
import { ensemble } from './ensemble.ts';
import { fsMerge } from './fs-merge/fs-merge.ts';
import type { MergeMethod } from './method.ts';

const methods: { [Name in MethodName]: MergeMethod<Name> } = { 'fs-merge': fsMerge, average, ensemble };

export const mergeMethod = <Name extends MethodName>(name: Name): MergeMethod<Name> => methods[name];
