import type { Fact } from '../../../worker/protocol.ts';
import { originName } from '../../text/describe.ts';

/** Where a fact comes from, and why it may be another. */
export const FactOrigin = ({ fact }: { fact: Fact<unknown> }) => (
  <>
    <span className="origin" data-origin={fact.origin}>
      {originName(fact.origin)}
    </span>
    {fact.doubt !== undefined && <p className="hint fact-doubt">{fact.doubt}</p>}
  </>
);
