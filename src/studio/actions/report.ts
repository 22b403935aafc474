/** Saves a report on runs as one HTML file. */
import type { RecipeSource } from '../../engine/recipe.ts';
import { readPalette } from '../charts/palette.ts';
import type { Comparison } from '../runs/compare.ts';
import type { Run } from '../runs/run.ts';
import { attempt } from '../session.ts';
import { useFiles } from '../stores/files.ts';
import { clearNotices, notify } from '../stores/ui.ts';
import { describeSource } from '../text/describe.ts';
import { count } from '../text/numbers.ts';
import { download } from './download.ts';
import { safeName } from './export.ts';

/** `place`: where an error is told. */
export async function saveReport(
  comparison: Comparison,
  runs: readonly Run[],
  place: 'compare' | 'export',
): Promise<void> {
  clearNotices(place);
  await attempt(
    (info) => notify(place, info),
    async () => {
      const { reportHtml } = await import('../report/report.ts');
      const sources = comparison.recipe.sources.map(described);
      // Reports are for paper too.
      const palette = readPalette('light');
      const text = reportHtml({ runs, comparison, sources, palette, made: new Date() });
      const name = safeName(['report', ...runs.slice(0, 3).map((run) => run.name)].join('-'));
      download(`${name}.html`, new Blob([text], { type: 'text/html' }));
    },
  );
}

function described({ file, images }: RecipeSource): { model: string; images: string } {
  const info = useFiles.getState().sources[file];
  const parts = images && [
    `${count(images.train)} of ${images.file}`,
    images.augmented > 0 && `${count(images.augmented)} augmented`,
    images.validation > 0 && `${count(images.validation)} for validation`,
  ];
  return { model: info ? describeSource(info) : '', images: parts ? parts.filter(Boolean).join(', ') : 'none' };
}
