/** Where an error about files is shown. */
import type { StudioErrorInfo } from '../../engine/errors.ts';
import type { Place } from '../stores/ui.ts';
import { notify, openCards } from '../stores/ui.ts';

export function tellFileError(info: StudioErrorInfo): void {
  const place: Place =
    info.kind === 'images' ? 'images' : info.kind === 'bug' || info.kind === 'backend' ? 'page' : 'sources';
  notify(place, info);
  if (place !== 'page') openCards({ [place]: true });
}
