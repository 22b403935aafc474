/** What weights cannot tell, in a line. */
import type { SourceInfo } from '../../worker/protocol.ts';
import { activationNames } from './describe.ts';
import { describeNormalisation } from './normalisation.ts';
import { plain, plural } from './numbers.ts';

/** "4 heads · ε 1e-6 · GELU · pixels 0 to 1 · 10 class names". */
export function describeFacts({ heads, epsilon, activation, mean, std, labels }: SourceInfo): string {
  const parts = [
    heads && plural(heads.value, 'head'),
    epsilon && `ε ${plain(epsilon.value)}`,
    activationNames[activation.value],
    `pixels ${describeNormalisation(mean.value, std.value)}`,
    labels && plural(labels.value.length, 'class name'),
  ];
  return parts.filter((part) => part !== null).join(' · ');
}
