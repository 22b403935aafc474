/** What is kept of a run beside its states: what it is, and which copies of its files there are. */
import { z } from 'zod';
import { recipeSchema } from '../../engine/recipe.ts';
import { withAccess, writeAll } from './access.ts';

const whole = z.number().int().nonnegative();

const runSchema = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  recipe: recipeSchema,
  colours: z.array(whole),
  origin: z.enum(['person', 'comparison']),
  /** In milliseconds since 1970. */
  started: z.number(),
  /** Files that it needs, by the names that the recipe has for them. */
  needs: z.array(z.strictObject({ name: z.string(), bytes: whole.nullable(), fingerprint: z.string().nullable() })),
});
export type RunFile = z.output<typeof runSchema>;

/** The drops that the files of a run came with, in their order: of each file its path, its size, and what its copy is called. */
const copiesSchema = z.array(z.array(z.strictObject({ path: z.string(), bytes: whole, copy: z.string() })));
export type Copies = z.output<typeof copiesSchema>;

const names = { run: 'run.json', copies: 'files.json' };

export const writeRun = (folder: FileSystemDirectoryHandle, run: RunFile): Promise<void> =>
  writeJson(folder, names.run, run);
export const writeCopies = (folder: FileSystemDirectoryHandle, copies: Copies): Promise<void> =>
  writeJson(folder, names.copies, copies);

/** Null where it is damaged, or of another version. */
export const readRun = (folder: FileSystemDirectoryHandle): Promise<RunFile | null> =>
  readJson(folder, names.run, runSchema);
/** Null where there are none. */
export const readCopies = (folder: FileSystemDirectoryHandle): Promise<Copies | null> =>
  readJson(folder, names.copies, copiesSchema);

function writeJson(folder: FileSystemDirectoryHandle, name: string, value: unknown): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return withAccess(folder, name, (access) => {
    access.truncate(writeAll(access, bytes, 0));
    access.flush();
  });
}

async function readJson<T>(folder: FileSystemDirectoryHandle, name: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    const file = await (await folder.getFileHandle(name)).getFile();
    return schema.parse(JSON.parse(await file.text()));
  } catch {
    return null;
  }
}
