/** `fs-merge describe`: what files are, as the cards of the studio say it. */
import { describeContainer, describeImages, describeSource } from '../src/studio/text/describe.ts';
import { describeFacts } from '../src/studio/text/describe-facts.ts';
import { bytes, plural } from '../src/studio/text/numbers.ts';
import type { LoadResult, SourceInfo } from '../src/worker/protocol.ts';
import { openFiles } from './checkpoints.ts';
import { UsageError } from './errors.ts';
import { handedBy } from './files.ts';

/** Throws `UsageError` for files that are not there, `MergeFailed` for those that are not understood. */
export async function describeFiles(paths: readonly string[], json: boolean): Promise<void> {
  const { loaded } = await openFiles(paths.flatMap(handedBy));
  process.stdout.write(json ? `${JSON.stringify(loaded)}\n` : `${textOf(loaded).join('\n\n')}\n`);
  if (loaded.errors.length > 0) throw new UsageError(loaded.errors.map(({ message }) => message).join('\n'));
}

function textOf({ sources, images, superNets, texts }: LoadResult): string[] {
  return [
    ...sources.map(sourceText),
    ...images.map((info) => `${info.id}\n  ${describeImages(info)}\n  ${info.split}`),
    ...superNets.map((info) => `${info.id}\n  SuperNet of ${info.recipe.sources.map(({ name }) => name).join(' + ')}`),
    ...texts.map((info) => `${info.id}\n  ${info.rows} × ${info.columns} numbers · ${bytes(info.bytes)}`),
  ];
}

function sourceText(info: SourceInfo): string {
  const lines = [
    describeSource(info),
    describeContainer(info),
    describeFacts(info),
    ...info.assumed.map((assumed) => `Assumed: ${assumed}`),
    ...(info.ignored.length > 0 ? [`Ignored: ${info.ignored.join(', ')}`] : []),
    ...(info.parts.length > 0 ? [`Together with ${plural(info.parts.length, 'file')}: ${info.parts.join(', ')}`] : []),
  ];
  return [info.id, ...lines.map((line) => `  ${line}`)].join('\n');
}
