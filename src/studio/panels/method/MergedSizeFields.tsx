import type { FsMergeOptions, MergedSize } from '../../../engine/recipe.ts';
import type { SourceInfo } from '../../../worker/protocol.ts';
import { Field } from '../../components/inputs/Field.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import { useFiles } from '../../stores/files.ts';
import { editFsMerge, useRecipe } from '../../stores/recipe.ts';
import { mergedWidthOf, methodControls } from '../../text/controls/recipe.ts';

interface Props {
  options: FsMergeOptions;
  architecture: SourceInfo['architecture'] | null;
}

/** Size of the merged network, folded away while it is the first source's. */
export function MergedSizeFields({ options: { merged }, architecture }: Props) {
  const sources = useRecipe((state) => state.draft.sources);
  const infos = useFiles((state) => state.sources);
  const first = infos[sources[0]?.file ?? ''];
  if (!first) return null;
  const edit = (change: Partial<MergedSize>) => editFsMerge({ merged: { ...merged, ...change } });
  return (
    <details className="quiet-details more-fields" data-testid="merged-size">
      <summary>Merged network: {describe(merged, first)}</summary>
      {architecture === 'vit' ? (
        <VitSize merged={merged} first={first} edit={edit} />
      ) : (
        <MlpWidths
          merged={merged}
          first={first}
          depth={Math.max(...sources.map(({ file }) => infos[file]?.depth ?? 0))}
          edit={edit}
        />
      )}
      <p className="hint">Empty: as the first source. Another width needs the kind full or low-rank.</p>
    </details>
  );
}

function describe(merged: MergedSize, first: SourceInfo): string {
  if (merged.widths) return `hidden ${merged.widths.join(' + ')}`;
  const parts = [
    merged.width !== null && `width ${merged.width}`,
    merged.heads !== null && `${merged.heads} heads`,
    merged.hidden !== null && `hidden ${merged.hidden}`,
  ].filter((part) => part !== false);
  if (parts.length > 0) return parts.join(' · ');
  return first.architecture === 'vit' ? `width ${first.width}, as the first source` : 'as the first source';
}

interface SizeProps {
  merged: MergedSize;
  first: SourceInfo;
  edit: (change: Partial<MergedSize>) => void;
}

function VitSize({ merged, first, edit }: SizeProps) {
  const rows = [
    { option: 'width', label: methodControls.mergedWidth.label, usual: first.width },
    { option: 'heads', label: methodControls.mergedHeads.label, usual: first.heads?.value ?? 1 },
    {
      option: 'hidden',
      label: methodControls.mergedHidden.label,
      usual: Math.round(((first.hidden[0] ?? 0) * (merged.width ?? first.width)) / first.width),
    },
  ] as const;
  return rows.map(({ option, label, usual }) => (
    <Field key={option} label={label}>
      {({ id }) => (
        <NumberInput
          id={id}
          value={merged[option]}
          placeholder={String(usual)}
          integer
          min={1}
          onChange={(value) => edit({ [option]: value })}
          onClear={() => edit({ [option]: null })}
        />
      )}
    </Field>
  ));
}

function MlpWidths({ merged, first, depth, edit }: SizeProps & { depth: number }) {
  const usual = Array.from({ length: depth }, (_, layer) => first.hidden[layer] ?? first.hidden.at(-1) ?? 1);
  const widths = merged.widths ?? usual;
  const change = (layer: number, width: number | undefined) => {
    const next = usual.map((own, index) => (index === layer ? (width ?? own) : (widths[index] ?? own)));
    edit({ widths: next.join() === usual.join() ? null : next });
  };
  return usual.map((own, layer) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its index
    <Field key={layer} label={mergedWidthOf(layer + 1)}>
      {({ id }) => (
        <NumberInput
          id={id}
          value={merged.widths?.[layer] ?? null}
          placeholder={String(own)}
          integer
          min={1}
          onChange={(value) => change(layer, value)}
          onClear={() => change(layer, undefined)}
        />
      )}
    </Field>
  ));
}
