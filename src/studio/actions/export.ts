/** Writes a run's merged network, into a folder or through the browser's downloads. */
import type { ExportChoices, ExportOptions, ExportPlace, WrittenFile } from '../../worker/protocol.ts';
import type { Run } from '../runs/run.ts';
import { attempt, client } from '../session.ts';
import { keepReport } from '../stores/export.ts';
import { clearNotices, notify } from '../stores/ui.ts';
import { download } from './download.ts';

/** What can be chosen for a run; null when the worker cannot tell, which is told then. */
export const exportChoices = (run: string): Promise<ExportChoices | null> =>
  attempt(
    (info) => notify('export', info),
    () => client.exportChoices(run),
  );

/** Whether the browser lets a page write into a folder that a person chooses. */
export const canWriteFolders = 'showDirectoryPicker' in window;

/** A folder that a person chooses to write into; null when they choose none. */
async function chooseFolder(): Promise<FileSystemDirectoryHandle | null> {
  try {
    // Not in TypeScript's types yet.
    const { showDirectoryPicker } = window as unknown as {
      showDirectoryPicker(options: object): Promise<FileSystemDirectoryHandle>;
    };
    return await showDirectoryPicker.call(window, { id: 'export', mode: 'readwrite' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    throw error;
  }
}

export async function exportToFolder(run: string, options: ExportOptions): Promise<void> {
  clearNotices('export');
  const folder = await attempt((info) => notify('export', info), chooseFolder);
  if (folder) await exportRun(run, options, folder);
}

/** With `place` null the files are handed to the browser, one after the other. */
export async function exportRun(run: string, options: ExportOptions, place: ExportPlace = null): Promise<void> {
  clearNotices('export');
  const report = await attempt(
    (info) => notify('export', info),
    () => client.exportModel(run, options, place),
  );
  if (!report) return;
  const files = report.files.map(({ name, bytes }) => ({ name, bytes }));
  keepReport(run, { ...report, files, options, folder: place?.name ?? null });
  void downloadAll(report.files);
}

/** One after the other. */
async function downloadAll(files: readonly WrittenFile[]): Promise<void> {
  for (const { name, blob } of files) {
    if (!blob) continue;
    download(name, blob);
    await new Promise((done) => setTimeout(done, betweenDownloads));
  }
}

/** Browsers lose downloads that begin at the same moment; in milliseconds. */
const betweenDownloads = 200;

export const recipeEnding = '.recipe.json';

/** Writes the recipe of a run, under the name that the run has now. */
export function saveRecipe({ recipe, name }: Run, file: string): void {
  const text = JSON.stringify({ ...recipe, name }, null, 2);
  download(`${file}${recipeEnding}`, new Blob([`${text}\n`], { type: 'application/json' }));
}

/** Writes a run's M, U and LayerNorms. */
export async function saveSuperNet(id: string, name: string): Promise<void> {
  clearNotices('export');
  const file = await attempt(
    (info) => notify('export', info),
    () => client.exportSuperNet(id, name),
  );
  if (file) download(file.name, new Blob([file.bytes], { type: 'application/octet-stream' }));
}

/** A file name without what file systems refuse. */
export const safeName = (name: string): string =>
  name
    .trim()
    .replace(/[\\/:*?"<>|\s]+/g, '-')
    .replace(/^[-.]+|-+$/g, '') || 'merged';
