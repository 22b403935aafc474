/** What a new worker gets when the one before it has ended: the files, and the runs that were under way. */
import type { StudioErrorInfo } from '../../engine/errors.ts';
import type { StudioClient } from '../../worker/client.ts';
import { errorInfo } from '../../worker/client.ts';
import { rememberedDrops } from '../drops.ts';
import type { Run } from '../runs/run.ts';
import { isActive, isBare } from '../runs/run.ts';
import type { Recovery } from '../session.ts';
import { useFiles } from '../stores/files.ts';
import { useRecipe } from '../stores/recipe.ts';
import { editRun, useRuns } from '../stores/runs.ts';
import { useSessions } from '../stores/sessions.ts';
import { notify } from '../stores/ui.ts';
import { checkRecipe } from './check.ts';
import { tellFacts } from './facts.ts';
import { startOf } from './runs.ts';

/** So many workers in so many milliseconds are enough: something ends them every time. */
const mostLosses = 5;
const within = 60_000;
/** How often a run goes on from the same step. */
const mostTries = 3;

const losses: number[] = [];
const tries = new Map<string, { step: number; count: number }>();

export function recovery(): Recovery {
  losses.push(Date.now());
  const recent = losses.filter((loss) => loss > Date.now() - within);
  const runs = useRuns.getState().runs.filter(({ origin }) => origin !== 'file');
  const bereft = runs.filter((run) => !isActive(run) && !isBare(run) && run.result !== null);
  for (const { id } of bereft) editRun(id, (run) => ({ ...run, bereft: true }));
  const refusal = recent.length > mostLosses ? endsAgain : null;
  if (refusal) for (const { id } of runs.filter(isActive)) fail(id, refusal);
  return {
    refusal,
    async fill(client) {
      await loadAgain(client);
      for (const run of runs.filter(isActive)) await goOn(client, run);
    },
    async after() {
      notify('page', {
        kind: 'backend',
        message: "The studio's worker ended unexpectedly; another one has taken its place.",
        advice: adviceFor(bereft),
      });
      await tellFacts(Object.keys(useFiles.getState().sources));
      await checkRecipe();
    },
  };
}

/** Every file under the name that the page knows it by. */
async function loadAgain(client: StudioClient): Promise<void> {
  const { sources, images, superNets, texts, fingerprints } = useFiles.getState();
  const expected = Object.values(useSessions.getState().files);
  await client.expect([
    ...expected.flatMap(({ name, fingerprint }) => (fingerprint === null ? [] : [{ name, fingerprint }])),
    ...Object.entries(fingerprints).map(([name, fingerprint]) => ({ name, fingerprint })),
  ]);
  const there = new Set([sources, images, superNets, texts].flatMap((files) => Object.keys(files)));
  for (const files of rememberedDrops()) {
    const loaded = await client.load([...files]);
    for (const { id } of [...loaded.sources, ...loaded.images, ...loaded.superNets, ...loaded.texts])
      if (!there.has(id)) await client.remove(id);
  }
}

async function goOn(client: StudioClient, run: Run): Promise<void> {
  const step = run.kept?.step ?? 0;
  const before = tries.get(run.id);
  const count = before?.step === step ? before.count + 1 : 1;
  tries.set(run.id, { step, count });
  if (count > mostTries) return fail(run.id, endsAgain);
  try {
    await client.run(run.id, run.recipe, startOf(run, true));
    if (run.state === 'paused') await client.pause(run.id);
  } catch (error) {
    fail(run.id, errorInfo(error));
  }
}

function fail(id: string, error: Run['error']): void {
  editRun(id, (run) => {
    const broken = run.kept && { step: run.kept.step, steps: run.steps };
    return { ...run, state: 'failed', error, broken };
  });
}

const endsAgain: StudioErrorInfo = {
  kind: 'backend',
  message: "The studio's worker ended again and again.",
  advice:
    'This computer may be short of memory: close other tabs, choose a smaller batch or rank, reload the page and go on.',
  subject: 'worker',
};

function adviceFor(bereft: readonly Run[]): string {
  const gone = bereft.map(({ name }) => name).join(', ');
  const files = useRecipe.getState().draft.sources.length > 0 ? 'Files were read again, and what' : 'What';
  const first = `${files} was under way goes on.`;
  return gone === ''
    ? first
    : `${first} The curves and scores of ${gone} are here, the weights are not: run again for those.`;
}
