/**
 * The one error that a person is meant to read: what is wrong, with which file, tensor or layer, and what to do next.
 * Anything else that is thrown is a bug of the studio and is shown as one.
 */
export type ErrorKind =
  /** The file cannot be read: truncated, foreign, unsafe. */
  | 'file'
  /** The file was read, but its tensors are no model that the studio knows. */
  | 'checkpoint'
  /** The sources do not fit one another. */
  | 'sources'
  /** Images or labels are missing or do not fit their source. */
  | 'images'
  /** An option of the recipe is out of range or does not apply. */
  | 'recipe'
  /** The backend (WebGPU, WASM, CPU) cannot be set up or was lost. */
  | 'backend'
  /** The run cannot go on, for example because its loss is no longer a number. */
  | 'run'
  /** A mistake of the studio itself. Never thrown on purpose: any other error becomes one where people read it. */
  | 'bug';

export interface StudioErrorInfo {
  kind: ErrorKind;
  /** One sentence on what is wrong. */
  message: string;
  /** One sentence on what to do. */
  advice: string;
  /** The file, tensor, layer or option that the error is about. */
  subject?: string;
}

export class StudioError extends Error implements StudioErrorInfo {
  override readonly name = 'StudioError';
  readonly kind: ErrorKind;
  readonly advice: string;
  readonly subject?: string;

  constructor({ kind, message, advice, subject }: StudioErrorInfo, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.advice = advice;
    if (subject !== undefined) this.subject = subject;
  }

  get info(): StudioErrorInfo {
    const { kind, message, advice, subject } = this;
    return subject === undefined ? { kind, message, advice } : { kind, message, advice, subject };
  }
}
