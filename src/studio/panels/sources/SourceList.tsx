import { ErrorNote } from '../../components/ErrorNote.tsx';
import { NeededFile } from '../../components/NeededFile.tsx';
import { useFiles } from '../../stores/files.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { useNeededFiles, useProblems } from '../use-problems.ts';
import { AlignmentFields } from './AlignmentFields.tsx';
import { DemoFiles } from './DemoFiles.tsx';
import { LoadedTexts } from './LoadedTexts.tsx';
import { SourceItem } from './SourceItem.tsx';
import { SpareSources } from './SpareSources.tsx';

/** The sources in their order, what keeps them from merging, how unequal ones are made alike, and text embeddings. */
export function SourceList() {
  const sources = useRecipe((state) => state.draft.sources);
  const infos = useFiles((state) => state.sources);
  const problems = useProblems('sources');
  const needed = useNeededFiles();
  const others = needed.filter(({ role }) => role !== 'source' && role !== 'images');
  const known = sources.flatMap((source) => infos[source.file] ?? []);
  return (
    <>
      <ol className="source-list" data-testid="source-list">
        {sources.map((source, index) => (
          <SourceItem
            key={source.file}
            source={source}
            info={infos[source.file] ?? null}
            first={index === 0}
            last={index === sources.length - 1}
          />
        ))}
      </ol>
      {others.map((file) => (
        <NeededFile key={file.name} file={file} />
      ))}
      {needed.length > 0 && <DemoFiles needed={needed} />}
      {problems.map((info) => (
        <ErrorNote key={info.message} info={info} />
      ))}
      <AlignmentFields infos={known} />
      <LoadedTexts />
      <SpareSources />
    </>
  );
}
