import type { Fact } from '../../../worker/protocol.ts';
import { originName } from '../../text/describe.ts';

/** Where a fact comes from. */
export const FactOrigin = ({ fact }: { fact: Fact<unknown> }) => (
  <span className="origin" data-origin={fact.origin} data-file={fact.origin.includes('.') || undefined}>
    {originName(fact.origin)}
  </span>
);
