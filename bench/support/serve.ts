/** The worker's side of a benchmark in Chromium: answers calls by name, one after the other. */

export type Methods = Record<string, (...inputs: never[]) => unknown>;

export interface Call {
  id: number;
  name: string;
  inputs: unknown[];
}

export type Answer = { id: number; result: unknown } | { id: number; error: string };

export function serve(methods: Methods): void {
  addEventListener('message', ({ data }: MessageEvent<Call>) => void answer(methods, data).then(postMessage));
  postMessage('ready');
}

async function answer(methods: Methods, { id, name, inputs }: Call): Promise<Answer> {
  try {
    const method = methods[name];
    if (!method) throw new Error(`no method ${name}`);
    return { id, result: await method(...(inputs as never[])) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
