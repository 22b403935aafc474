/** How models are exported: chosen once, kept for every run of this visit. */
import { create } from 'zustand';
import type {
  ExportChoices,
  ExportContainer,
  ExportFloat,
  ExportOptions,
  ExportReport,
} from '../../worker/protocol.ts';

/** What is kept of an export: everything but the bytes, and what was asked for. */
export type KeptReport = Omit<ExportReport, 'files'> & {
  files: { name: string; bytes: number }[];
  options: ExportOptions;
  /** Name of the folder that they were written into; null when they were downloaded. */
  folder: string | null;
};

interface ExportState {
  /** Null: the first that the model can have. */
  scheme: string | null;
  container: ExportContainer;
  floatType: ExportFloat;
  shardBytes: number | null;
  /** The last export of each run. */
  reports: Readonly<Record<string, KeptReport>>;
}

export const useExport = create<ExportState>(() => ({
  scheme: null,
  container: 'safetensors',
  floatType: 'F32',
  shardBytes: null,
  reports: {},
}));

export const chooseExport = (
  change: Partial<Pick<ExportState, 'scheme' | 'container' | 'floatType' | 'shardBytes'>>,
): void => useExport.setState(change);

export const keepReport = (run: string, report: KeptReport): void =>
  useExport.setState(({ reports }) => ({ reports: { ...reports, [run]: report } }));

/** Whether a container's tensors have names, so that a naming scheme applies. */
export const hasNames = (container: ExportContainer): boolean => container !== 'tfjs' && container !== 'onnx';

/** NumPy and TensorFlow.js have no BF16. */
export const floatTypesOf = (container: ExportContainer): ExportFloat[] =>
  container === 'npz' || container === 'tfjs' ? ['F32', 'F16'] : ['F32', 'F16', 'BF16'];

/** What was chosen, with what the model or the container cannot have set to what it can. */
export function effectiveExport(
  { scheme, container, floatType, shardBytes }: Omit<ExportState, 'reports'>,
  { schemes, containers }: ExportChoices,
): Omit<ExportOptions, 'name'> {
  const possible = <T extends string>(choices: readonly { name: T; problem: string | null }[], wanted: T | null) =>
    choices.find(({ name, problem }) => name === wanted && problem === null) ??
    choices.find(({ problem }) => problem === null);
  const held = possible(containers, container)?.name ?? container;
  const floats = floatTypesOf(held);
  return {
    scheme: possible(schemes, scheme)?.name ?? schemes[0]?.name ?? '',
    container: held,
    floatType: floats.includes(floatType) ? floatType : 'F32',
    shardBytes: held === 'safetensors' ? shardBytes : null,
  };
}
