/** The kernels of the folder assembly, compiled by scripts/assembly-plugin.mjs: two binaries in base 64. */
declare module 'virtual:wasm-kernels' {
  export const simd: string;
  export const relaxed: string;
}
