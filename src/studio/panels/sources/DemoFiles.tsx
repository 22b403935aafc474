import { useEffect, useState } from 'react';
import { demoFilesOf, takeDemoFiles } from '../../actions/demo.ts';
import type { NamedFile } from '../../recipe/files-of.ts';
import { useFiles } from '../../stores/files.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { fetchFiles } from '../../text/controls/page.ts';
import { plural } from '../../text/numbers.ts';

/** Offers to fetch what the recipe needs where it comes with the studio. */
export function DemoFiles({ needed }: { needed: readonly NamedFile[] }) {
  const sources = useRecipe((state) => state.draft.sources);
  const loading = useFiles((state) => state.loading);
  const [paths, setPaths] = useState<readonly string[]>([]);
  const key = needed.map(({ name }) => name).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the files, the recipe is made anew with every edit
  useEffect(() => {
    let current = true;
    const names = key === '' ? [] : key.split('\n');
    const found = demoFilesOf(
      names,
      sources.map(({ file }) => file),
    );
    // Without a network there is nothing to offer.
    void found.then(
      (some) => current && setPaths(some),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [key]);
  if (paths.length === 0) return null;
  return (
    <p className="demo-files">
      <span>{paths.length === needed.length ? 'These files come' : 'Some of these files come'} with the studio.</span>{' '}
      <button
        type="button"
        className="button small"
        disabled={loading !== null}
        onClick={() => void takeDemoFiles(paths)}
      >
        {fetchFiles(plural(paths.length, 'demo file'))}
      </button>
    </p>
  );
}
