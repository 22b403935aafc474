/** Files of what runs have made. */
import { StudioError } from '../engine/errors.ts';
import type { Predictor } from '../engine/evaluation/evaluate.ts';
import { writeSuperNet } from '../engine/supernet/supernet-file.ts';
import { exportChoices, exportedOf, writeExport } from './export.ts';
import type { StudioApi } from './protocol.ts';
import type { Run } from './run.ts';
import { transferring } from './transfer.ts';

export const exportMethods = (
  findRun: (id: string) => Run,
): Pick<StudioApi, 'exportSuperNet' | 'exportChoices' | 'exportModel'> => ({
  async exportSuperNet(id, name) {
    const { outcome, recipe } = findRun(id);
    if (!outcome?.supernet) {
      throw new StudioError({
        kind: 'run',
        message: 'The run has no SuperNet to save.',
        advice: 'Choose a run of FS-Merge that is done, or stop it to keep what it has learned.',
        subject: id,
      });
    }
    const bytes = writeSuperNet(outcome.supernet, recipe);
    return transferring({ name: `${name}.supernet.safetensors`, bytes }, [bytes.buffer]);
  },

  async exportChoices(id) {
    return exportChoices(exportedOf(findRun(id)));
  },

  async exportModel(id, options, place) {
    const run = findRun(id);
    const exported = exportedOf(run);
    const predictor = run.outcome?.predictor();
    try {
      return await writeExport(exported, options, place, predictor as Predictor);
    } finally {
      predictor?.dispose();
    }
  },
});
