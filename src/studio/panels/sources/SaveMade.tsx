import { download } from '../../actions/download.ts';
import { IconButton } from '../../components/IconButton.tsx';
import { useFiles } from '../../stores/files.ts';
import { downloadOf } from '../../text/controls/recipe.ts';

/** Saves a source that was trained here; any other is a file already. */
export function SaveMade({ file }: { file: string }) {
  const made = useFiles((state) => state.made[file]);
  return made && <IconButton icon="download" label={downloadOf(file)} onClick={() => download(made.name, made)} />;
}
