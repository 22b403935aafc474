/** How long a training step of a recipe takes, where it was measured. */
import { create } from 'zustand';
import type { BackendStatus, RecipeCheck } from '../../worker/protocol.ts';

type Cost = NonNullable<RecipeCheck['cost']>;

interface StepTime {
  /** Seconds of a step by `stepKey`; NaN where it failed. */
  seconds: Readonly<Record<string, number>>;
  /** The step that is measured right now. */
  measuring: string | null;
}

export const useStepTime = create<StepTime>(() => ({ seconds: {}, measuring: null }));

/** Steps of one size on one backend take equally long, whatever the recipe's rates and epochs. */
export const stepKey = ({ stepMacs, learnable }: Cost, backend: BackendStatus): string =>
  `${backend.label} ${stepMacs} ${learnable}`;

/** Small enough to be measured without being asked for: thirteen steps of it take a few seconds at most. */
const small = 2e9;

/** Whether a step is measured by itself: not on a backend that a person chose in spite of a faster one. */
export const measuredByItself = ({ stepMacs }: Cost, { name, choice }: BackendStatus): boolean =>
  stepMacs <= small && (name === 'wasm' || (name === 'webgpu' && choice === 'auto'));
