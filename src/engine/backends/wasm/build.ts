/** Which build of our kernels runs: relaxed SIMD where the engine has it, else SIMD, else none. */
import { relaxed, simd } from 'virtual:wasm-kernels';

export type Build = 'relaxed' | 'simd';

const binaries: Record<Build, string> = { relaxed, simd };

let chosen: { build: Build; module: WebAssembly.Module } | null = null;

/** The fastest build that runs here; null where WebAssembly has no SIMD. */
export function bestBuild(): Build | null {
  return (['relaxed', 'simd'] as const).find((build) => WebAssembly.validate(bytes(build))) ?? null;
}

/** Compiles a build for every later computation. */
export async function chooseBuild(build: Build): Promise<void> {
  if (chosen?.build !== build) chosen = { build, module: await moduleOf(build) };
}

export const moduleOf = (build: Build): Promise<WebAssembly.Module> => WebAssembly.compile(bytes(build));

/** The build that was chosen; null when tfjs' own kernels run. */
export const chosenBuild = (): Build | null => chosen?.build ?? null;

export function assemblyModule(): WebAssembly.Module {
  if (!chosen) throw new Error('no build of the wasm kernels is chosen');
  return chosen.module;
}

const bytes = (build: Build): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(binaries[build]), (character) => character.charCodeAt(0));
