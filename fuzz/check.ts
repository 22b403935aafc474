/** What one input ends in. */
import { StudioError } from '../src/engine/errors.ts';

/** `problem` is null where everything is as it should be. */
export interface Outcome {
  ended: 'read' | 'refused';
  problem: string | null;
}

/** A reader of inputs from outside: reads all that can be read. Answers what was refused on the way. */
export type Read = () => Promise<unknown[]>;

const prototypes = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Map.prototype,
  Uint8Array.prototype,
];
const keysOf = (): string => prototypes.map((one) => Reflect.ownKeys(one).map(String).join()).join(';');
const clean = keysOf();

/** Reads an input: it must be read, or be refused with an error for people; nothing of the language may have changed. */
export async function outcomeOf(read: Read): Promise<Outcome> {
  let refusals: unknown[];
  try {
    refusals = await read();
  } catch (error) {
    refusals = [error];
  }
  const unclear = refusals.map(problemOf).find((problem) => problem !== null) ?? null;
  const polluted = keysOf() === clean ? null : `prototypes have other keys: ${cleanUp()}`;
  return { ended: refusals.length > 0 ? 'refused' : 'read', problem: polluted ?? unclear };
}

/** Why an error is not one for people; null where it is. */
function problemOf(error: unknown): string | null {
  if (!(error instanceof StudioError))
    return `not an error for people: ${error instanceof Error ? error.stack : String(error)}`;
  const { kind, message, advice } = error;
  if (kind === 'bug') return `a bug: ${message}`;
  if (message.trim() === '' || advice.trim() === '') return `an error without words: "${message}" "${advice}"`;
  if (/\bundefined\b|\[object /.test(`${message} ${advice}`)) return `an unclear error: ${message} ${advice}`;
  return null;
}

/** Takes away what was set, so that the next input starts clean; answers its names. */
function cleanUp(): string {
  const extra = prototypes.flatMap((one, index) => {
    const own = (clean.split(';')[index] ?? '').split(',');
    return Reflect.ownKeys(one)
      .filter((key) => !own.includes(String(key)))
      .map((key) => ({ one, key }));
  });
  for (const { one, key } of extra) Reflect.deleteProperty(one, key);
  return extra.map(({ key }) => String(key)).join(', ');
}
