/** Recipes and sessions that come from elsewhere, and the files that they need. */
import type { z } from 'zod';
import { StudioError } from '../engine/errors.ts';
import type { Loaded } from '../engine/intake/library.ts';
import { unfinishedRecipeSchema } from '../engine/recipe.ts';
import type { Workspace } from '../engine/workspace.ts';
import { describeTaken } from './describe.ts';
import type { StudioApi } from './protocol.ts';
import type { Session } from './session-schema.ts';
import { sessionSchema, sessionVersion } from './session-schema.ts';

export const sessionMethods = (
  workspace: Workspace,
): Pick<StudioApi, 'restore' | 'expect' | 'readRecipe' | 'readSession'> => ({
  async restore(ids) {
    const loaded: Loaded[] = ids.flatMap((id) => workspace.restore(id) ?? []);
    const { untold: waiting } = workspace;
    return describeTaken({ loaded, namesakes: [], changed: [], waiting, failed: [] }, (id) => workspace.source(id));
  },

  async expect(files) {
    workspace.expect(files);
  },

  async readRecipe(saved) {
    const value = saved instanceof File ? await jsonOf(saved, 'recipe') : saved;
    const { data, error } = unfinishedRecipeSchema.safeParse(value);
    if (data) return data;
    throw new StudioError({
      kind: 'recipe',
      message: `${saved instanceof File ? `The recipe ${saved.name}` : "The link's recipe"} cannot be read: ${firstIssue(error)}.`,
      advice: 'It may be of a newer studio, or cut off: ask for it again, or start anew.',
    });
  },

  async readSession(saved) {
    return saved instanceof Blob
      ? checkedSession(await jsonOf(saved, 'session'), saved.name)
      : checkedSession(saved, null);
  },
});

async function jsonOf(file: File, what: 'recipe' | 'session'): Promise<unknown> {
  try {
    return JSON.parse(await file.text());
  } catch (error) {
    throw unreadable(file.name, 'it is no whole JSON file', error, what);
  }
}

/** `name`: of its file; null for a session that the browser kept. */
function checkedSession(value: unknown, name: string | null): Session {
  const version = (value as { fsMergeSession?: unknown } | null)?.fsMergeSession;
  if (typeof version === 'number' && version > sessionVersion) {
    throw new StudioError({
      kind: 'file',
      message: `${name ?? 'The last session'} was saved by a newer studio.`,
      advice: 'Open it there, or reload this page: there may be a newer one by now.',
    });
  }
  const { data, error } = sessionSchema.safeParse(value);
  if (data) return data;
  throw unreadable(name, firstIssue(error), error);
}

const unreadable = (name: string | null, why: string, cause: unknown, what = 'session') =>
  new StudioError(
    {
      kind: 'file',
      message: `${name ?? 'The last session'} is no ${what} that can be opened: ${why}.`,
      advice: name === null ? 'Begin anew.' : 'Save it again where it came from, and copy the whole file.',
    },
    { cause },
  );

/** Where the first thing is wrong, and what. */
function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  const place = issue?.path.join('.');
  const message = (issue?.message ?? 'it is none')
    .replace(/\.$/, '')
    .replace(/^Invalid input: .* received undefined$/, 'it is missing');
  return place ? `${place}: ${message}` : message;
}
