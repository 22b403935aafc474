/** The workers that draw and measure matrices: one each, so that a picture never waits for facts. Started when first asked. */
import { connectInspector, errorInfo } from '../../../worker/client.ts';
import type { InspectorApi } from '../../../worker/protocol-matrices.ts';
import { notify } from '../../stores/ui.ts';

const started = new Map<'pictures' | 'facts', InspectorApi>();

export function inspector(work: 'pictures' | 'facts'): InspectorApi {
  const one = started.get(work) ?? connectInspector((reason) => notify('page', errorInfo(reason)));
  started.set(work, one);
  return one;
}
