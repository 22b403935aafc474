/** Measures a training step of the recipe of the cards, so that its seconds are known before the start. */
import type { StudioErrorInfo } from '../../engine/errors.ts';
import { attempt, client } from '../session.ts';
import { currentRecipe, useRecipe } from '../stores/recipe.ts';
import { stepKey, useStepTime } from '../stores/step-time.ts';
import { clearNotices, notify, useUi } from '../stores/ui.ts';

/** Nothing is known afterwards when a run came between. */
export async function measureStep(): Promise<void> {
  const { backend } = useUi.getState();
  const cost = useRecipe.getState().check?.cost;
  if (!backend || !cost || useStepTime.getState().measuring !== null) return;
  const key = stepKey(cost, backend);
  useStepTime.setState({ measuring: key });
  clearNotices('run');
  const fail = (info: StudioErrorInfo) => {
    notify('run', info);
    useStepTime.setState(({ seconds }) => ({ seconds: { ...seconds, [key]: Number.NaN } }));
  };
  const seconds = await attempt(fail, () => client.measureStep(currentRecipe()));
  useStepTime.setState((state) => ({
    measuring: null,
    seconds: seconds === null ? state.seconds : { ...state.seconds, [key]: seconds },
  }));
}
