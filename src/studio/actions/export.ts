/** Writes a run's merged network and hands it to the browser. */
import { attempt, client } from '../session.ts';
import { useRuns } from '../stores/runs.ts';
import { clearNotices, notify } from '../stores/ui.ts';

export async function exportRun(id: string, name: string): Promise<void> {
  clearNotices('export');
  const file = await attempt(
    (info) => notify('export', info),
    () => client.exportModel(id, { name }),
  );
  if (!file) return;
  const { bytes, ...report } = file;
  download(report.name, bytes);
  useRuns.setState(({ exports }) => ({ exports: { ...exports, [id]: { ...report, size: bytes.byteLength } } }));
}

/** Writes a run's M, U and LayerNorms. */
export async function saveSuperNet(id: string, name: string): Promise<void> {
  clearNotices('export');
  const file = await attempt(
    (info) => notify('export', info),
    () => client.exportSuperNet(id, { name }),
  );
  if (file) download(file.name, file.bytes);
}

function download(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the address by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A file name without what file systems refuse. */
export const safeName = (name: string): string =>
  name
    .trim()
    .replace(/[\\/:*?"<>|\s]+/g, '-')
    .replace(/^[-.]+|-+$/g, '') || 'merged';
