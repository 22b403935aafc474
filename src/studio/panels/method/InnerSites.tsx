import type { InnerSite } from '../../../engine/recipe.ts';
import { IconButton } from '../../components/IconButton.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import { editFsMerge } from '../../stores/recipe.ts';
import { methodControls, removeSite, siteBlock, sitePart, siteWeight } from '../../text/controls/recipe.ts';

/** Blocks whose outputs are compared: a row for each, with its weight. */
export function InnerSites({ sites }: { sites: readonly InnerSite[] }) {
  const change = (index: number, part: Partial<InnerSite>) =>
    editFsMerge({ inner: sites.map((site, at) => (at === index ? { ...site, ...part } : site)) });
  return (
    <fieldset className="inner-sites">
      <legend>Inner features</legend>
      {sites.map(({ block, part, weight }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity
        <div key={index} className="inner-site">
          <NumberInput
            label={siteBlock(index + 1)}
            value={block}
            integer
            min={1}
            onChange={(next) => change(index, { block: next })}
          />
          <select
            aria-label={sitePart(index + 1)}
            value={part}
            onChange={(event) => change(index, { part: event.target.value as InnerSite['part'] })}
          >
            <option value="attention">attention</option>
            <option value="mlp">MLP</option>
          </select>
          <NumberInput
            label={siteWeight(index + 1)}
            value={weight}
            min={0}
            above
            onChange={(next) => change(index, { weight: next })}
          />
          <IconButton
            icon="close"
            label={removeSite(index + 1)}
            onClick={() => editFsMerge({ inner: sites.filter((_, at) => at !== index) })}
          />
        </div>
      ))}
      <button
        type="button"
        className="button quiet small"
        onClick={() => editFsMerge({ inner: [...sites, next(sites)] })}
      >
        {methodControls.addSite.label}
      </button>
      <p className="hint">Block, part, weight.</p>
    </fieldset>
  );
}

/** The place after the last one: a block's MLP after its attention. */
function next(sites: readonly InnerSite[]): InnerSite {
  const last = sites.at(-1);
  if (!last) return { block: 1, part: 'attention', weight: 1 };
  return last.part === 'attention' ? { ...last, part: 'mlp' } : { ...last, block: last.block + 1, part: 'attention' };
}
