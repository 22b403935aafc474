import { StudioError } from '../errors.ts';

/** The error of a file that cannot be read. Damage is the usual reason, so that is what the advice is about unless another is given. */
export function fileError(
  file: string,
  message: string,
  advice = 'Download or copy the file again.',
  cause?: unknown,
): StudioError {
  return new StudioError({ kind: 'file', message, advice, subject: file }, { cause });
}
