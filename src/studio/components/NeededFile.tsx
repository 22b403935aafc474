import { useId } from 'react';
import { fillPlace } from '../actions/places.ts';
import type { NamedFile } from '../recipe/files-of.ts';
import { useFiles } from '../stores/files.ts';
import { useSessions } from '../stores/sessions.ts';
import { tooltip } from '../text/controls/control.ts';
import { neededControls } from '../text/controls/page.ts';
import { bytes } from '../text/numbers.ts';
import { Icon } from './Icon.tsx';

const kinds: Record<NamedFile['role'], string> = {
  source: 'this checkpoint',
  base: 'this checkpoint',
  images: 'these images',
  texts: 'these text embeddings',
  supernet: 'this saved SuperNet',
};

/** A file that the recipe names and that is not here: drop it, or use another one in its place. */
export function NeededFile({ file: { name, role } }: { file: NamedFile }) {
  const id = useId();
  const files = useFiles();
  const size = useSessions((state) => state.files[name]?.bytes ?? null);
  const namesakes = useSessions((state) => state.namesakes);
  const { images, texts, superNets, sources } = files;
  const others = Object.keys({ images, texts, supernet: superNets, source: sources, base: sources }[role]);
  const namesake = namesakes.find((one) => one.name === name && others.includes(one.id));
  return (
    <div className="needed-file" data-testid="needed-file" data-file={name}>
      <p>
        <Icon name="file" />
        <span>
          <strong>{name}</strong> {size !== null && <span className="quiet">{bytes(size)}</span>}
          <br />
          <span className="quiet">Not here: drop {kinds[role]} on the page.</span>
        </span>
      </p>
      {namesake && (
        <p className="namesake" role="alert">
          The {name} that was dropped is another file: its contents differ from the session's. It is here as{' '}
          {namesake.id}.{' '}
          <button
            type="button"
            className="link"
            title={tooltip(neededControls.takeNamesake)}
            onClick={() => void fillPlace(name, namesake.id)}
          >
            {neededControls.takeNamesake.label}
          </button>
        </p>
      )}
      {!namesake && others.length > 0 && (
        <p className="instead">
          <label htmlFor={id}>{neededControls.instead.label}</label>
          <select id={id} value="" onChange={(event) => void fillPlace(name, event.target.value)}>
            <option value="">choose…</option>
            {others.map((other) => (
              <option key={other} value={other}>
                {other}
              </option>
            ))}
          </select>
        </p>
      )}
    </div>
  );
}
