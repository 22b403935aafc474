import type { Padding } from '../../../engine/recipe.ts';
import type { SourceInfo } from '../../../worker/protocol.ts';
import { Choice } from '../../components/inputs/Choice.tsx';
import { editDraft, useRecipe } from '../../stores/recipe.ts';
import { sourceControls } from '../../text/controls/recipe.ts';
import { paddingLines } from '../../text/describe.ts';

const paddings = (Object.keys(paddingLines) as Padding[]).map((value) => ({ value, label: value }));

/** How sources of unequal depth or image size are made alike; nothing while they are. */
export function AlignmentFields({ infos }: { infos: readonly SourceInfo[] }) {
  const alignment = useRecipe((state) => state.draft.alignment);
  const differ = (of: (info: SourceInfo) => number | string | null) => new Set(infos.map(of)).size > 1;
  if (differ(({ architecture }) => architecture)) return null;
  const edit = (change: Partial<typeof alignment>) => editDraft(() => ({ alignment: { ...alignment, ...change } }));
  const vit = infos[0]?.architecture === 'vit';
  return (
    <>
      {differ(({ depth }) => depth) && (
        <Choice
          label={sourceControls.unequalDepth.label}
          options={paddings}
          value={alignment.padding}
          onChange={(padding) => edit({ padding })}
          hint={`${paddingLines[alignment.padding]} That changes nothing in what it computes.`}
        />
      )}
      {vit && differ(({ input, patch }) => `${input[0]} ${patch}`) && (
        <fieldset className="checks">
          <legend>Unequal image or patch size</legend>
          <label>
            <input
              type="checkbox"
              checked={alignment.resize}
              onChange={({ target }) => edit({ resize: target.checked })}
            />
            {sourceControls.resize.label}
          </label>
          <p className="hint">
            Patch kernels by the pseudo-inverse of the image resize, positions bicubically; images bilinearly.
          </p>
        </fieldset>
      )}
    </>
  );
}
