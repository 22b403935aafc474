import type { ExportChoices, ExportFloat, ExportOptions } from '../../../worker/protocol.ts';
import { Choice } from '../../components/inputs/Choice.tsx';
import { ProblemSelect } from '../../components/inputs/ProblemSelect.tsx';
import { chooseExport, floatTypesOf, hasNames } from '../../stores/export.ts';
import { exportControls } from '../../text/controls/stage.ts';
import { containerLines, containerNames, floatLines } from '../../text/describe-export.ts';

interface Props {
  choices: ExportChoices;
  options: Omit<ExportOptions, 'name'>;
}

const shardSizes = [
  { value: 'off', label: 'off' },
  { value: '1e8', label: '100 MB' },
  { value: '1e9', label: '1 GB' },
  { value: '5e9', label: '5 GB' },
] as const;
type ShardSize = (typeof shardSizes)[number]['value'];

/** Format, names, float type and shards; only what applies. */
export function FormatFields({ choices, options }: Props) {
  const { container, scheme, floatType, shardBytes } = options;
  const floats = floatTypesOf(container).map((value) => ({ value, label: value }));
  const shards = shardSizes.find(({ value }) => Number(value) === shardBytes)?.value ?? 'off';
  return (
    <>
      <ProblemSelect
        label={exportControls.format.label}
        options={choices.containers.map(({ name, problem }) => ({ value: name, text: containerNames[name], problem }))}
        value={container}
        onChange={(value) => chooseExport({ container: value })}
        hint={containerLines[container]}
      />
      {hasNames(container) && (
        <ProblemSelect
          label={exportControls.scheme.label}
          options={choices.schemes.map(({ name, problem }) => ({ value: name, text: name, problem }))}
          value={scheme}
          onChange={(value) => chooseExport({ scheme: value })}
          hint={exportControls.scheme.hint}
        />
      )}
      <Choice<ExportFloat>
        label={exportControls.floatType.label}
        options={floats}
        value={floatType}
        onChange={(value) => chooseExport({ floatType: value })}
        hint={floatLines[floatType]}
      />
      {container === 'safetensors' && (
        <Choice<ShardSize>
          label={exportControls.shards.label}
          options={shardSizes}
          value={shards}
          onChange={(value) => chooseExport({ shardBytes: value === 'off' ? null : Number(value) })}
          hint={
            shardBytes === null
              ? 'All tensors in one file.'
              : 'A new file begins where one would grow larger; an index names the file of every tensor.'
          }
        />
      )}
    </>
  );
}
