import { Choice } from '../../components/inputs/Choice.tsx';
import { Field } from '../../components/inputs/Field.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import type { OwnDraft, OwnKind, PresetName, VitSize } from '../../recipe/own-draft.ts';
import { mlpPresets, presetOf, withPreset } from '../../recipe/own-draft.ts';
import { editOwn, useOwn } from '../../stores/own.ts';
import { ownControls, vitControls, widthOf } from '../../text/controls/dialogs.ts';

const kinds: readonly { value: OwnKind; label: string }[] = [
  { value: 'mlp', label: 'MLP' },
  { value: 'vit', label: 'ViT' },
];
const kindLines: Record<OwnKind, string> = {
  mlp: 'Layers in a row, ReLU between them: some seconds.',
  vit: 'A vision transformer: small ones take up to a minute without a GPU.',
};
const presets = (Object.keys(mlpPresets) as PresetName[]).map((value) => ({ value, label: value }));

/** What both networks are, and how large. */
export function SizeFields() {
  const draft = useOwn((state) => state.draft);
  const { kind, image } = draft;
  const preset = presetOf(draft);
  return (
    <>
      <Choice
        label={ownControls.kind.label}
        options={kinds}
        value={kind}
        hint={kindLines[kind]}
        onChange={(next) => editOwn({ kind: next })}
      />
      <Choice<PresetName | ''>
        label={ownControls.size.label}
        options={presets}
        value={preset ?? ''}
        onChange={(name) => name !== '' && editOwn(withPreset(draft, name))}
      />
      <details className="quiet-details more-fields" data-testid="own-size">
        <summary>{describeSize(draft)}</summary>
        {kind === 'mlp' ? <MlpSize draft={draft} /> : <VitFields draft={draft} />}
        <Field {...ownControls.imageEdge}>
          {({ id, describedBy }) => (
            <NumberInput
              id={id}
              describedBy={describedBy}
              value={image}
              integer
              min={4}
              max={96}
              onChange={(next) => editOwn({ image: next })}
            />
          )}
        </Field>
      </details>
    </>
  );
}

function describeSize({ kind, widths, vit, image }: OwnDraft): string {
  const { patch, width, blocks, heads, hidden } = vit;
  const size =
    kind === 'mlp'
      ? `hidden ${widths.join(' + ')}`
      : `${blocks} blocks · width ${width} · ${heads} heads · hidden ${hidden} · patch ${patch}`;
  return `Exactly: ${size} · ${image} px`;
}

const mostLayers = 6;

function MlpSize({ draft: { widths } }: { draft: OwnDraft }) {
  const change = (layer: number, width: number) =>
    editOwn({ widths: widths.map((own, index) => (index === layer ? width : own)) });
  return (
    <>
      <Field {...ownControls.hiddenLayers}>
        {({ id }) => (
          <NumberInput
            id={id}
            value={widths.length}
            integer
            min={1}
            max={mostLayers}
            onChange={(count) =>
              editOwn({ widths: Array.from({ length: count }, (_, layer) => widths[layer] ?? widths.at(-1) ?? 64) })
            }
          />
        )}
      </Field>
      {widths.map((width, layer) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its index
        <Field key={layer} label={widthOf(layer + 1)}>
          {({ id }) => (
            <NumberInput id={id} value={width} integer min={2} max={1024} onChange={(next) => change(layer, next)} />
          )}
        </Field>
      ))}
    </>
  );
}

const vitRows: readonly { size: keyof VitSize; min: number; max: number }[] = [
  { size: 'blocks', min: 1, max: 12 },
  { size: 'width', min: 4, max: 256 },
  { size: 'heads', min: 1, max: 16 },
  { size: 'hidden', min: 4, max: 1024 },
  { size: 'patch', min: 1, max: 64 },
];

function VitFields({ draft: { vit } }: { draft: OwnDraft }) {
  return vitRows.map(({ size, min, max }) => (
    <Field key={size} {...vitControls[size]}>
      {({ id }) => (
        <NumberInput
          id={id}
          value={vit[size]}
          integer
          min={min}
          max={max}
          onChange={(next) => editOwn({ vit: { ...vit, [size]: next } })}
        />
      )}
    </Field>
  ));
}
